/* Upstream falls back to dup2() and fcntl() on old kernels; here that would only make programs ask for them.
 */
#define _GNU_SOURCE
#include <unistd.h>

#include "syscall.h"

int __dup3(int old, int new, int flags)
{
    return syscall(SYS_dup3, old, new, flags);
}

weak_alias(__dup3, dup3);
