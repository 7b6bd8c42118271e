/*
 * The decision against path_resolution(7), said another way: for each mode, each kind of caller and each
 * wish.
 */
// instead: ../permissions.c ../../../posix/users/users.c ../../../posix/users/groups.c
// cflags: -DCONFIG_LIB_USERS=1

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <users.h>
#include <vfs.h>

#define SUPPLEMENTARY 30

void *heap_alloc(size_t size)
{
    return malloc(size);
}

void heap_free(void *memory)
{
    free(memory);
}

long sys_setgroups(size_t size, const uint32_t *list);

static struct vnode_attributes shown;

static void get(struct vnode *vnode, struct vnode_attributes *attributes)
{
    (void)vnode;
    *attributes = shown;
}

static const struct vnode_ops ops = {.get = get};

/* Which digit of the mode counts: 0 the owner's, 1 the group's, 2 that of others. */
static int digit(uint32_t user, uint32_t group)
{
    if (user == shown.user)
        return 0;
    return group == shown.group || shown.group == SUPPLEMENTARY ? 1 : 2;
}

static bool expected(uint32_t user, uint32_t group, bool directory, unsigned wanted)
{
    unsigned digits[3] = {shown.mode / 64, shown.mode / 8 % 8, shown.mode % 8};

    if (user == 0) /* everything, but running what nobody may run */
        return wanted % 2 == 0 || directory || digits[0] % 2 || digits[1] % 2 || digits[2] % 2;
    return (digits[digit(user, group)] & wanted) == wanted;
}

int main(void)
{
    static const uint32_t ids[] = {0, 10, 20, SUPPLEMENTARY};
    const uint32_t supplementary = SUPPLEMENTARY;

    assert(sys_setgroups(1, &supplementary) == 0);
    for (unsigned i = 0; i < 4 * 4 * 4 * 4 * 2 * 2; i++) {
        uint32_t user = ids[i % 4], group = ids[i / 4 % 4];
        bool directory = i / 256 % 2, real = i / 512 % 2;
        struct vnode vnode = {.ops = &ops, .type = directory ? VNODE_DIRECTORY : VNODE_FILE};

        shown = (struct vnode_attributes){.user = ids[i / 16 % 4], .group = ids[i / 64 % 4]};
        /* By its other ids the caller is somebody else. */
        for (int kind = 0; kind < USERS_KINDS; kind++)
            users_now.user[kind] = users_now.group[kind] = 77;
        users_now.user[real ? USERS_REAL : USERS_FILES] = user;
        users_now.group[real ? USERS_REAL : USERS_FILES] = group;
        for (shown.mode = 0; shown.mode <= 0777; shown.mode++)
            for (unsigned wanted = 0; wanted < 8; wanted++)
                assert(vfs_may(&vnode, wanted, real ? VFS_REAL : 0) ==
                       (expected(user, group, directory, wanted) ? 0 : -EACCES));
    }
    users_now.user[USERS_EFFECTIVE] = 0;
    assert(sys_setgroups(0, NULL) == 0);
    puts("permissions: ok");
    return 0;
}
