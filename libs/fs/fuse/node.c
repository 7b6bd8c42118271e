#include "fuse.h"

#include <errno.h>
#include <heap.h>

/* include/uapi/asm-generic/fcntl.h */
#define OPEN_READ 0u
#define OPEN_READ_WRITE 2u
#define OPEN_DIRECTORY 0200000u

static bool is_type(uint32_t type)
{
    return type == VNODE_DIRECTORY || type == VNODE_FILE || type == VNODE_SYMLINK || type == VNODE_DEVICE ||
           type == VNODE_FIFO || type == VNODE_SOCKET;
}

int fuse_node_at(struct fuse_mount *mount, const struct fuse_entry_out *out, uint64_t asked,
                 struct vnode **found)
{
    uint32_t type = out->attributes.mode & VNODE_TYPE_MASK;
    struct fuse_node *node = (struct fuse_node *)vnode_table_find(&mount->nodes, out->node);

    if (out->node == 0 || !is_type(type) || (node && node->entry.vnode.type != type)) {
        fuse_complain(mount);
        return -EIO;
    }
    if (node) {
        fuse_hold(node);
    } else {
        node = heap_alloc(sizeof *node);
        if (!node)
            return -ENOMEM; /* the server keeps it in mind until the end: once, where memory is short */
        *node = (struct fuse_node){
            .entry = {.vnode = {.ops = FUSE_OPERATIONS,
                                .type = (uint16_t)type,
                                .flags = type == VNODE_DIRECTORY ? VNODE_SHARED_NAMES : 0,
                                .references = 1},
                      .number = out->node},
            .mount = mount,
        };
#ifdef CONFIG_FUSE_CACHE
        if (type == VNODE_FILE)
            node->entry.vnode.flags = mount->file_flags;
#endif
        vnode_table_add(&mount->nodes, &node->entry);
    }
    node->lookups++;
    if (!fuse_note(node, &out->attributes, out->attributes_valid, out->attributes_valid_nanoseconds, asked)) {
        vnode_put(&node->entry.vnode);
        return -EIO;
    }
    *found = &node->entry.vnode;
    return 0;
}

void fuse_close_handle(struct fuse_node *node, uint64_t handle)
{
    const struct fuse_release_in release = {.handle = handle};
    struct fuse_call *call =
        fuse_begin(node->mount, node->entry.vnode.type == VNODE_DIRECTORY ? FUSE_RELEASEDIR : FUSE_RELEASE,
                   fuse_number(node));

    if (!call)
        return; /* one more file is open on the host, once, where memory is short */
    fuse_put(call, &release, sizeof release);
    fuse_call(call);
    fuse_end(call);
}

void fuse_opened(struct fuse_node *node, uint64_t handle, bool writable)
{
    if (node->opened && (node->writable || !writable)) {
        fuse_close_handle(node, handle); /* somebody was faster */
        return;
    }
    node->has_former = node->opened;
    node->former = node->handle;
    node->handle = handle;
    node->writable = writable;
    node->opened = true;
#ifdef CONFIG_FUSE_CACHE
    node->closed = false;
#endif
}

int fuse_open_handle(struct fuse_node *node, bool writable, uint64_t *handle)
{
    bool directory = node->entry.vnode.type == VNODE_DIRECTORY;
    const uint32_t in[2] = {directory ? OPEN_READ | OPEN_DIRECTORY : writable ? OPEN_READ_WRITE : OPEN_READ};
    struct fuse_call *call = fuse_begin(node->mount, directory ? FUSE_OPENDIR : FUSE_OPEN, fuse_number(node));
    struct fuse_open_out out = {0};

    if (!call)
        return -ENOMEM;
    fuse_put(call, &in, sizeof in);
    if (fuse_call(call) == 0)
        fuse_answer(call, &out, sizeof out);
    *handle = out.handle;
    return fuse_end(call);
}

int fuse_open(struct fuse_node *node, bool writable)
{
    uint64_t handle;
    int error;

    if (node->opened && (node->writable || !writable))
        return 0;
    error = fuse_open_handle(node, writable, &handle);
    if (!error)
        fuse_opened(node, handle, writable);
    return error;
}
