/*
 * Starts another program: a second process, which no image has. What an application can have instead is an
 * error that it understands, so all that this asks of the image is fork(), which its recipe may leave out
 * under `stub:`.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>

#include "syscall.h"

int posix_spawn(pid_t *restrict result, const char *restrict path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
                char *const envp[restrict])
{
#ifdef SYS_fork
    long child = __syscall(SYS_fork);
#else
    long child = __syscall(SYS_clone, SIGCHLD, 0);
#endif

    return child < 0 ? -child : ENOSYS;
}
