#include <platform_exit.h>

long sys_exit(long status);
long sys_exit_group(long status);

/* Of the only thread, which takes the process with it. */
long sys_exit(long status)
{
    platform_exit((int)status & 0xff);
}

long sys_exit_group(long status)
{
    platform_exit((int)status & 0xff);
}
