#include "fuse.h"

#include <errno.h>
#include <string.h>

#define DATA_ONLY 1u /* FUSE_FSYNC_FDATASYNC */

static long read_link(struct fuse_node *node, char *buffer, size_t size, uint64_t offset)
{
    struct fuse_call *call = fuse_begin(node->mount, FUSE_READLINK, fuse_number(node));
    uint32_t length = 0;
    int error;

    if (!call)
        return -ENOMEM;
    if (fuse_call(call) == 0) {
        call->bad = call->size > call->here;
        length = offset < call->here ? call->here - (uint32_t)offset : 0;
        if (length > size)
            length = (uint32_t)size;
        memcpy(buffer, call->in + offset, length);
    }
    error = fuse_end(call);
    return error ? error : (long)length;
}

/* One message; `size` fits. */
static long read_once(struct vnode *file, void *buffer, uint32_t size, uint64_t offset)
{
    struct fuse_node *node = fuse_node_of(file);
    const struct fuse_transfer_in in = {.handle = node->handle, .offset = offset, .size = size};
    struct fuse_call *call = fuse_begin(node->mount, FUSE_READ, fuse_number(node));
    uint32_t count;
    int error;

    if (!call)
        return -ENOMEM;
    fuse_put(call, &in, sizeof in);
    fuse_call_in(call, buffer, size);
    count = call->size;
    error = fuse_end(call);
    return error ? error : (long)count;
}

static long write_once(struct vnode *file, void *data, uint32_t size, uint64_t offset)
{
    struct fuse_node *node = fuse_node_of(file);
    const struct fuse_transfer_in in = {.handle = node->handle, .offset = offset, .size = size};
    struct fuse_call *call = fuse_begin(node->mount, FUSE_WRITE, fuse_number(node));
    uint32_t out[2] = {0};
    int error;

    if (!call)
        return -ENOMEM;
    fuse_put(call, &in, sizeof in);
    if (fuse_call_out(call, data, size) == 0) {
        fuse_answer(call, out, sizeof out);
        if (out[0] > size)
            call->bad = true;
    }
    error = fuse_end(call);
    return error ? error : (long)out[0];
}

long fuse_read(struct vnode *file, void *buffer, size_t size, uint64_t offset)
{
    struct fuse_node *node = fuse_node_of(file);
    int error;

    if (file->type == VNODE_SYMLINK)
        return read_link(node, buffer, size, offset);
#ifdef CONFIG_FUSE_CACHE
    share_content_read(&node->content);
#endif
    error = fuse_open(node, false);
    return error ? error
                 : fuse_transfer(file, read_once, false, buffer, size, offset, node->mount->read_most);
}

long fuse_write(struct vnode *file, const void *data, size_t size, uint64_t offset)
{
    struct fuse_node *node = fuse_node_of(file);
    int error = fuse_open(node, true);
    long done;

    if (error)
        return error;
    done =
        fuse_transfer(file, write_once, true, (void *)(uintptr_t)data, size, offset, node->mount->write_most);
#ifdef CONFIG_FUSE_CACHE
    if (done > 0)
        share_content_written(&node->content, offset + (uint64_t)done);
#endif
    return done == 0 && size > 0 ? -EIO : done;
}

static int allocate(struct vnode *file, unsigned mode, uint64_t offset, uint64_t size)
{
    struct fuse_node *node = fuse_node_of(file);
    struct fuse_fallocate_in in = {.offset = offset, .length = size, .mode = mode};
    int error = fuse_open(node, true);
    struct fuse_call *call;

    if (error)
        return error;
    call = fuse_begin(node->mount, FUSE_FALLOCATE, fuse_number(node));
    if (!call)
        return -ENOMEM;
    in.handle = node->handle;
    fuse_put(call, &in, sizeof in);
    fuse_call(call);
    fuse_changed(node);
#ifdef CONFIG_FUSE_CACHE
    node->content.until = 0; /* it may have become longer */
#endif
    error = fuse_end(call);
    return error == -ENOSYS ? -EOPNOTSUPP : error;
}

int fuse_allocate(struct vnode *file, unsigned mode, uint64_t offset, uint64_t size)
{
    int error;

    fuse_window_hold(fuse_node_of(file), UINT64_MAX); /* some of it may be taken out */
    error = allocate(file, mode, offset, size);
    fuse_window_let(fuse_node_of(file));
    return error;
}

int fuse_sync(struct vnode *vnode, bool data_only)
{
    struct fuse_node *node = fuse_node_of(vnode);
    struct fuse_fsync_in in = {.flags = data_only ? DATA_ONLY : 0};
    struct fuse_call *call;
    int error;

    if (vnode->type != VNODE_FILE && vnode->type != VNODE_DIRECTORY)
        return 0;
    error = fuse_open(node, false);
    if (error)
        return error;
    call = fuse_begin(node->mount, vnode->type == VNODE_DIRECTORY ? FUSE_FSYNCDIR : FUSE_FSYNC,
                      fuse_number(node));
    if (!call)
        return -ENOMEM;
    in.handle = node->handle;
    fuse_put(call, &in, sizeof in);
    fuse_call(call);
    error = fuse_end(call);
    /* A server without the operation has nothing to bring to its device. */
    return error == -ENOSYS ? 0 : error;
}
