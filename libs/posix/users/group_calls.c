#include "ids.h"

long sys_getgid(void);
long sys_getegid(void);
long sys_getresgid(uint32_t *real, uint32_t *effective, uint32_t *saved);
long sys_setgid(uint32_t id);
long sys_setregid(uint32_t real, uint32_t effective);
long sys_setresgid(uint32_t real, uint32_t effective, uint32_t saved);
long sys_setfsgid(uint32_t id);

long sys_getgid(void)
{
    return users_now.group[USERS_REAL];
}

long sys_getegid(void)
{
    return users_now.group[USERS_EFFECTIVE];
}

long sys_getresgid(uint32_t *real, uint32_t *effective, uint32_t *saved)
{
    *real = users_now.group[USERS_REAL];
    *effective = users_now.group[USERS_EFFECTIVE];
    *saved = users_now.group[USERS_SAVED];
    return 0;
}

long sys_setgid(uint32_t id)
{
    return users_ids_set(users_now.group, id, users_are_root());
}

long sys_setregid(uint32_t real, uint32_t effective)
{
    return users_ids_set_two(users_now.group, real, effective, users_are_root());
}

long sys_setresgid(uint32_t real, uint32_t effective, uint32_t saved)
{
    const uint32_t wanted[] = {real, effective, saved};

    return users_ids_set_three(users_now.group, wanted, users_are_root());
}

long sys_setfsgid(uint32_t id)
{
    return users_ids_set_for_files(users_now.group, id, users_are_root());
}
