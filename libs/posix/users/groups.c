/*
 * Supplementary groups.
 */
#include <errno.h>
#include <heap.h>
#include <users.h>

#define GROUPS_MAX 65536 /* NGROUPS_MAX: include/uapi/linux/limits.h */

long sys_getgroups(long size, uint32_t *list);
long sys_setgroups(size_t size, const uint32_t *list);

bool users_have_group(enum users_kind kind, uint32_t group)
{
    const struct users_groups *groups = users_now.groups;

    if (group == users_now.group[kind])
        return true;
    for (size_t i = 0; groups != NULL && i < groups->count; i++)
        if (groups->ids[i] == group)
            return true;
    return false;
}

long sys_getgroups(long size, uint32_t *list)
{
    const struct users_groups *groups = users_now.groups;
    size_t count = groups != NULL ? groups->count : 0;

    if ((int)size < 0 || ((int)size != 0 && (size_t)(int)size < count))
        return -EINVAL;
    for (size_t i = 0; (int)size != 0 && i < count; i++)
        list[i] = groups->ids[i];
    return (long)count;
}

long sys_setgroups(size_t size, const uint32_t *list)
{
    struct users_groups *groups = NULL;

    if (!users_are_root())
        return -EPERM;
    if (size > GROUPS_MAX)
        return -EINVAL;
    if (size > 0) {
        groups = heap_alloc(sizeof(*groups) + size * sizeof(*groups->ids));
        if (groups == NULL)
            return -ENOMEM;
        groups->count = size;
    }
    for (size_t i = 0; i < size; i++) {
        size_t at = i;

        if (list[i] == UINT32_MAX) {
            heap_free(groups);
            return -EINVAL;
        }
        for (; at > 0 && groups->ids[at - 1] > list[i]; at--)
            groups->ids[at] = groups->ids[at - 1];
        groups->ids[at] = list[i];
    }
    heap_free(users_now.groups);
    users_now.groups = groups;
    return 0;
}
