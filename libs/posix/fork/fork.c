#include <errno.h>
#include <log.h>

long sys_fork(void);

/* The parent and the child would need the same addresses for different memory. */
long sys_fork(void)
{
    log_write(LOG_WARNING,
              "fork: an image has one address space, so a process cannot be duplicated (ENOSYS); "
              "vfork, posix_spawn and threads work");
    return -ENOSYS;
}
