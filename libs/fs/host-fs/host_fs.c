/* Mounting: the folders that whoever starts the process hands over, `share.N=DESCRIPTOR,tag=TAG[,readonly]`.
 */
#include "host_fs.h"

#include <errno.h>
#include <fs.h>
#include <heap.h>
#include <string.h>

const struct vnode_ops host_fs_operations = {
    .lookup = host_fs_lookup,
    .create = host_fs_create,
    .link = host_fs_link,
    .unlink = host_fs_unlink,
    .rename = host_fs_rename,
    .entries = host_fs_entries,
    .read = host_fs_read,
    .write = host_fs_write,
    .allocate = host_fs_allocate,
    .get = host_fs_get,
    .set = host_fs_set,
    .sync = host_fs_sync,
    .statfs = host_fs_statfs,
    .release = host_fs_release,
};

static bool mounted[HOST_FS_SHARES];

static int mount_share(const char *source, const char *options, struct vnode **root)
{
    struct host_fs_parameter parameter;
    struct host_mount *mount;
    unsigned number = 0;
    int path, error;

    (void)options;
    while (number < HOST_FS_SHARES && !(host_fs_share(number, &parameter) &&
                                        (source ? strcmp(source, parameter.tag) == 0 : !mounted[number])))
        number++;
    if (number == HOST_FS_SHARES)
        return -ENODEV;
    if (mounted[number])
        return -EBUSY;
    path = host_fs_openat(parameter.descriptor, ".", O_PATH | O_DIRECTORY, 0);
    if (path < 0)
        return path;
    mount = heap_alloc(sizeof *mount);
    if (!mount) {
        host_fs_close(path);
        return -ENOMEM;
    }
    *mount = (struct host_mount){.number = number, .readonly = parameter.readonly};
    error = host_fs_node_at(mount, NULL, NULL, path, root);
    if (error)
        heap_free(mount);
    else
        mounted[number] = true;
    return error;
}

static int unmount(struct vnode *root)
{
    struct host_mount *mount = host_node_of(root)->mount;

    if (vnode_table_is_held(&mount->nodes, root))
        return -EBUSY;
    vnode_put(root);
    mounted[mount->number] = false;
    heap_free(mount);
    return 0;
}

int host_fs_init(void);

int host_fs_init(void)
{
    host_fs_confine();
    return 0;
}

const struct fs_type host_fs_fs = {.name = "host", .mount = mount_share, .unmount = unmount};
