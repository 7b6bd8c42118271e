#include <config.h>
#include <platform_exit.h>
#if CONFIG_LIB_STUBS
#include <stubs.h>
#endif

long sys_exit(long status);
long sys_exit_group(long status);

long sys_exit_group(long status)
{
#if CONFIG_LIB_STUBS
    stubs_report();
#endif
    platform_exit((int)status & 0xff);
}

/* Of the only thread, which takes the process with it. */
long sys_exit(long status)
{
    return sys_exit_group(status);
}
