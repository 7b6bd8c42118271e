#include <mount_table.h>

#define FIRST_DEVICE 1 /* Linux gives file systems without a device numbers of major 0, from 1 on */

static struct vfs_mount *first;
static uint32_t last_device = FIRST_DEVICE - 1;

struct vfs_mount *mount_table_first(void)
{
    return first;
}

void mount_table_add(struct vfs_mount *mount)
{
    struct vfs_mount **place = &first;

    while (*place != NULL)
        place = &(*place)->next;
    *place = mount;
    mount->next = NULL;
    if (mount->device == 0)
        mount->device = ++last_device;
    mount->root->mount = mount;
    if (mount->covered != NULL)
        mount->covered->flags |= VNODE_COVERED;
}

void mount_table_remove(struct vfs_mount *mount)
{
    struct vfs_mount **place = &first;

    while (*place != mount)
        place = &(*place)->next;
    *place = mount->next;
    if (mount->covered != NULL)
        mount->covered->flags &= (uint16_t)~VNODE_COVERED;
}

static struct vnode *mounted_on(const struct vnode *directory)
{
    struct vfs_mount *mount = first;

    while (mount->covered != directory)
        mount = mount->next;
    return mount->root;
}

struct vnode *mount_table_down(struct vnode *directory)
{
    while (directory->flags & VNODE_COVERED)
        directory = mounted_on(directory);
    return directory;
}

struct vnode *mount_table_up(struct vnode *directory)
{
    while (directory->mount->root == directory && directory->mount->covered != NULL)
        directory = directory->mount->covered;
    return directory;
}

bool mount_table_is_below(const struct vfs_mount *mount)
{
    for (const struct vfs_mount *other = first; other != NULL; other = other->next)
        if (other->covered != NULL && other->covered->mount == mount)
            return true;
    return false;
}
