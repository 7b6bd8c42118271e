/*
 * The root of the tree and the working directory.
 */
#include <config.h>
#include <errno.h>
#include <fs.h>
#include <string.h>
#include <vfs.h>

static struct vnode *root, *working;

int vfs_init(void)
{
    for (size_t i = 0; i < fs_table_count; i++) {
        if (strcmp(fs_table[i]->name, CONFIG_VFS_ROOT) != 0)
            continue;
        int error = fs_table[i]->mount(NULL, NULL, &root);
        if (error == 0)
            working = vnode_get(root);
        return error;
    }
    return -ENODEV;
}

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
