/* One process. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>

long sys_getpgid(long process);
long sys_getpgrp(void);
long sys_getpid(void);
long sys_getppid(void);
long sys_getsid(long process);

int main(void)
{
    assert(sys_getpid() == 1 && sys_getppid() == 0 && sys_getpgrp() == 1);
    assert(sys_getpgid(0) == 1 && sys_getsid(1) == 1 && sys_getpgid(2) == -ESRCH && sys_getsid(-1) == -ESRCH);
    puts("process-identity: ok");
    return 0;
}
