/*
 * From a path to a file.
 */
#include "names.h"

#include <heap.h>

#define FOLLOW_BEFORE_SLASH 2u /* follow a link in the last component if a slash comes behind it */

/* A path on its way. `text` is what is still to be followed; `owned` is the memory that it stands in if that
 * is ours. */
struct walk {
    const char *text;
    char *owned;
    unsigned links; /* followed so far */
};

bool vfs_place_is_name(const struct vfs_place *place)
{
    return place->length != 0 && strcmp(place->name, ".") != 0 && strcmp(place->name, "..") != 0;
}

void vfs_place_put(struct vfs_place *place)
{
    if (place->changing)
        vfs_give_names(place->directory);
    vnode_put(place->directory);
    vnode_put(place->vnode);
}

/* Takes the next component off `walk` and into `place`, with the slashes behind it. */
static int next_component(struct walk *walk, struct vfs_place *place)
{
    size_t length = 0;

    while (walk->text[length] != '\0' && walk->text[length] != '/')
        length++;
    if (length > VNODE_NAME_MAX)
        return -ENAMETOOLONG;
    memcpy(place->name, walk->text, length);
    place->name[length] = '\0';
    place->length = length;
    walk->text += length;
    place->slash = *walk->text == '/';
    while (*walk->text == '/')
        walk->text++;
    return 0;
}

/* Puts what the link in `place` contains before the rest of the path, and leaves `place` where that begins.
 */
static int follow(struct walk *walk, struct vfs_place *place)
{
    struct vnode *link = place->vnode;
    size_t rest = strlen(walk->text) + 1;
    struct vnode_attributes attributes;
    long length;
    char *text;

    if (++walk->links > VFS_LINKS_MAX)
        return -ELOOP;
    link->ops->get(link, &attributes);
    if (attributes.size == 0)
        return -ENOENT;
    if (attributes.size >= VFS_PATH_MAX || attributes.size + place->slash + rest > VFS_PATH_MAX)
        return -ENAMETOOLONG;
    text = heap_alloc((size_t)attributes.size + place->slash + rest);
    if (text == NULL)
        return -ENOMEM;
    length = link->ops->read(link, text, (size_t)attributes.size, 0);
    if (length <= 0) {
        heap_free(text);
        return length < 0 ? (int)length : -EIO;
    }
    /* The slash behind the link's name, if there was one, goes on demanding a directory. */
    if (place->slash)
        text[length++] = '/';
    memcpy(text + length, walk->text, rest);
    heap_free(walk->owned);
    walk->text = walk->owned = text;
    vnode_put(place->vnode);
    place->vnode = NULL;
    return 0;
}

/* What has a name in a directory; *found NULL: nothing. */
static int look_up(struct vnode *directory, const char *name, size_t length, struct vnode **found)
{
    int error;
#ifdef CONFIG_LIB_NAME_CACHE
    bool kept = !(directory->flags & VNODE_SHARED_NAMES) && (length != 2 || memcmp(name, "..", 2) != 0);
    uint64_t time = name_cache_time();

    if (kept && name_cache_find(directory, name, length, found))
        return 0;
#endif
    error = directory->ops->lookup(directory, name, length, found);
    if (error == 0)
        vfs_settle(directory, *found);
    else if (error == -ENOENT) {
        *found = NULL;
        error = 0;
    }
#ifdef CONFIG_LIB_NAME_CACHE
    if (error == 0 && kept)
        name_cache_put(directory, name, length, *found, time);
#endif
    return error;
}

/* Looks the component in `place` up in its directory. That nothing has this name is no error, but leaves the
 * vnode NULL. */
static int find_component(struct vfs_place *place)
{
    struct vnode *directory = place->directory;
    bool up = strcmp(place->name, "..") == 0;
    int error;

    if (strcmp(place->name, ".") == 0 || (up && directory == vfs_root())) {
        place->vnode = vnode_get(directory);
        return 0;
    }
#ifdef CONFIG_LIB_MOUNT_TABLE
    if (up)
        directory = mount_table_up(directory);
#endif
    error = look_up(directory, place->name, place->length, &place->vnode);
#ifdef CONFIG_LIB_MOUNT_TABLE
    if (place->vnode != NULL && (place->vnode->flags & VNODE_COVERED)) {
        struct vnode *below = place->vnode;
        place->vnode = vnode_get(mount_table_down(below));
        vnode_put(below);
    }
#endif
    return error;
}

#ifdef CONFIG_LIB_NAME_CACHE
int vfs_find_again(struct vfs_place *place)
{
    vnode_put(place->vnode);
    place->vnode = NULL;
    return place->length != 0 ? find_component(place) : 0;
}
#endif

/* Moves `place` from its directory to another, whose reference it takes over. */
static void enter(struct vfs_place *place, struct vnode *directory)
{
    vnode_put(place->directory);
    place->directory = directory;
    place->vnode = NULL;
}

/* Follows the path in `walk` from place->directory on. On an error, place holds references. */
static int advance(struct walk *walk, unsigned how, struct vfs_place *place)
{
    for (;;) {
        bool last;
        int error;

        if (*walk->text == '/') { /* an absolute path, or a link that holds one */
            enter(place, vnode_get(vfs_root()));
            while (*walk->text == '/')
                walk->text++;
        }
        if (place->directory->type != VNODE_DIRECTORY)
            return -ENOTDIR;
#ifdef CONFIG_LIB_USERS
        if (*walk->text != '\0' && !(how & VFS_TRUSTED)) {
            error = vfs_may(place->directory, VFS_RUN, how);
            if (error != 0)
                return error;
        }
#endif
        error = next_component(walk, place);
        if (error != 0)
            return error;
        if (place->length == 0) {
            place->slash = true;
            place->vnode = vnode_get(place->directory);
            return 0;
        }
        last = *walk->text == '\0';
        if (last && (how & VFS_CHANGE)) {
            vfs_take_names(place->directory);
            place->changing = true;
        }
        error = find_component(place);
        if (error != 0)
            return error;
        if (place->vnode == NULL)
            return last ? 0 : -ENOENT;
        if (place->vnode->type == VNODE_SYMLINK &&
            (!last || (how & (place->slash ? FOLLOW_BEFORE_SLASH : VFS_FOLLOW)))) {
            if (place->changing)
                vfs_give_names(place->directory);
            place->changing = false;
            error = follow(walk, place);
            if (error != 0)
                return error;
            continue;
        }
        if (last)
            return 0;
        enter(place, place->vnode);
    }
}

int vfs_find(struct vnode *from, const char *path, unsigned how, struct vfs_place *place)
{
    struct walk walk = {.text = path};
    int error;

    if (*path == '\0')
        return -ENOENT;
    if (strlen(path) >= VFS_PATH_MAX)
        return -ENAMETOOLONG;
    place->directory = vnode_get(from != NULL ? from : vfs_working_directory());
    place->vnode = NULL;
    place->changing = false;
    error = advance(&walk, how, place);
    heap_free(walk.owned);
    if (error != 0)
        vfs_place_put(place);
    return error;
}

int vfs_lookup(struct vnode *from, const char *path, unsigned how, struct vnode **found)
{
    struct vfs_place place;
    int error = vfs_find(from, path, how | FOLLOW_BEFORE_SLASH, &place);

    if (error != 0)
        return error;
    vnode_put(place.directory);
    if (place.vnode == NULL)
        return -ENOENT;
    if (place.slash && place.vnode->type != VNODE_DIRECTORY) {
        vnode_put(place.vnode);
        return -ENOTDIR;
    }
    *found = place.vnode;
    return 0;
}

#ifdef CONFIG_LIB_INOTIFY
int vfs_lookup_place(struct vnode *from, const char *path, unsigned how, struct vfs_place *place)
{
    int error = vfs_find(from, path, how | FOLLOW_BEFORE_SLASH, place);

    if (error != 0)
        return error;
    if (place->vnode == NULL)
        error = -ENOENT;
    else if (place->slash && place->vnode->type != VNODE_DIRECTORY)
        error = -ENOTDIR;
    if (error != 0)
        vfs_place_put(place);
    return error;
}
#endif
