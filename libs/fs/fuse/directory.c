#include "fuse.h"

#include <errno.h>
#include <string.h>

#define CREATE_FLAGS 0302u /* O_RDWR | O_CREAT | O_EXCL of include/uapi/asm-generic/fcntl.h */

#define LISTING_MOST ((uint32_t)1 << 20) /* bytes of a listing: any will do */
#define LISTING_FIRST 1024u              /* each next answer may be four times as long */

static bool is_parent(const char *name, size_t length)
{
    return length == 2 && memcmp(name, "..", 2) == 0;
}

/* The file that the server says is of this name, which `holds` for as long as it says. */
static int found_by(struct fuse_node *dir, const char *name, size_t length, bool holds,
                    const struct fuse_entry_out *out, uint64_t asked, struct vnode **found)
{
    int error = fuse_node_at(dir->mount, out, asked, found);

    if (!error && holds && !is_parent(name, length))
        fuse_name_keep(fuse_node_of(*found), fuse_number(dir), name, length,
                       fuse_deadline(out->name_valid, out->name_valid_nanoseconds));
    return error;
}

/* Sends what tells of a name, and gives the file that the server says it is. `handle` (if not NULL) becomes
 * what the file is open as. `changes`: the name comes to be by that. */
static int entry_call(struct fuse_call *call, struct fuse_node *dir, const char *name, size_t length,
                      bool changes, struct fuse_open_out *open, struct vnode **found)
{
    struct fuse_mount *mount = call->mount;
    struct fuse_entry_out out = {0};
    uint64_t asked = call->asked;
    bool holds;
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
    holds = mount->names_changed <= asked;
    if (changes) {
        fuse_changed(dir);
        fuse_name_changed(mount, fuse_number(dir), name, length);
    }
    return error ? error : found_by(dir, name, length, holds, &out, asked, found);
}

static int ask_for(struct fuse_node *node, const char *name, size_t length, struct vnode **found)
{
    struct fuse_call *call = fuse_begin(node->mount, FUSE_LOOKUP, fuse_number(node));

    if (!call)
        return -ENOMEM;
    fuse_put_name(call, name, length);
    return entry_call(call, node, name, length, false, NULL, found);
}

/*
 * QEMU's virtiofsd gives the root another number when it is come to from below, and that one is its own
 * parent: whoever goes up would never arrive. The root takes its place.
 */
static int to_root(struct vnode **found)
{
    struct fuse_node *node = fuse_node_of(*found);
    struct fuse_node *root = (struct fuse_node *)vnode_table_find(&node->mount->nodes, FUSE_ROOT);
    struct vnode *above;
    int error;

    if (!root || node == root || node->attributes.inode != root->attributes.inode)
        return 0;
    error = ask_for(node, "..", 2, &above);
    if (!error && above == *found) {
        vnode_put(*found);
        *found = fuse_hold(root);
    }
    if (!error)
        vnode_put(above);
    else
        vnode_put(*found);
    return error;
}

int fuse_lookup(struct vnode *dir, const char *name, size_t length, struct vnode **found)
{
    struct fuse_node *node = fuse_node_of(dir);
    struct fuse_node *known = fuse_name_find(node->mount, fuse_number(node), name, length);
    int error;

    if (known) {
        node->looked_in |= known->told;
        known->told = false;
        *found = fuse_hold(known);
        return 0;
    }
    node->looked_in = true;
    error = ask_for(node, name, length, found);
    return !error && is_parent(name, length) ? to_root(found) : error;
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
    error = entry_call(call, node, name, length, true, operation == FUSE_CREATE ? &open : NULL, made);
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
    error = entry_call(call, node, name, length, true, NULL, &same);
    fuse_changed(fuse_node_of(file));
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
    fuse_call(call);
    fuse_changed(node);
    fuse_changed(fuse_node_of(file));
    fuse_name_changed(node->mount, fuse_number(node), name, length);
    if (!call->error)
        fuse_unnamed(file);
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
    fuse_call(call);
    fuse_changed(node);
    fuse_changed(fuse_node_of(to));
    fuse_changed(fuse_node_of(file));
    if (replaced) {
        fuse_changed(fuse_node_of(replaced));
        if (!call->error && !flags)
            fuse_unnamed(replaced);
    }
    fuse_name_changed(node->mount, fuse_number(node), name, length);
    fuse_name_changed(node->mount, in.directory, new_name, new_length);
    return fuse_end(call);
}

static size_t padded(size_t length)
{
    return (length + 7) & ~(size_t)7;
}

static size_t read_entry(const unsigned char *bytes, size_t size, struct share_entry *found)
{
    const struct fuse_entry *entry = (const void *)bytes;

    if (size < sizeof *entry || entry->length > size - sizeof *entry)
        return 0;
    *found = (struct share_entry){(const char *)(entry + 1), entry->length, entry->inode, entry->next,
                                  entry->type};
    return sizeof *entry + padded(entry->length); /* the last one need not be padded */
}

/*
 * Takes what is told of files out of a listing, so that it becomes a plain one, and keeps it: each file has
 * been told of once more. Returns how long the listing is then; what is wrong is left to who reads it.
 */
static long keep_attributes(struct fuse_node *dir, unsigned char *bytes, size_t size, uint64_t asked)
{
    bool holds = dir->mount->names_changed <= asked;
    size_t at = 0, used = 0;

    while (at < size) {
        size_t left = size - at, length = 0;
        struct fuse_entry_out out;
        struct share_entry entry;
        struct vnode *file;

        if (left > sizeof out)
            length = read_entry(bytes + at + sizeof out, left - sizeof out, &entry);
        if (length == 0)
            return -EIO;
        memcpy(&out, bytes + at, sizeof out);
        if (out.node != 0 && entry.length <= VNODE_NAME_MAX &&
            found_by(dir, entry.name, entry.length, holds, &out, asked, &file) == 0) {
            fuse_node_of(file)->told = true;
            vnode_put(file);
        }
        at += sizeof out;
        if (length > size - at)
            length = size - at;
        memmove(bytes + used, bytes + at, length);
        used += length;
        at += length;
    }
    return (long)used;
}

/* With attributes, if whoever lists it looks up files that are not known: what comes first is short, as that
 * shows then. */
static long ask_by(struct fuse_node *node, uint64_t handle, uint64_t cookie, void *bytes, uint32_t room)
{
    bool attributes = node->looked_in && cookie != 0 && node->mount->lists_attributes;
    struct fuse_transfer_in in = {.handle = handle, .offset = cookie, .size = room};
    struct fuse_call *call =
        fuse_begin(node->mount, attributes ? FUSE_READDIRPLUS : FUSE_READDIR, fuse_number(node));
    uint64_t asked;
    uint32_t size;
    int error;

    if (!call)
        return -ENOMEM;
    asked = call->asked;
    node->looked_in = false;
    if (cookie == 0 || node->listing == 0)
        node->listing = LISTING_FIRST;
    if (node->listing < room && !attributes)
        in.size = node->listing;
    if (node->listing < room)
        node->listing *= 4;
    fuse_put(call, &in, sizeof in);
    fuse_call_in(call, bytes, in.size);
    size = call->size;
    error = fuse_end(call);
    if (error)
        return error;
    return attributes ? keep_attributes(node, bytes, size, asked) : (long)size;
}

/* A server may remember with a handle where it is: two requests at once by the same one lose entries. */
static long ask(struct vnode *directory, uint64_t cookie, void *bytes, uint32_t room)
{
    struct fuse_node *node = fuse_node_of(directory);
    uint64_t handle;
    long size;

    if (node->listed) {
        int error = fuse_open_handle(node, false, &handle);

        if (error)
            return error;
        size = ask_by(node, handle, cookie, bytes, room);
        fuse_close_handle(node, handle);
        return size;
    }
    node->listed = true;
    size = ask_by(node, node->handle, cookie, bytes, room);
    node->listed = false;
    return size;
}

int fuse_entries(struct vnode *dir, uint64_t cookie, vnode_entry_taker *take, void *context)
{
    static const struct share_listing_kind kind = {.ask = ask, .entry = read_entry};
    struct fuse_node *node = fuse_node_of(dir);
    int error = fuse_open(node, false);

    if (!error)
        error = share_list(dir, cookie, &kind, &node->mount->listings, LISTING_MOST, take, context);
    if (error == -EIO)
        fuse_complain(node->mount);
    return error;
}
