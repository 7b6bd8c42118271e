#include "fuse.h"

#include <clock.h>
#include <errno.h>

/* The bits of struct fuse_setattr_in: FATTR_... */
#define SET_MODE 1u
#define SET_UID 2u
#define SET_GID 4u
#define SET_SIZE 8u
#define SET_ACCESS_TIME 16u
#define SET_MODIFICATION_TIME 32u
#define SET_ACCESS_TIME_NOW 128u
#define SET_MODIFICATION_TIME_NOW 256u

#define FUSE_MAGIC 0x65735546u /* include/uapi/linux/magic.h */

#define SECOND INT64_C(1000000000)  /* ns */
#define BLOCK 512u                  /* bytes: the unit of `blocks` */
#define LASTING (UINT64_C(1) << 32) /* s: longer need no attributes hold */

static int64_t time_of(uint64_t seconds, uint32_t nanoseconds)
{
    int64_t time;

    if (__builtin_mul_overflow((int64_t)seconds, SECOND, &time) ||
        __builtin_add_overflow(time, (int64_t)(nanoseconds % (uint32_t)SECOND), &time))
        return 0;
    return time;
}

uint64_t fuse_deadline(uint64_t seconds, uint32_t nanoseconds)
{
    if (seconds > LASTING)
        seconds = LASTING;
    if (seconds == 0 && nanoseconds == 0)
        return 0;
    return clock_monotonic() + seconds * (uint64_t)SECOND + nanoseconds % (uint32_t)SECOND;
}

void fuse_changed(struct fuse_node *node)
{
    node->fresh_until = 0;
    node->changed = ++*FUSE_TIME(node->mount);
#ifdef CONFIG_FUSE_CACHE
    share_content_changed(&node->content);
#endif
}

#ifdef CONFIG_FUSE_CACHE
void fuse_unnamed(struct vnode *vnode)
{
    struct fuse_node *node = fuse_node_of(vnode);

    if (node->attributes.links > 0 && --node->attributes.links == 0)
        node->content.unnamed = true;
}
#endif

bool fuse_note(struct fuse_node *node, const struct fuse_attributes *from, uint64_t valid,
               uint32_t nanoseconds, uint64_t asked)
{
    struct vnode_attributes *to = &node->attributes;

    if ((from->mode & VNODE_TYPE_MASK) != node->entry.vnode.type || from->size > INT64_MAX ||
        from->blocks > INT64_MAX / BLOCK) {
        fuse_complain(node->mount);
        return false;
    }
    *to = (struct vnode_attributes){
        .inode = from->inode,
        .size = from->size,
        .allocated = from->blocks * BLOCK,
        .mode = from->mode,
        .links = from->links,
        .user = from->user,
        .group = from->group,
        .special_device = from->special_device,
        .access_time = time_of(from->access_time, from->access_nanoseconds),
        .modification_time = time_of(from->modification_time, from->modification_nanoseconds),
        .change_time = time_of(from->change_time, from->change_nanoseconds),
    };
    /* What was asked before a change may tell of before or after it. */
    node->fresh_until = node->changed > asked ? 0 : fuse_deadline(valid, nanoseconds);
#ifdef CONFIG_FUSE_CACHE
    if (node->entry.vnode.flags & VNODE_SHARED)
        share_content_noted(&node->entry.vnode, &node->content, to, asked, node->fresh_until);
#endif
    return true;
}

static int noted(struct fuse_node *node, struct fuse_call *call)
{
    struct fuse_attributes_out out = {0};
    uint64_t asked = call->asked;
    int error;

    if (fuse_call(call) == 0)
        fuse_answer(call, &out, sizeof out);
    error = fuse_end(call);
    if (!error && !fuse_note(node, &out.attributes, out.valid, out.valid_nanoseconds, asked))
        error = -EIO;
    return error;
}

int fuse_refresh(struct fuse_node *node)
{
    const uint64_t in[2] = {0};
    struct fuse_call *call = fuse_begin(node->mount, FUSE_GETATTR, fuse_number(node));

    if (!call)
        return -ENOMEM;
    fuse_put(call, in, sizeof in);
    return noted(node, call);
}

/* Whoever cannot be asked any more was as it was when it was asked last. */
void fuse_get(struct vnode *vnode, struct vnode_attributes *attributes)
{
    struct fuse_node *node = fuse_node_of(vnode);

    if (clock_monotonic() >= node->fresh_until)
        fuse_refresh(node);
    *attributes = node->attributes;
}

static void put_time(int64_t time, uint64_t *seconds, uint32_t *nanoseconds)
{
    int64_t whole = time / SECOND, rest = time % SECOND;

    if (time == VNODE_NOW)
        return;
    if (rest < 0) {
        whole--;
        rest += SECOND;
    }
    *seconds = (uint64_t)whole;
    *nanoseconds = (uint32_t)rest;
}

static int set(struct vnode *vnode, const struct vnode_attributes *attributes, unsigned which)
{
    struct fuse_node *node = fuse_node_of(vnode);
    struct fuse_call *call = fuse_begin(node->mount, FUSE_SETATTR, fuse_number(node));
    int error;
    struct fuse_setattr_in in = {
        .size = attributes->size,
        .mode = attributes->mode & ~VNODE_TYPE_MASK,
        .user = attributes->user,
        .group = attributes->group,
    };

    if (!call)
        return -ENOMEM;
    if (which & VNODE_SET_MODE)
        in.valid |= SET_MODE;
    if (which & VNODE_SET_USER)
        in.valid |= SET_UID;
    if (which & VNODE_SET_GROUP)
        in.valid |= SET_GID;
    if (which & VNODE_SET_SIZE)
        in.valid |= SET_SIZE;
    if (which & VNODE_SET_ACCESS_TIME) {
        in.valid |= SET_ACCESS_TIME | (attributes->access_time == VNODE_NOW ? SET_ACCESS_TIME_NOW : 0);
        put_time(attributes->access_time, &in.access_time, &in.access_nanoseconds);
    }
    if (which & VNODE_SET_MODIFICATION_TIME) {
        in.valid |= SET_MODIFICATION_TIME |
                    (attributes->modification_time == VNODE_NOW ? SET_MODIFICATION_TIME_NOW : 0);
        put_time(attributes->modification_time, &in.modification_time, &in.modification_nanoseconds);
    }
    fuse_put(call, &in, sizeof in);
    error = noted(node, call);
    if (error)
        fuse_changed(node);
    else
        node->changed = ++*FUSE_TIME(node->mount); /* what has just been noted is the newest */
#ifdef CONFIG_FUSE_CACHE
    share_content_changed(&node->content);
#endif
    return error;
}

int fuse_set(struct vnode *vnode, const struct vnode_attributes *attributes, unsigned which)
{
    int error;

    if (which & VNODE_SET_SIZE)
        fuse_window_hold(fuse_node_of(vnode), attributes->size);
    error = set(vnode, attributes, which);
    if (which & VNODE_SET_SIZE)
        fuse_window_let(fuse_node_of(vnode));
    return error;
}

int fuse_statfs(struct vnode *vnode, struct vnode_statfs *values)
{
    struct fuse_node *node = fuse_node_of(vnode);
    struct fuse_call *call = fuse_begin(node->mount, FUSE_STATFS, fuse_number(node));
    struct fuse_statfs_out out = {0};
    int error;

    if (!call)
        return -ENOMEM;
    if (fuse_call(call) == 0) {
        fuse_answer(call, &out, sizeof out);
        /* Blocks are counted in fragments (statvfs(3)). */
        if (out.block_size == 0)
            call->bad = true;
    }
    error = fuse_end(call);
    if (!error)
        *values = (struct vnode_statfs){
            .type = FUSE_MAGIC,
            .block_size = out.fragment_size ? out.fragment_size : out.block_size,
            .blocks = out.blocks,
            .free_blocks = out.free_blocks,
            .available_blocks = out.available_blocks,
            .files = out.files,
            .free_files = out.free_files,
        };
    return error;
}
