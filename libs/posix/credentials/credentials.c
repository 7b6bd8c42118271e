/*
 * Users and groups as in a user namespace that maps one id, 0 (user_namespaces(7)): what is already so
 * succeeds, any other id does not exist there and is answered with EINVAL. A program that gives up its
 * privileges so learns that it has not.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#define ROOT 0
#define SAME ((uint32_t)-1) /* of the calls that set several ids: leave this one */

long sys_getgroups(long size, uint32_t *list);
long sys_setgroups(size_t size, const uint32_t *list);
long sys_getresuid(uint32_t *real, uint32_t *effective, uint32_t *saved);
long sys_getresgid(uint32_t *real, uint32_t *effective, uint32_t *saved);
long sys_setuid(uint32_t id);
long sys_setgid(uint32_t id);
long sys_setreuid(uint32_t real, uint32_t effective);
long sys_setregid(uint32_t real, uint32_t effective);
long sys_setresuid(uint32_t real, uint32_t effective, uint32_t saved);
long sys_setresgid(uint32_t real, uint32_t effective, uint32_t saved);
long sys_setfsuid(uint32_t id);
long sys_setfsgid(uint32_t id);

static long set(uint32_t id)
{
    return id == ROOT ? 0 : -EINVAL;
}

static long set_or_leave(uint32_t a, uint32_t b, uint32_t c)
{
    return (a == ROOT || a == SAME) && (b == ROOT || b == SAME) && (c == ROOT || c == SAME) ? 0 : -EINVAL;
}

static long get(uint32_t *real, uint32_t *effective, uint32_t *saved)
{
    *real = *effective = *saved = ROOT;
    return 0;
}

/* getgroups(2): no supplementary groups; a negative size is an error. */
long sys_getgroups(long size, uint32_t *list)
{
    (void)list;
    return (int)size < 0 ? -EINVAL : 0;
}

long sys_setgroups(size_t size, const uint32_t *list)
{
    if (size > 65536) /* NGROUPS_MAX, limits.h of Linux */
        return -EINVAL;
    for (size_t i = 0; i < size; i++)
        if (list[i] != ROOT)
            return -EINVAL;
    return 0;
}

long sys_getresuid(uint32_t *real, uint32_t *effective, uint32_t *saved)
{
    return get(real, effective, saved);
}

long sys_getresgid(uint32_t *real, uint32_t *effective, uint32_t *saved)
{
    return get(real, effective, saved);
}

long sys_setuid(uint32_t id)
{
    return set(id);
}

long sys_setgid(uint32_t id)
{
    return set(id);
}

long sys_setreuid(uint32_t real, uint32_t effective)
{
    return set_or_leave(real, effective, SAME);
}

long sys_setregid(uint32_t real, uint32_t effective)
{
    return set_or_leave(real, effective, SAME);
}

long sys_setresuid(uint32_t real, uint32_t effective, uint32_t saved)
{
    return set_or_leave(real, effective, saved);
}

long sys_setresgid(uint32_t real, uint32_t effective, uint32_t saved)
{
    return set_or_leave(real, effective, saved);
}

/* setfsuid(2): the answer is the id before the call, whether it was changed or not. */
long sys_setfsuid(uint32_t id)
{
    (void)id;
    return ROOT;
}

long sys_setfsgid(uint32_t id)
{
    (void)id;
    return ROOT;
}
