#include <errno.h>

#define ONLY 1 /* the process, its group and its session */

long sys_getpid(void);
long sys_getppid(void);
long sys_getpgid(long process);
long sys_getpgrp(void);
long sys_getsid(long process);

long sys_getpid(void)
{
    return ONLY;
}

/* As the first process of a namespace sees it: nobody. */
long sys_getppid(void)
{
    return 0;
}

long sys_getpgid(long process)
{
    return process == 0 || process == ONLY ? ONLY : -ESRCH;
}

long sys_getsid(long process)
{
    return sys_getpgid(process);
}

long sys_getpgrp(void)
{
    return ONLY;
}
