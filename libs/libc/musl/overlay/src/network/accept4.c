/* Upstream falls back to accept() and fcntl() on old kernels; here that would only make programs ask for
 * them. */
#define _GNU_SOURCE
#include <sys/socket.h>

#include "syscall.h"

int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict length, int flags)
{
    return socketcall_cp(accept4, fd, address, length, flags, 0, 0);
}
