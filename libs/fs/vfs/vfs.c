/*
 * The root of the tree and the working directory.
 */
#include "names.h"

#include <fs.h>

static struct vnode *root, *working;

int vfs_init(void);

#ifdef CONFIG_LIB_MOUNT_TABLE
static struct vfs_mount root_mount = {.source = "none", .options = ""};
#endif

const struct fs_type *vfs_kind(const char *name)
{
    for (size_t i = 0; i < fs_table_count; i++)
        if (strcmp(fs_table[i]->name, name) == 0)
            return fs_table[i];
    return NULL;
}

int vfs_init(void)
{
    const struct fs_type *type = vfs_kind(CONFIG_VFS_ROOT);
    int error;

    if (type == NULL)
        return -ENODEV;
    error = type->mount(NULL, NULL, &root);
    if (error != 0)
        return error;
    working = vnode_get(root);
#ifdef CONFIG_LIB_MOUNT_TABLE
    root_mount.root = root;
    root_mount.type = type;
    mount_table_add(&root_mount);
#endif
    return 0;
}

#ifdef CONFIG_LIB_MOUNT_TABLE
void vfs_set_root(struct vnode *directory)
{
    root = directory;
    vnode_put(working);
    working = vnode_get(directory);
}
#endif

struct vnode *vfs_root(void)
{
    return root;
}

struct vnode *vfs_working_directory(void)
{
    return working;
}

int vfs_set_working_directory(struct vnode *directory)
{
    if (directory->type != VNODE_DIRECTORY)
        return -ENOTDIR;
    vnode_get(directory);
    vnode_put(working);
    working = directory;
    return 0;
}

void vfs_exchange_working_directory(struct vnode *directory)
{
    working = directory;
}
