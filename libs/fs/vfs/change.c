/*
 * Making, linking, removing and renaming. Errors are those that Linux gives in the same situation, in the
 * same order.
 */
#include "names.h"

int vfs_make_at(struct vfs_place *place, const struct vnode_new *what, struct vnode **made)
{
    struct vnode *directory = place->directory, *vnode;
    int error;
#ifdef CONFIG_LIB_USERS
    struct vnode_new own = *what;
#endif

    if (place->vnode != NULL || !vfs_place_is_name(place))
        return -EEXIST;
    if (place->slash && (what->mode & VNODE_TYPE_MASK) != VNODE_DIRECTORY)
        return -ENOENT;
    if (directory->ops->create == NULL)
        return -EROFS;
    error = vfs_may_change(directory);
#ifdef CONFIG_LIB_USERS
    vfs_own(directory, &own);
    what = &own;
#endif
    if (error == 0)
        error = directory->ops->create(directory, place->name, place->length, what, &vnode);
    vfs_forget(directory, place->name, place->length);
    if (error == 0)
        vfs_settle(directory, vnode);
    if (error != 0)
        return error;
#ifdef CONFIG_LIB_INOTIFY
    inotify_made(directory, place->name, vnode);
#endif
    if (made != NULL)
        *made = vnode;
    else
        vnode_put(vnode);
    return 0;
}

int vfs_make(struct vnode *from, const char *path, const struct vnode_new *what, struct vnode **made)
{
    struct vfs_place place;
    int error = vfs_find(from, path, VFS_CHANGE, &place);

    if (error != 0)
        return error;
    error = vfs_make_at(&place, what, made);
    vfs_place_put(&place);
    return error;
}

int vfs_make_nameless(struct vnode *from, const char *path, const struct vnode_new *what, struct vnode **made)
{
    struct vnode *directory;
    int error = vfs_lookup(from, path, VFS_FOLLOW, &directory);

    if (error != 0)
        return error;
    if (directory->type != VNODE_DIRECTORY)
        error = -ENOTDIR;
    else if (!(directory->flags & VNODE_NAMELESS))
        error = -EOPNOTSUPP;
    else
        error = vfs_may_change(directory);
#ifdef CONFIG_LIB_USERS
    struct vnode_new own = *what;

    vfs_own(directory, &own);
    what = &own;
#endif
    if (error == 0)
        error = directory->ops->create(directory, "", 0, what, made);
    if (error == 0)
        vfs_settle(directory, *made);
    vnode_put(directory);
    return error;
}

int vfs_link(struct vnode *file, struct vnode *from, const char *path)
{
    struct vfs_place place;
    int error = vfs_find(from, path, VFS_CHANGE, &place);

    if (error != 0)
        return error;
    if (place.vnode != NULL)
        error = -EEXIST;
    else if (place.slash)
        error = -ENOENT;
#ifdef CONFIG_LIB_USERS
    else if ((error = vfs_may_change(place.directory)) != 0)
        ;
#endif
    else if (file->type == VNODE_DIRECTORY)
        error = -EPERM;
    else if (file->mount != place.directory->mount)
        error = -EXDEV;
    else if (place.directory->ops->link == NULL)
        error = -EROFS;
    else
        error = vfs_may_change(place.directory);
    if (error == 0) {
        error = place.directory->ops->link(place.directory, place.name, place.length, file);
        vfs_forget(place.directory, place.name, place.length);
    }
#ifdef CONFIG_LIB_INOTIFY
    if (error == 0)
        inotify_linked(place.directory, place.name, file);
#endif
    vfs_place_put(&place);
    return error;
}

/* Gives a place back whose file has perhaps lost its last name: then its pages go with it. */
static void put_unnamed(struct vfs_place *place, bool unnamed)
{
#ifdef CONFIG_LIB_PAGE_CACHE
    struct vnode *file = place->vnode;

    if (unnamed && file != NULL)
        vnode_get(file);
    vfs_place_put(place);
    if (unnamed && file != NULL)
        page_cache_put(file);
#else
    (void)unnamed;
    vfs_place_put(place);
#endif
}

/* Whether what stands at `place` can be removed in the way that is asked for. */
static int check_removal(const struct vfs_place *place, bool directory)
{
    if (!vfs_place_is_name(place)) {
        if (!directory)
            return -EISDIR;
        return place->length == 0 ? -EBUSY : place->length == 1 ? -EINVAL : -ENOTEMPTY;
    }
    if (place->vnode == NULL)
        return -ENOENT;
#ifdef CONFIG_LIB_USERS
    int error = directory || !place->slash ? vfs_may_remove(place->directory, place->vnode) : 0;
    if (error != 0)
        return error;
#endif
    if (place->vnode->mount != place->directory->mount)
        return -EBUSY; /* something is mounted there */
    if (directory)
        return place->vnode->type == VNODE_DIRECTORY ? 0 : -ENOTDIR;
    if (place->vnode->type == VNODE_DIRECTORY)
        return -EISDIR;
    return place->slash ? -ENOTDIR : 0;
}

int vfs_remove(struct vnode *from, const char *path, bool directory)
{
    struct vfs_place place;
    int error = vfs_find(from, path, VFS_CHANGE, &place);

    if (error != 0)
        return error;
    error = check_removal(&place, directory);
    if (error == 0 && place.directory->ops->unlink == NULL)
        error = -EROFS;
    if (error == 0)
        error = vfs_may_change(place.directory);
    if (error == 0) {
        error = place.directory->ops->unlink(place.directory, place.name, place.length, place.vnode);
        vfs_forget(place.directory, place.name, place.length);
    }
#ifdef CONFIG_LIB_NAME_CACHE
    if (error == 0 && directory)
        name_cache_drop_directory(place.vnode);
#endif
#ifdef CONFIG_LIB_INOTIFY
    if (error == 0)
        inotify_removed(place.directory, place.name, place.vnode);
#endif
    put_unnamed(&place, error == 0);
    return error;
}

/* Whether it is the root of its file system. */
static bool is_root(const struct vnode *directory)
{
#ifdef CONFIG_LIB_MOUNT_TABLE
    return directory->mount->root == directory;
#else
    return directory == vfs_root();
#endif
}

/* Whether `inner` is `outer` or a directory somewhere below it. Negative: an error on the way. */
static int is_inside(struct vnode *inner, const struct vnode *outer)
{
    int result = 1;

    vnode_get(inner);
    while (inner != outer) {
        struct vnode *parent;
        if (is_root(inner)) {
            result = 0;
            break;
        }
        result = inner->ops->lookup(inner, "..", 2, &parent);
        if (result == 0)
            vfs_settle(inner, parent);
        if (result < 0)
            break;
        vnode_put(inner);
        inner = parent;
        result = 1;
    }
    vnode_put(inner);
    return result;
}

/* 0, an error, or 1 when there is nothing to do. */
static int check_rename(const struct vfs_place *old, const struct vfs_place *new, unsigned flags)
{
    int inside;

    if (!vfs_place_is_name(old))
        return -EBUSY;
    if (!vfs_place_is_name(new))
        return flags & VNODE_RENAME_NOREPLACE ? -EEXIST : -EBUSY;
    if (old->vnode == NULL)
        return -ENOENT;
    if (old->vnode->mount != old->directory->mount ||
        (new->vnode != NULL &&new->vnode->mount != new->directory->mount))
        return -EBUSY; /* something is mounted there */
    if ((flags & VNODE_RENAME_NOREPLACE) && new->vnode != NULL)
        return -EEXIST;
    if ((flags & VNODE_RENAME_EXCHANGE) && new->vnode == NULL)
        return -ENOENT;
    if ((flags & VNODE_RENAME_EXCHANGE) && new->vnode->type != VNODE_DIRECTORY &&new->slash)
        return -ENOTDIR;
    if (old->vnode->type != VNODE_DIRECTORY &&
        (old->slash || (new->slash && !(flags & VNODE_RENAME_EXCHANGE))))
        return -ENOTDIR;
    if (old->vnode->type == VNODE_DIRECTORY) {
        inside = is_inside(new->directory, old->vnode);
        if (inside != 0)
            return inside < 0 ? inside : -EINVAL;
    }
    if (new->vnode == old->vnode)
        return 1;
    if (new->vnode != NULL &&new->vnode->type == VNODE_DIRECTORY) {
        inside = is_inside(old->directory, new->vnode);
        if (inside != 0)
            return inside < 0 ? inside : flags & VNODE_RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
    }
#ifdef CONFIG_LIB_USERS
    inside = vfs_may_rename(old, new, flags);
    if (inside != 0)
        return inside;
#endif
    if (new->vnode == NULL || (flags & VNODE_RENAME_EXCHANGE))
        return 0;
    if (new->vnode->type == VNODE_DIRECTORY)
        return old->vnode->type == VNODE_DIRECTORY ? 0 : -EISDIR;
    return old->vnode->type != VNODE_DIRECTORY ? 0 : -ENOTDIR;
}

static int rename(struct vfs_place *old, struct vfs_place *new, unsigned flags)
{
    int error;

    if (old->directory->mount != new->directory->mount)
        return -EXDEV;
#ifdef CONFIG_LIB_NAME_CACHE
    vfs_take_names(old->directory);
    old->changing = true;
    error = vfs_find_again(old);
    if (error == 0)
        error = vfs_find_again(new);
    if (error != 0)
        return error;
#endif
    error = check_rename(old, new, flags);
    if (error == 0 && old->directory->ops->rename == NULL)
        error = -EROFS;
    if (error == 0)
        error = vfs_may_change(old->directory); /* both are in one file system */
    if (error != 0)
        return error;
    error = old->directory->ops->rename(old->directory, old->name, old->length, old->vnode, new->directory,
                                        new->name, new->length, new->vnode, flags);
    vfs_forget(old->directory, old->name, old->length);
    vfs_forget(new->directory, new->name, new->length);
#ifdef CONFIG_LIB_NAME_CACHE
    if (error == 0 && new->vnode != NULL &&new->vnode->type == VNODE_DIRECTORY &&
        !(flags & VNODE_RENAME_EXCHANGE))
        name_cache_drop_directory(new->vnode);
#endif
#ifdef CONFIG_LIB_INOTIFY
    if (error == 0)
        inotify_renamed(old->directory, old->name, old->vnode, new->directory, new->name, new->vnode,
                        flags & VNODE_RENAME_EXCHANGE);
#endif
    return error;
}

int vfs_rename(struct vnode *from, const char *path, struct vnode *to, const char *new_path, unsigned flags)
{
    struct vfs_place old, new;
    int error = vfs_find(from, path, 0, &old);

    if (error != 0)
        return error;
    error = vfs_find(to, new_path, 0, &new);
    if (error != 0) {
        vfs_place_put(&old);
        return error;
    }
    error = rename(&old, &new, flags);
    vfs_place_put(&old);
    put_unnamed(&new, error == 0);
    return error > 0 ? 0 : error;
}
