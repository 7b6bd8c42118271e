#include "host_fs.h"

#include <errno.h>

#define PAGE 4096u

/* The host cannot reach memory that the process gets only when it touches it: then this is the time. */
static void touch(void *buffer, size_t size, bool write)
{
    uintptr_t at = (uintptr_t)buffer, end = at + size;

    for (; at < end; at = (at | (PAGE - 1)) + 1) {
        volatile char *place = (volatile char *)at;
        char byte = *place;

        if (!write)
            *place = byte;
    }
}

/* All of it, or as much as there is. What was transferred before an error counts more than the error. */
static long transfer(int descriptor, bool write, char *buffer, size_t size, uint64_t offset)
{
    size_t total = 0;
    bool touched = false;

    while (total < size) {
        const struct host_iovec part = {buffer + total, size - total};
        long done = host_call(write ? HOST_CALL_PWRITEV : HOST_CALL_PREADV, descriptor, (long)&part, 1,
                              (long)(offset + total), 0, 0);

        if (done == -EINTR)
            continue;
        if (done == -EFAULT && !touched) {
            touch(buffer + total, size - total, write);
            touched = true;
            continue;
        }
        if (done < 0)
            return total ? (long)total : done;
        if (done == 0)
            break;
        total += (size_t)done;
    }
    return (long)total;
}

long host_fs_read(struct vnode *file, void *buffer, size_t size, uint64_t offset)
{
    struct host_node *node = host_node_of(file);
    long done;

    if (file->type == VNODE_SYMLINK) {
        /* A link's content is its target, which is read as a whole: nobody asks for the middle of it. */
        done = offset ? 0
                      : host_call(HOST_CALL_READLINKAT, node->path, (long)"", (long)buffer, (long)size, 0, 0);
        if (done == -EFAULT) {
            touch(buffer, size, false);
            done = host_call(HOST_CALL_READLINKAT, node->path, (long)"", (long)buffer, (long)size, 0, 0);
        }
        return done;
    }
    done = host_fs_open(node, false);
    return done ? done : transfer(node->opened, false, buffer, size, offset);
}

long host_fs_write(struct vnode *file, const void *data, size_t size, uint64_t offset)
{
    struct host_node *node = host_node_of(file);
    long done = host_fs_open(node, true);

    if (done)
        return done;
    done = transfer(node->opened, true, (char *)(uintptr_t)data, size, offset);
    return done == 0 && size > 0 ? -EIO : done;
}

int host_fs_allocate(struct vnode *file, unsigned mode, uint64_t offset, uint64_t size)
{
    struct host_node *node = host_node_of(file);
    int error = host_fs_open(node, true);

    if (error)
        return error;
    return (int)host_call(HOST_CALL_FALLOCATE, node->opened, mode, (long)offset, (long)size, 0, 0);
}

int host_fs_sync(struct vnode *vnode, bool data_only)
{
    struct host_node *node = host_node_of(vnode);
    int error;

    if (vnode->type != VNODE_FILE && vnode->type != VNODE_DIRECTORY)
        return 0;
    error = host_fs_open(node, false);
    if (error)
        return error;
    return (int)host_call(data_only ? HOST_CALL_FDATASYNC : HOST_CALL_FSYNC, node->opened, 0, 0, 0, 0, 0);
}
