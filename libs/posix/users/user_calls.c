#include "ids.h"

long sys_getuid(void);
long sys_geteuid(void);
long sys_getresuid(uint32_t *real, uint32_t *effective, uint32_t *saved);
long sys_setuid(uint32_t id);
long sys_setreuid(uint32_t real, uint32_t effective);
long sys_setresuid(uint32_t real, uint32_t effective, uint32_t saved);
long sys_setfsuid(uint32_t id);

long sys_getuid(void)
{
    return users_now.user[USERS_REAL];
}

long sys_geteuid(void)
{
    return users_now.user[USERS_EFFECTIVE];
}

long sys_getresuid(uint32_t *real, uint32_t *effective, uint32_t *saved)
{
    *real = users_now.user[USERS_REAL];
    *effective = users_now.user[USERS_EFFECTIVE];
    *saved = users_now.user[USERS_SAVED];
    return 0;
}

long sys_setuid(uint32_t id)
{
    return users_ids_set(users_now.user, id, users_are_root());
}

long sys_setreuid(uint32_t real, uint32_t effective)
{
    return users_ids_set_two(users_now.user, real, effective, users_are_root());
}

long sys_setresuid(uint32_t real, uint32_t effective, uint32_t saved)
{
    const uint32_t wanted[] = {real, effective, saved};

    return users_ids_set_three(users_now.user, wanted, users_are_root());
}

long sys_setfsuid(uint32_t id)
{
    return users_ids_set_for_files(users_now.user, id, users_are_root());
}
