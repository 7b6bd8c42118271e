#include "fuse.h"

#include <errno.h>
#include <heap.h>

#define CREATE_FLAGS 0302u /* O_RDWR | O_CREAT | O_EXCL of include/uapi/asm-generic/fcntl.h */

#define LISTING 8192u /* bytes that are read of a directory at a time */

/* Sends what tells of a name, and gives the file that the server says it is. `handle` (if not NULL) becomes
 * what the file is open as. */
static int entry_call(struct fuse_call *call, struct fuse_open_out *open, struct vnode **found)
{
    struct fuse_mount *mount = call->mount;
    struct fuse_entry_out out = {0};
    int error;

    if (fuse_call(call) == 0) {
        fuse_answer(call, &out, sizeof out);
        if (open)
            fuse_answer(call, open, sizeof *open);
        /* "There is no such name, and that holds for a while." */
        if (!call->bad && out.node == 0)
            call->error = -ENOENT;
    }
    error = fuse_end(call);
    return error ? error : fuse_node_at(mount, &out, found);
}

int fuse_lookup(struct vnode *dir, const char *name, size_t length, struct vnode **found)
{
    struct fuse_node *node = fuse_node_of(dir);
    struct fuse_call *call = fuse_begin(node->mount, FUSE_LOOKUP, fuse_number(node));

    if (!call)
        return -ENOMEM;
    fuse_put_name(call, name, length);
    return entry_call(call, NULL, found);
}

int fuse_create(struct vnode *dir, const char *name, size_t length, const struct vnode_new *what,
                struct vnode **made)
{
    static const struct {
        uint32_t type;
        enum fuse_operation operation;
    } operations[] = {
        {VNODE_FILE, FUSE_CREATE}, {VNODE_DIRECTORY, FUSE_MKDIR}, {VNODE_SYMLINK, FUSE_SYMLINK}};
    struct fuse_node *node = fuse_node_of(dir);
    uint32_t type = what->mode & VNODE_TYPE_MASK, mode = what->mode & ~VNODE_TYPE_MASK;
    enum fuse_operation operation = FUSE_MKNOD;
    struct fuse_open_out open = {0};
    struct fuse_call *call;
    int error;

    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (operations[i].type == type)
            operation = operations[i].operation;
    call = fuse_begin(node->mount, operation, fuse_number(node));
    if (!call)
        return -ENOMEM;
    call->header.user = what->user;
    call->header.group = what->group;
    if (operation == FUSE_CREATE)
        fuse_put(call, &(struct fuse_create_in){.flags = CREATE_FLAGS, .mode = VNODE_FILE | mode},
                 sizeof(struct fuse_create_in));
    else if (operation == FUSE_MKDIR)
        fuse_put(call, (const uint32_t[2]){mode, 0}, 2 * sizeof(uint32_t));
    else if (operation == FUSE_MKNOD)
        fuse_put(call, (const uint32_t[4]){what->mode, type == VNODE_DEVICE ? what->special_device : 0},
                 4 * sizeof(uint32_t));
    fuse_put_name(call, name, length);
    if (operation == FUSE_SYMLINK)
        fuse_put_name(call, what->target, what->target_length);
    node->fresh_until = 0;
    error = entry_call(call, operation == FUSE_CREATE ? &open : NULL, made);
    if (!error && operation == FUSE_CREATE)
        fuse_opened(fuse_node_of(*made), open.handle, true);
    return error;
}

int fuse_link(struct vnode *dir, const char *name, size_t length, struct vnode *file)
{
    struct fuse_node *node = fuse_node_of(dir);
    struct fuse_call *call = fuse_begin(node->mount, FUSE_LINK, fuse_number(node));
    uint64_t number = fuse_number(fuse_node_of(file));
    struct vnode *same;
    int error;

    if (!call)
        return -ENOMEM;
    fuse_put(call, &number, sizeof number);
    fuse_put_name(call, name, length);
    node->fresh_until = fuse_node_of(file)->fresh_until = 0;
    error = entry_call(call, NULL, &same);
    if (!error)
        vnode_put(same);
    return error;
}

int fuse_unlink(struct vnode *dir, const char *name, size_t length, struct vnode *file)
{
    struct fuse_node *node = fuse_node_of(dir);
    struct fuse_call *call =
        fuse_begin(node->mount, file->type == VNODE_DIRECTORY ? FUSE_RMDIR : FUSE_UNLINK, fuse_number(node));

    if (!call)
        return -ENOMEM;
    fuse_put_name(call, name, length);
    node->fresh_until = fuse_node_of(file)->fresh_until = 0;
    fuse_call(call);
    return fuse_end(call);
}

int fuse_rename(struct vnode *from, const char *name, size_t length, struct vnode *file, struct vnode *to,
                const char *new_name, size_t new_length, struct vnode *replaced, unsigned flags)
{
    struct fuse_node *node = fuse_node_of(from);
    const struct fuse_rename_in in = {.directory = fuse_number(fuse_node_of(to)), .flags = flags};
    struct fuse_call *call = fuse_begin(node->mount, FUSE_RENAME2, fuse_number(node));

    if (!call)
        return -ENOMEM;
    fuse_put(call, &in, sizeof in);
    fuse_put_name(call, name, length);
    fuse_put_name(call, new_name, new_length);
    node->fresh_until = fuse_node_of(to)->fresh_until = fuse_node_of(file)->fresh_until = 0;
    if (replaced)
        fuse_node_of(replaced)->fresh_until = 0;
    fuse_call(call);
    return fuse_end(call);
}

static bool is_name(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (name[i] == '/' || name[i] == '\0')
            return false;
    return length > 0 && length <= VNODE_NAME_MAX;
}

/* Offers what `size` bytes hold. `*cookie` is where the next ones begin. 1: the taker wants no more. */
static int offer(const unsigned char *listing, uint32_t size, uint64_t *cookie, vnode_entry_taker *take,
                 void *context)
{
    uint32_t at = 0;

    while (at < size) {
        const struct fuse_entry *entry = (const void *)(listing + at);
        const char *name = (const char *)(entry + 1);

        if (size - at < sizeof *entry || entry->length > size - at - sizeof *entry ||
            !is_name(name, entry->length))
            return -EIO;
        /* The type is a DT_... of readdir(3): st_mode's, shifted. */
        if (!(name[0] == '.' && (entry->length == 1 || (entry->length == 2 && name[1] == '.'))) &&
            !take(context, name, entry->length, entry->inode, (entry->type & 15) << 12, entry->next))
            return 1;
        *cookie = entry->next;
        /* The last one need not be padded. */
        at += (uint32_t)sizeof *entry + ((entry->length + 7) & ~7u);
    }
    return 0;
}

static long list(struct fuse_node *node, uint64_t cookie, unsigned char *listing)
{
    const struct fuse_transfer_in in = {.handle = node->handle, .offset = cookie, .size = LISTING};
    struct fuse_call *call = fuse_begin(node->mount, FUSE_READDIR, fuse_number(node));
    uint32_t size;
    int error;

    if (!call)
        return -ENOMEM;
    fuse_put(call, &in, sizeof in);
    fuse_call_in(call, listing, LISTING);
    size = call->size;
    error = fuse_end(call);
    return error ? error : (long)size;
}

int fuse_entries(struct vnode *dir, uint64_t cookie, vnode_entry_taker *take, void *context)
{
    struct fuse_node *node = fuse_node_of(dir);
    int error = fuse_open(node, false);
    unsigned char *listing;
    long size;

    if (error)
        return error;
    listing = heap_alloc(LISTING);
    if (!listing)
        return -ENOMEM;
    do {
        uint64_t before = cookie;

        size = list(node, cookie, listing);
        error = size < 0 ? (int)size : offer(listing, (uint32_t)size, &cookie, take, context);
        /* One that does not go on would be asked for ever. */
        if (error == 0 && size > 0 && cookie == before)
            error = -EIO;
    } while (error == 0 && size > 0);
    heap_free(listing);
    if (error == -EIO)
        fuse_complain(node->mount);
    return error < 0 ? error : 0;
}
