#include "plan9.h"

#include <config.h>
#include <errno.h>
#include <pages.h>
#include <string.h>
#ifdef CONFIG_LIB_PAGE_TABLES
#include <page_tables.h>
#endif

#define STAGE ((size_t)16 * PAGE_SIZE)

/* Whether the host reaches the bytes by their address (share_channel.h). */
static bool reachable(const void *buffer)
{
#ifdef CONFIG_LIB_PAGE_TABLES
    return (uintptr_t)buffer < PAGE_TABLES_START;
#else
    (void)buffer;
    return true;
#endif
}

/* Memory that the host reaches, for at most `*size` bytes, which become as many as there are. */
static void *stage_new(size_t *size)
{
    size_t pages = (*size < STAGE ? *size + PAGE_SIZE - 1 : STAGE) / PAGE_SIZE;
    void *stage = pages_alloc(pages);

    if (!stage)
        stage = pages_alloc(pages = 1);
    if (*size > pages * PAGE_SIZE)
        *size = pages * PAGE_SIZE;
    return stage;
}

static void stage_free(void *stage, size_t size)
{
    pages_free(stage, (size + PAGE_SIZE - 1) / PAGE_SIZE);
}

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
static long read_once(struct plan9_node *node, void *buffer, uint32_t size, uint64_t offset)
{
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

static long write_once(struct plan9_node *node, const void *data, uint32_t size, uint64_t offset)
{
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

static long transfer(struct plan9_node *node, bool write, char *buffer, size_t size, uint64_t offset)
{
    size_t most = node->mount->message_size - PLAN9_WRITE_HEADER;
    char *stage;
    long done;

    if (size > most)
        size = most;
    if (reachable(buffer))
        return write ? write_once(node, buffer, (uint32_t)size, offset)
                     : read_once(node, buffer, (uint32_t)size, offset);
    stage = stage_new(&size);
    if (!stage)
        return -ENOMEM;
    if (write) {
        memcpy(stage, buffer, size);
        done = write_once(node, stage, (uint32_t)size, offset);
    } else {
        done = read_once(node, stage, (uint32_t)size, offset);
        if (done > 0)
            memcpy(buffer, stage, (size_t)done);
    }
    stage_free(stage, size);
    return done;
}

/* What was transferred before an error counts more than the error. */
static long transfer_all(struct plan9_node *node, bool write, char *buffer, size_t size, uint64_t offset)
{
    size_t total = 0;

    while (total < size) {
        long done = transfer(node, write, buffer + total, size - total, offset + total);

        if (done < 0)
            return total ? (long)total : done;
        if (done == 0)
            break;
        total += (size_t)done;
    }
    return (long)total;
}

long plan9_read(struct vnode *file, void *buffer, size_t size, uint64_t offset)
{
    struct plan9_node *node = plan9_node_of(file);
    int error;

    if (file->type == VNODE_SYMLINK)
        return read_link(node, buffer, size, offset);
    error = plan9_open(node, false);
    return error ? error : transfer_all(node, false, buffer, size, offset);
}

long plan9_write(struct vnode *file, const void *data, size_t size, uint64_t offset)
{
    struct plan9_node *node = plan9_node_of(file);
    int error = plan9_open(node, true);
    long done;

    if (error)
        return error;
    done = transfer_all(node, true, (char *)(uintptr_t)data, size, offset);
    if (done > 0) {
        node->fresh = false;
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
