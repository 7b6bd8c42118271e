/* One process, root. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>

long sys_getegid(void);
long sys_geteuid(void);
long sys_getgid(void);
long sys_getpgid(long process);
long sys_getpid(void);
long sys_getppid(void);
long sys_getsid(long process);
long sys_getuid(void);

int main(void)
{
    assert(sys_getpid() == 1 && sys_getppid() == 0);
    assert(sys_getpgid(0) == 1 && sys_getsid(1) == 1 && sys_getpgid(2) == -ESRCH && sys_getsid(-1) == -ESRCH);
    assert(sys_getuid() == 0 && sys_geteuid() == 0 && sys_getgid() == 0 && sys_getegid() == 0);
    puts("identity: ok");
    return 0;
}
