#include "plan9.h"

#include <errno.h>
#include <string.h>

static long read_link(struct plan9_node *node, char *buffer, size_t size, uint64_t offset)
{
    struct plan9_call *call = plan9_begin(node->mount, PLAN9_TREADLINK);
    const char *target;
    uint16_t length = 0;
    int error;

    if (!call)
        return -ENOMEM;
    plan9_put32(call, node->fid);
    if (plan9_call(call) == 0) {
        target = plan9_get_string(call, &length);
        length = offset < length ? (uint16_t)(length - offset) : 0;
        if (length > size)
            length = (uint16_t)size;
        memcpy(buffer, target + offset, length);
    }
    error = plan9_end(call);
    return error ? error : (long)length;
}

/* One message; `size` fits. */
static long read_once(struct vnode *file, void *buffer, uint32_t size, uint64_t offset)
{
    struct plan9_node *node = plan9_node_of(file);
    struct plan9_call *call = plan9_begin(node->mount, PLAN9_TREAD);
    uint32_t count = 0;
    int error;

    if (!call)
        return -ENOMEM;
    plan9_put32(call, node->opened);
    plan9_put64(call, offset);
    plan9_put32(call, size);
    if (plan9_call_in(call, PLAN9_READ_HEADER, buffer, size) == 0) {
        count = plan9_get32(call);
        plan9_get_end(call, count);
        if (count > size)
            call->bad = true;
    }
    error = plan9_end(call);
    return error ? error : (long)count;
}

static long write_once(struct vnode *file, void *data, uint32_t size, uint64_t offset)
{
    struct plan9_node *node = plan9_node_of(file);
    struct plan9_call *call = plan9_begin(node->mount, PLAN9_TWRITE);
    uint32_t count = 0;
    int error;

    if (!call)
        return -ENOMEM;
    plan9_put32(call, node->opened);
    plan9_put64(call, offset);
    plan9_put32(call, size);
    if (plan9_call_out(call, data, size) == 0) {
        count = plan9_get32(call);
        if (count > size)
            call->bad = true;
    }
    error = plan9_end(call);
    return error ? error : (long)count;
}

/* Bytes of data in a message. */
static size_t data_most(const struct plan9_node *node)
{
    return node->mount->message_size - PLAN9_WRITE_HEADER;
}

long plan9_read(struct vnode *file, void *buffer, size_t size, uint64_t offset)
{
    struct plan9_node *node = plan9_node_of(file);
    int error;

    if (file->type == VNODE_SYMLINK)
        return read_link(node, buffer, size, offset);
#ifdef CONFIG_PLAN9_CACHE
    share_content_read(&node->content);
#endif
    error = plan9_open(node, false);
    return error ? error : share_transfer(file, read_once, false, buffer, size, offset, data_most(node));
}

long plan9_write(struct vnode *file, const void *data, size_t size, uint64_t offset)
{
    struct plan9_node *node = plan9_node_of(file);
    int error = plan9_open(node, true);
    long done;

    if (error)
        return error;
    done = share_transfer(file, write_once, true, (void *)(uintptr_t)data, size, offset, data_most(node));
    if (done > 0) {
        plan9_changed(node);
#ifdef CONFIG_PLAN9_CACHE
        share_content_written(&node->content, offset + (uint64_t)done);
#endif
        /* For the case that the server cannot tell any more: a file without a name. */
        if (offset + (uint64_t)done > node->attributes.size)
            node->attributes.size = offset + (uint64_t)done;
    }
    return done == 0 && size > 0 ? -EIO : done;
}

int plan9_sync(struct vnode *vnode, bool data_only)
{
    struct plan9_node *node = plan9_node_of(vnode);
    struct plan9_call *call;
    int error;

    if (vnode->type != VNODE_FILE && vnode->type != VNODE_DIRECTORY)
        return 0;
    error = plan9_open(node, false);
    if (error)
        return error;
    call = plan9_begin(node->mount, PLAN9_TFSYNC);
    if (!call)
        return -ENOMEM;
    plan9_put32(call, node->opened);
    plan9_put32(call, data_only);
    plan9_call(call);
    return plan9_end(call);
}
