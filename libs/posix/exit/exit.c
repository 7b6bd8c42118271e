#include <config.h>
#include <platform_exit.h>
#ifdef CONFIG_LIB_APPLICATION_END
#include <application_end.h>
#endif
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
#ifdef CONFIG_LIB_APPLICATION_END
    application_end();
#endif
    platform_exit((int)status & 0xff);
}

/* Of the only thread, which takes the process with it. */
long sys_exit(long status)
{
    return sys_exit_group(status);
}
