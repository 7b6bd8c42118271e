#include "host_fs.h"

#include <errno.h>

#define SECOND INT64_C(1000000000) /* ns */
#define BLOCK 512u                 /* bytes: the unit of `blocks` */
#define KEEP UINT32_MAX            /* chown(2): -1 leaves an owner as it is */

int host_fs_statx(int path, struct host_statx *values)
{
    return (int)host_call(HOST_CALL_STATX, path, (long)"", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW,
                          STATX_BASIC_STATS, (long)values, 0);
}

static int64_t time_of(const struct host_statx_time *time)
{
    int64_t whole;

    return __builtin_mul_overflow(time->seconds, SECOND, &whole) ? 0 : whole + time->nanoseconds;
}

void host_fs_get(struct vnode *vnode, struct vnode_attributes *attributes)
{
    struct host_statx values = {0};

    host_fs_statx(host_node_of(vnode)->path, &values);
    *attributes = (struct vnode_attributes){
        .inode = values.inode,
        .size = values.size,
        .allocated = values.blocks * BLOCK,
        .mode = vnode->type | (values.mode & ~VNODE_TYPE_MASK),
        .links = values.links,
        .user = values.user,
        .group = values.group,
        .special_device = values.special_major << 8 | values.special_minor,
        .access_time = time_of(&values.access_time),
        .modification_time = time_of(&values.modification_time),
        .change_time = time_of(&values.change_time),
    };
}

static struct host_timespec time_as(int64_t time, bool set)
{
    struct host_timespec spec = {time / SECOND, time % SECOND};

    if (!set)
        return (struct host_timespec){0, UTIME_OMIT};
    if (time == VNODE_NOW)
        return (struct host_timespec){0, UTIME_NOW};
    if (spec.nanoseconds < 0) {
        spec.seconds--;
        spec.nanoseconds += SECOND;
    }
    return spec;
}

static long set_times(const struct host_node *node, const struct vnode_attributes *attributes, unsigned which)
{
    const struct host_timespec times[2] = {
        time_as(attributes->access_time, which & VNODE_SET_ACCESS_TIME),
        time_as(attributes->modification_time, which & VNODE_SET_MODIFICATION_TIME),
    };

    return host_call(HOST_CALL_UTIMENSAT, node->path, (long)"", (long)times, AT_EMPTY_PATH, 0, 0);
}

static long set_owners(const struct host_node *node, const struct vnode_attributes *attributes,
                       unsigned which)
{
    return host_call(HOST_CALL_FCHOWNAT, node->path, (long)"",
                     which & VNODE_SET_USER ? attributes->user : KEEP,
                     which & VNODE_SET_GROUP ? attributes->group : KEEP, AT_EMPTY_PATH, 0);
}

int host_fs_set(struct vnode *vnode, const struct vnode_attributes *attributes, unsigned which)
{
    struct host_node *node = host_node_of(vnode);
    long error = node->mount->readonly ? -EROFS : 0;

    if (!error && which & VNODE_SET_SIZE) {
        error = host_fs_open(node, true);
        if (!error)
            error = host_call(HOST_CALL_FTRUNCATE, node->opened, (long)attributes->size, 0, 0, 0, 0);
    }
    if (!error && which & (VNODE_SET_USER | VNODE_SET_GROUP))
        error = set_owners(node, attributes, which);
    if (!error && which & VNODE_SET_MODE) {
        error = host_fs_open(node, false);
        if (!error)
            error =
                host_call(HOST_CALL_FCHMOD, node->opened, attributes->mode & ~VNODE_TYPE_MASK, 0, 0, 0, 0);
    }
    if (!error && which & (VNODE_SET_ACCESS_TIME | VNODE_SET_MODIFICATION_TIME))
        error = set_times(node, attributes, which);
    return (int)error;
}

int host_fs_statfs(struct vnode *vnode, struct vnode_statfs *values)
{
    struct host_statfs fs = {0};
    long error = host_call(HOST_CALL_FSTATFS, host_node_of(vnode)->path, (long)&fs, 0, 0, 0, 0);

    if (!error)
        *values = (struct vnode_statfs){
            .type = (uint32_t)fs.type,
            .block_size = (uint32_t)fs.block_size,
            .blocks = fs.blocks,
            .free_blocks = fs.free_blocks,
            .available_blocks = fs.available_blocks,
            .files = fs.files,
            .free_files = fs.free_files,
            .id = fs.id,
        };
    return (int)error;
}
