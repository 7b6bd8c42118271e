/* A child that runs on its parent's stack is a second process, and fork() answers for all of those. */
#define _GNU_SOURCE
#include <unistd.h>
#include "syscall.h"

pid_t vfork(void)
{
	return syscall(SYS_fork);
}
