#include "host_fs.h"

#include <errno.h>
#include <heap.h>
#include <string.h>

#define LISTING 8192u /* bytes that are read of a directory at a time */

/* struct linux_dirent64 of getdents64(2) */
struct listed {
    uint64_t inode;
    int64_t next;
    uint16_t size; /* of all of it */
    uint8_t type;
    char name[];
};
#define LISTED_HEADER 19u

int host_fs_lookup(struct vnode *dir, const char *text, size_t length, struct vnode **found)
{
    struct host_node *node = host_node_of(dir);
    struct host_name name;
    int path;

    if (length == 2 && text[0] == '.' && text[1] == '.') {
        *found = vnode_get(&(node->parent ? node->parent : node)->entry.vnode);
        return 0;
    }
    host_fs_name(&name, text, length);
    path = host_fs_openat(node->path, name.text, O_PATH, 0);
    return path < 0 ? path : host_fs_node_at(node->mount, node, name.text, path, found);
}

static int create_file(struct host_node *dir, const char *name, const struct vnode_new *what,
                       struct vnode **made)
{
    int opened = host_fs_openat(dir->path, name, O_RDWR | O_CREAT | O_EXCL, what->mode & ~VNODE_TYPE_MASK);
    struct host_node *node;
    int error;

    if (opened < 0)
        return opened;
    error = host_fs_node_at(dir->mount, dir, name, opened, made);
    if (error)
        return error;
    node = host_node_of(*made);
    node->opened = node->path;
    node->writable = true;
    return 0;
}

static long create_link(struct host_node *dir, const char *name, const struct vnode_new *what)
{
    char *target = heap_alloc(what->target_length + 1);
    long error;

    if (!target)
        return -ENOMEM;
    memcpy(target, what->target, what->target_length);
    target[what->target_length] = '\0';
    error = host_call(HOST_CALL_SYMLINKAT, (long)target, dir->path, (long)name, 0, 0, 0);
    heap_free(target);
    return error;
}

int host_fs_create(struct vnode *dir, const char *text, size_t length, const struct vnode_new *what,
                   struct vnode **made)
{
    struct host_node *node = host_node_of(dir);
    struct host_name name;
    long error;

    if (node->mount->readonly)
        return -EROFS;
    host_fs_name(&name, text, length);
    switch (what->mode & VNODE_TYPE_MASK) {
    case VNODE_FILE:
        return create_file(node, name.text, what, made);
    case VNODE_DIRECTORY:
        error =
            host_call(HOST_CALL_MKDIRAT, node->path, (long)name.text, what->mode & ~VNODE_TYPE_MASK, 0, 0, 0);
        break;
    case VNODE_SYMLINK:
        error = create_link(node, name.text, what);
        break;
    case VNODE_DEVICE:
        return -EPERM; /* the host's devices are not the image's */
    default:
        error = host_call(HOST_CALL_MKNODAT, node->path, (long)name.text, what->mode, 0, 0, 0);
    }
    return error ? (int)error : host_fs_lookup(dir, text, length, made);
}

int host_fs_link(struct vnode *dir, const char *text, size_t length, struct vnode *file)
{
    struct host_node *node = host_node_of(file);
    struct host_name name;

    if (node->mount->readonly)
        return -EROFS;
    host_fs_name(&name, text, length);
    return (int)host_call(HOST_CALL_LINKAT, node->parent->path, (long)node->name, host_node_of(dir)->path,
                          (long)name.text, 0, 0);
}

/* A file that is still held will be read and written without a name; only what is open can be. */
static void keep(struct vnode *file)
{
    if (file && file->type == VNODE_FILE && file->references > 1 &&
        host_fs_open(host_node_of(file), true) != 0)
        host_fs_open(host_node_of(file), false);
}

int host_fs_unlink(struct vnode *dir, const char *text, size_t length, struct vnode *file)
{
    struct host_name name;

    if (host_node_of(dir)->mount->readonly)
        return -EROFS;
    keep(file);
    host_fs_name(&name, text, length);
    return (int)host_call(HOST_CALL_UNLINKAT, host_node_of(dir)->path, (long)name.text,
                          file->type == VNODE_DIRECTORY ? AT_REMOVEDIR : 0, 0, 0, 0);
}

int host_fs_rename(struct vnode *from, const char *text, size_t length, struct vnode *file, struct vnode *to,
                   const char *new_text, size_t new_length, struct vnode *replaced, unsigned flags)
{
    struct host_name name, new_name;
    long error;

    if (host_node_of(from)->mount->readonly)
        return -EROFS;
    if (!(flags & VNODE_RENAME_EXCHANGE))
        keep(replaced);
    host_fs_name(&name, text, length);
    host_fs_name(&new_name, new_text, new_length);
    error = host_call(HOST_CALL_RENAMEAT2, host_node_of(from)->path, (long)name.text, host_node_of(to)->path,
                      (long)new_name.text, flags, 0);
    if (error)
        return (int)error;
    host_fs_moved(host_node_of(file), host_node_of(to), new_name.text);
    if (flags & VNODE_RENAME_EXCHANGE)
        host_fs_moved(host_node_of(replaced), host_node_of(from), name.text);
    return 0;
}

/* Offers what `size` bytes hold; 1: the taker wants no more. */
static int offer(const char *listing, long size, vnode_entry_taker *take, void *context)
{
    for (long at = 0; at < size;) {
        const struct listed *entry = (const void *)(listing + at);
        size_t length;

        /* The host is trusted with the process, but not to be free of mistakes. */
        if (size - at < (long)LISTED_HEADER || entry->size <= LISTED_HEADER || entry->size > size - at)
            return -EIO;
        for (length = 0; length < entry->size - LISTED_HEADER && entry->name[length];)
            length++;
        if (length == 0 || length > VNODE_NAME_MAX)
            return -EIO;
        if (!(entry->name[0] == '.' && (length == 1 || (length == 2 && entry->name[1] == '.'))) &&
            !take(context, entry->name, length, entry->inode, (uint32_t)entry->type << 12,
                  (uint64_t)entry->next))
            return 1;
        at += entry->size;
    }
    return 0;
}

int host_fs_entries(struct vnode *dir, uint64_t cookie, vnode_entry_taker *take, void *context)
{
    struct host_node *node = host_node_of(dir);
    int error = host_fs_open(node, false);
    char *listing;
    long size;

    if (error)
        return error;
    listing = heap_alloc(LISTING);
    if (!listing)
        return -ENOMEM;
    size = host_call(HOST_CALL_LSEEK, node->opened, (long)cookie, SEEK_SET, 0, 0, 0);
    while (size >= 0 &&
           (size = host_call(HOST_CALL_GETDENTS64, node->opened, (long)listing, LISTING, 0, 0, 0)) > 0) {
        error = offer(listing, size, take, context);
        if (error)
            break;
    }
    heap_free(listing);
    return size < 0 ? (int)size : error < 0 ? error : 0;
}
