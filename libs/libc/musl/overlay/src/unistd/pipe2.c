/* Upstream falls back to pipe() and fcntl() on old kernels; here that would only make programs ask for them.
 */
#define _GNU_SOURCE
#include <unistd.h>

#include "syscall.h"

int pipe2(int fd[2], int flags)
{
    return syscall(SYS_pipe2, fd, flags);
}
