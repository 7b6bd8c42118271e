/*
 * Mounting and unmounting.
 */
#include "names.h"

#include <fs.h>
#include <heap.h>

/* Files without a name may still be open when a file system ends, and point to its mount: it is used again,
 * but never freed. */
static struct vfs_mount *ended;
static struct vfs_mount *detached; /* out of the tree, and still in use */

static char *copy_of(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = heap_alloc(size);

    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

static void give_back(struct vfs_mount *mount)
{
    heap_free((char *)mount->source);
    heap_free((char *)mount->options);
    mount->source = mount->options = NULL;
    mount->root = mount->covered = NULL;
    mount->next = ended;
    ended = mount;
}

static struct vfs_mount *new_mount(const struct fs_type *type, const char *source, const char *options)
{
    struct vfs_mount *mount = ended != NULL ? ended : heap_alloc(sizeof(*mount));

    if (mount == NULL)
        return NULL;
    if (mount == ended)
        ended = mount->next;
    *mount = (struct vfs_mount){
        .type = type,
        .flags = (fs_option(options, "ro", NULL, NULL) ? MOUNT_READ_ONLY : 0) |
                 (fs_option(options, "noexec", NULL, NULL) ? MOUNT_NO_EXEC : 0),
        .source = copy_of(source),
        .options = copy_of(options),
    };
    if (mount->source != NULL && mount->options != NULL)
        return mount;
    give_back(mount);
    return NULL;
}

int vfs_mount(const char *path, const char *kind, const char *source, const char *options)
{
    const struct fs_type *type = vfs_kind(kind);
    struct vfs_mount *mount;
    struct vnode *covered;
    int error = vfs_lookup(NULL, path, VFS_FOLLOW, &covered);

    if (error != 0)
        return error;
    if (type == NULL || covered->type != VNODE_DIRECTORY) {
        vnode_put(covered);
        return type == NULL ? -ENODEV : -ENOTDIR;
    }
    mount = new_mount(type, source, options);
    error = mount != NULL ? type->mount(source, options, &mount->root) : -ENOMEM;
    if (error != 0) {
        if (mount != NULL)
            give_back(mount);
        vnode_put(covered);
        return error;
    }
    mount->covered = vnode_get(mount_table_down(covered)); /* somebody may have been faster */
    vnode_put(covered);
    mount_table_add(mount);
    return 0;
}

int vfs_mount_root(const char *kind, const char *source, const char *options)
{
    const struct vnode_new what = {.mode = VNODE_DIRECTORY | 0755, .time = VNODE_NOW};
    const struct fs_type *type = vfs_kind(kind);
    struct vfs_mount *mount, *old = mount_table_first();
    struct vnode *devices, *place;
    int error;

    if (type == NULL)
        return -ENODEV;
    mount = new_mount(type, source, options);
    if (mount == NULL)
        return -ENOMEM;
    error = type->mount(source, options, &mount->root);
    if (error != 0) {
        give_back(mount);
        return error;
    }
    if (vfs_lookup(NULL, "/dev", 0, &devices) != 0)
        devices = NULL;
    mount_table_remove(old);
    mount_table_add(mount);
    vfs_set_root(mount->root);
    if (devices == NULL)
        return 0;
    (void)vfs_make(NULL, "/dev", &what, NULL);
    if (vfs_lookup(NULL, "/dev", 0, &place) != 0)
        return 0;
    old->root = devices;
    old->covered = place;
    mount_table_add(old);
    return 0;
}

/* Everything of a file system that is remembered goes, and what waits to be written is. */
static int empty(struct vfs_mount *mount)
{
    int error;

#ifdef CONFIG_LIB_NAME_CACHE
    name_cache_drop_mount(mount);
#endif
    error = vfs_sync_mount(mount);
#ifdef CONFIG_LIB_PAGE_CACHE
    page_cache_forget_mount(mount);
#endif
    return error;
}

/* Ends it, if nobody holds anything of it. */
static int end(struct vfs_mount *mount)
{
    int error;

    if (mount->type->unmount == NULL)
        return -EBUSY; /* it does not say whether anything is open */
    error = mount->type->unmount(mount->root);
    if (error != -EBUSY)
        give_back(mount);
    return error;
}

/* What could not end when it was taken out of the tree is tried again whenever there is an occasion. */
static void end_detached(void)
{
    struct vfs_mount *mount, *list = detached;

    detached = NULL;
    while ((mount = list) != NULL) {
        list = mount->next;
        if (end(mount) == -EBUSY) {
            mount->next = detached;
            detached = mount;
        }
    }
}

int vfs_unmount(const char *path, bool lazily)
{
    struct vfs_mount *mount;
    struct vnode *root, *covered;
    int result, error = vfs_lookup(NULL, path, VFS_FOLLOW, &root);

    if (error != 0)
        return error;
    mount = root->mount;
    error = mount->root != root || mount->covered == NULL ? -EINVAL : 0;
    vnode_put(root);
    if (error == 0 && mount_table_is_below(mount))
        error = -EBUSY;
    if (error != 0)
        return error;
    covered = mount->covered;
    mount_table_remove(mount);
    result = empty(mount);
    error = end(mount);
    if (error == -EBUSY && !lazily) {
        mount_table_add(mount);
        return error;
    }
    vnode_put(covered);
    if (error == -EBUSY) {
        mount->covered = NULL;
        mount->next = detached;
        detached = mount;
        error = 0;
    }
    end_detached();
    return result != 0 ? result : error;
}

int vfs_sync_mount(struct vfs_mount *mount)
{
    struct vnode *root = vnode_get(mount->root);
    int result = 0, error = 0;

#ifdef CONFIG_LIB_PAGE_CACHE
    result = page_cache_sync_mount(mount);
#endif
    if (root->ops->sync != NULL)
        error = root->ops->sync(root, false);
    vnode_put(root);
    return result != 0 ? result : error;
}

int vfs_sync(void)
{
    int result = 0;

    end_detached();
    for (struct vfs_mount *mount = mount_table_first(); mount != NULL; mount = mount->next) {
        int error = vfs_sync_mount(mount);

        result = result != 0 ? result : error;
    }
    return result;
}
