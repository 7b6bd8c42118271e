#include "plan9.h"

#include <errno.h>
#include <string.h>

#define UNLINK_DIRECTORY 0x200u /* AT_REMOVEDIR of Linux's include/uapi/linux/fcntl.h */
#define CREATE_FLAGS 0302u      /* O_RDWR | O_CREAT | O_EXCL of include/uapi/asm-generic/fcntl.h */

#define LISTING_TRIES 16u  /* that entries may go meanwhile */
#define LISTING_HEADER 24u /* bytes of an entry: qid, offset, type, length of the name */

int plan9_lookup(struct vnode *dir, const char *name, size_t length, struct vnode **found)
{
    struct plan9_node *node = plan9_node_of(dir);
    const struct plan9_name what = {name, length};
    uint32_t fid;
    int error = plan9_walk(node->mount, &node->fid, &what, 1, &fid);

    return error ? error : plan9_node_at(node->mount, fid, found);
}

/* The fid of a directory becomes that of the open file that is made in it. */
static int create_file(struct plan9_node *dir, const char *name, size_t length, const struct vnode_new *what,
                       struct vnode **made)
{
    struct plan9_mount *mount = dir->mount;
    struct plan9_call *call;
    struct plan9_qid qid = {0};
    uint32_t fid;
    int error = plan9_walk(mount, &dir->fid, NULL, 0, &fid);

    if (error)
        return error;
    call = plan9_begin(mount, PLAN9_TLCREATE);
    if (!call) {
        plan9_clunk(mount, fid);
        return -ENOMEM;
    }
    plan9_put32(call, fid);
    plan9_put_string(call, name, length);
    plan9_put32(call, CREATE_FLAGS);
    plan9_put32(call, what->mode & ~VNODE_TYPE_MASK);
    plan9_put32(call, what->group);
    if (plan9_call(call) == 0) {
        qid = plan9_get_qid(call);
        plan9_get32(call); /* iounit */
    }
    error = plan9_end(call);
    if (error) {
        plan9_clunk(mount, fid);
        return error;
    }
    return plan9_node_created(mount, fid, qid.path, made);
}

static int create_other(struct plan9_node *dir, const char *name, size_t length, const struct vnode_new *what)
{
    uint32_t type = what->mode & VNODE_TYPE_MASK, mode = what->mode & ~VNODE_TYPE_MASK;
    struct plan9_call *call = plan9_begin(dir->mount, type == VNODE_DIRECTORY ? PLAN9_TMKDIR
                                                      : type == VNODE_SYMLINK ? PLAN9_TSYMLINK
                                                                              : PLAN9_TMKNOD);

    if (!call)
        return -ENOMEM;
    plan9_put32(call, dir->fid);
    plan9_put_string(call, name, length);
    if (type == VNODE_SYMLINK) {
        plan9_put_string(call, what->target, what->target_length);
    } else if (type == VNODE_DIRECTORY) {
        plan9_put32(call, mode);
    } else {
        plan9_put32(call, what->mode);
        plan9_put32(call, type == VNODE_DEVICE ? what->special_device >> 8 : 0);
        plan9_put32(call, type == VNODE_DEVICE ? what->special_device & 0xff : 0);
    }
    plan9_put32(call, what->group);
    if (plan9_call(call) == 0)
        plan9_get_qid(call);
    return plan9_end(call);
}

int plan9_create(struct vnode *dir, const char *name, size_t length, const struct vnode_new *what,
                 struct vnode **made)
{
    struct plan9_node *node = plan9_node_of(dir);
    bool file = (what->mode & VNODE_TYPE_MASK) == VNODE_FILE;
    int error = file ? create_file(node, name, length, what, made) : create_other(node, name, length, what);

    plan9_changed(node);
    return error || file ? error : plan9_lookup(dir, name, length, made);
}

int plan9_link(struct vnode *dir, const char *name, size_t length, struct vnode *file)
{
    struct plan9_node *node = plan9_node_of(dir);
    int error = plan9_placed(plan9_node_of(file));
    struct plan9_call *call;

    if (error)
        return error;
    call = plan9_begin(node->mount, PLAN9_TLINK);
    if (!call)
        return -ENOMEM;
    plan9_put32(call, node->fid);
    plan9_put32(call, plan9_node_of(file)->fid);
    plan9_put_string(call, name, length);
    plan9_call(call);
    plan9_changed(node);
    plan9_changed(plan9_node_of(file));
    return plan9_end(call);
}

/* It has lost a name. */
static void unname(struct vnode *file)
{
    struct plan9_node *node = plan9_node_of(file);

    node->misplaced = true;
    if (file->type == VNODE_DIRECTORY)
        node->attributes.links = 0;
    else if (node->attributes.links > 0)
        node->attributes.links--;
#ifdef CONFIG_PLAN9_CACHE
    node->content.unnamed = node->attributes.links == 0;
#endif
}

/* A file that is still held will be read and written without a name; only open fids can be. */
static void keep(struct vnode *file)
{
    unsigned known = 1; /* references: of the caller, and of the page cache */

#ifdef CONFIG_PLAN9_CACHE
    known += file && file->pages;
#endif
    if (file && file->type == VNODE_FILE && file->references > known &&
        plan9_open(plan9_node_of(file), true) != 0)
        plan9_open(plan9_node_of(file), false);
}

int plan9_unlink(struct vnode *dir, const char *name, size_t length, struct vnode *file)
{
    struct plan9_node *node = plan9_node_of(dir);
    struct plan9_call *call;
    struct vnode_attributes last;

    keep(file);
    /* The last chance to ask: a server may know a file without a name no more. */
    plan9_get(file, &last);
    call = plan9_begin(node->mount, PLAN9_TUNLINKAT);
    if (!call)
        return -ENOMEM;
    plan9_put32(call, node->fid);
    plan9_put_string(call, name, length);
    plan9_put32(call, file->type == VNODE_DIRECTORY ? UNLINK_DIRECTORY : 0);
    if (plan9_call(call) == 0) {
        plan9_changed(node);
        plan9_changed(plan9_node_of(file));
        unname(file);
    }
    return plan9_end(call);
}

int plan9_rename(struct vnode *from, const char *name, size_t length, struct vnode *file, struct vnode *to,
                 const char *new_name, size_t new_length, struct vnode *replaced, unsigned flags)
{
    struct plan9_node *node = plan9_node_of(from);
    struct plan9_call *call;
    struct vnode_attributes last;

    if (flags)
        return -EINVAL; /* the protocol has none */
    keep(replaced);
    if (replaced)
        plan9_get(replaced, &last); /* as in plan9_unlink() */
    call = plan9_begin(node->mount, PLAN9_TRENAMEAT);
    if (!call)
        return -ENOMEM;
    plan9_put32(call, node->fid);
    plan9_put_string(call, name, length);
    plan9_put32(call, plan9_node_of(to)->fid);
    plan9_put_string(call, new_name, new_length);
    plan9_call(call);
    plan9_changed(node);
    plan9_changed(plan9_node_of(to));
    plan9_changed(plan9_node_of(file));
    if (replaced)
        plan9_changed(plan9_node_of(replaced));
    if (replaced && !call->error)
        unname(replaced);
    return plan9_end(call);
}

static uint64_t number(const unsigned char *at, unsigned bytes)
{
    uint64_t value = 0;

    while (bytes > 0)
        value = value << 8 | at[--bytes];
    return value;
}

static size_t read_entry(const unsigned char *bytes, size_t size, struct share_entry *entry)
{
    size_t length;

    if (size < LISTING_HEADER || (length = number(bytes + 22, 2)) > size - LISTING_HEADER)
        return 0;
    *entry = (struct share_entry){(const char *)bytes + LISTING_HEADER, length, number(bytes + 5, 8),
                                  number(bytes + 13, 8), bytes[21]};
    return LISTING_HEADER + length;
}

static long ask_once(struct vnode *directory, uint64_t cookie, void *bytes, uint32_t room)
{
    struct plan9_node *node = plan9_node_of(directory);
    struct plan9_call *call = plan9_begin(node->mount, PLAN9_TREADDIR);
    uint32_t count = 0;
    int error;

    if (!call)
        return -ENOMEM;
    plan9_put32(call, node->opened);
    plan9_put64(call, cookie);
    plan9_put32(call, room);
    if (plan9_call_in(call, PLAN9_READ_HEADER, bytes, room) == 0) {
        count = plan9_get32(call);
        plan9_get_end(call, count);
    }
    error = plan9_end(call);
    return error ? error : (long)count;
}

/* QEMU looks at each entry after it has read the directory (multidevs=remap), and answers ENOENT where one
 * has gone meanwhile: then it is asked again. */
static long ask(struct vnode *directory, uint64_t cookie, void *bytes, uint32_t room)
{
    long size = -ENOENT;

    for (unsigned i = 0; i < LISTING_TRIES && size == -ENOENT; i++)
        size = ask_once(directory, cookie, bytes, room);
    return size;
}

int plan9_entries(struct vnode *dir, uint64_t cookie, vnode_entry_taker *take, void *context)
{
    static const struct share_listing_kind kind = {.ask = ask, .entry = read_entry};
    struct plan9_node *node = plan9_node_of(dir);
    struct plan9_mount *mount = node->mount;
    int error = plan9_open(node, false);

    if (!error)
        error = share_list(dir, cookie, &kind, &mount->listings, mount->message_size - PLAN9_READ_HEADER,
                           take, context);
    if (error == -EIO)
        plan9_complain(mount);
    return error;
}
