/* Upstream falls back to the call without flags on old kernels; here that would only make programs ask for
 * it. */
#include <sys/eventfd.h>
#include <unistd.h>

#include "syscall.h"

int eventfd(unsigned int count, int flags)
{
    return syscall(SYS_eventfd2, count, flags);
}

int eventfd_read(int fd, eventfd_t *value)
{
    return read(fd, value, sizeof *value) == sizeof *value ? 0 : -1;
}

int eventfd_write(int fd, eventfd_t value)
{
    return write(fd, &value, sizeof value) == sizeof value ? 0 : -1;
}
