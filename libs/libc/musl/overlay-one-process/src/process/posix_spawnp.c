/* Looking the program up on PATH would not change the answer of posix_spawn(). */
#include <spawn.h>

int posix_spawnp(pid_t *restrict result, const char *restrict file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
                 char *const envp[restrict])
{
    return posix_spawn(result, file, actions, attributes, argv, envp);
}
