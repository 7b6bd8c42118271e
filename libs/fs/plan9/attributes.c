#include "plan9.h"

#include <clock.h>
#include <errno.h>

/* Tgetattr: P9_GETATTR_BASIC of Linux's include/net/9p/9p.h */
#define BASIC 0x7ffu

/* Tsetattr: as ATTR_... of Linux's include/linux/fs.h */
#define SET_MODE 1u
#define SET_UID 2u
#define SET_GID 4u
#define SET_SIZE 8u
#define SET_ACCESS_TIME 0x10u
#define SET_MODIFICATION_TIME 0x20u
#define SET_ACCESS_TIME_GIVEN 0x80u
#define SET_MODIFICATION_TIME_GIVEN 0x100u

#define SECOND INT64_C(1000000000) /* ns */
#define BLOCK 512u                 /* bytes: the unit of st_blocks */

static int64_t get_time(struct plan9_call *call)
{
    uint64_t seconds = plan9_get64(call);
    uint64_t nanoseconds = plan9_get64(call);
    int64_t time;

    if (__builtin_mul_overflow((int64_t)seconds, SECOND, &time) ||
        __builtin_add_overflow(time, (int64_t)(nanoseconds % (uint64_t)SECOND), &time))
        return 0;
    return time;
}

static bool is_type(uint32_t type)
{
    return type == VNODE_DIRECTORY || type == VNODE_FILE || type == VNODE_SYMLINK || type == VNODE_DEVICE ||
           type == VNODE_FIFO || type == VNODE_SOCKET;
}

int plan9_attributes(struct plan9_mount *mount, const uint32_t *fid, uint64_t *number,
                     struct vnode_attributes *attributes)
{
    struct plan9_call *call = plan9_begin(mount, PLAN9_TGETATTR);
    uint64_t blocks;

    if (!call)
        return -ENOMEM;
    plan9_put32(call, *fid);
    plan9_put64(call, BASIC);
    if (plan9_call(call) == 0) {
        *attributes = (struct vnode_attributes){0};
        plan9_get64(call); /* which are valid: of the basic ones all are */
        *number = attributes->inode = plan9_get_qid(call).path;
        attributes->mode = plan9_get32(call);
        attributes->user = plan9_get32(call);
        attributes->group = plan9_get32(call);
        attributes->links = (uint32_t)plan9_get64(call);
        attributes->special_device = (uint32_t)plan9_get64(call);
        attributes->size = plan9_get64(call);
        plan9_get64(call); /* a good size for requests */
        blocks = plan9_get64(call);
        attributes->access_time = get_time(call);
        attributes->modification_time = get_time(call);
        attributes->change_time = get_time(call);
        if (!is_type(attributes->mode & VNODE_TYPE_MASK) || attributes->size > INT64_MAX ||
            blocks > INT64_MAX / BLOCK)
            call->bad = true;
        else
            attributes->allocated = blocks * BLOCK;
    }
    return plan9_end(call);
}

void plan9_changed(struct plan9_node *node)
{
    node->fresh = false;
    node->changed = ++*PLAN9_TIME(node->mount);
#ifdef CONFIG_PLAN9_CACHE
    share_content_changed(&node->content);
#endif
}

void plan9_note(struct plan9_node *node, const struct vnode_attributes *attributes, uint64_t asked)
{
    node->attributes = *attributes;
    node->fresh = node->changed <= asked; /* else they may be from before the change */
    node->fresh_until = clock_monotonic() + node->mount->fresh;
#ifdef CONFIG_PLAN9_CACHE
    if (node->entry.vnode.flags & VNODE_SHARED)
        share_content_noted(&node->entry.vnode, &node->content, attributes, asked, node->fresh_until);
#endif
}

static int refresh(struct plan9_node *node)
{
    struct vnode_attributes now;
    uint64_t number, asked = *PLAN9_TIME(node->mount);
    int error = plan9_attributes(node->mount, &node->fid, &number, &now);

    if (error)
        return error;
    if (number != node->entry.number || (now.mode & VNODE_TYPE_MASK) != node->entry.vnode.type)
        return -ENOENT; /* another file has its name now */
    plan9_note(node, &now, asked);
    return 0;
}

/* A server that knows files by names, as QEMU's does, would do it to whatever has the name now. */
int plan9_placed(struct plan9_node *node)
{
    return node->misplaced ? refresh(node) : 0;
}

#ifdef CONFIG_PLAN9_CACHE
int plan9_refresh(struct plan9_node *node)
{
    return refresh(node);
}
#endif

/* Whoever cannot be asked any more was as it was when it was asked last. */
void plan9_get(struct vnode *vnode, struct vnode_attributes *attributes)
{
    struct plan9_node *node = plan9_node_of(vnode);

    if (!node->fresh || clock_monotonic() >= node->fresh_until)
        refresh(node);
    *attributes = node->attributes;
}

static void put_time(struct plan9_call *call, int64_t time)
{
    int64_t seconds = time == VNODE_NOW ? 0 : time / SECOND, rest = time == VNODE_NOW ? 0 : time % SECOND;

    if (rest < 0) {
        seconds--;
        rest += SECOND;
    }
    plan9_put64(call, (uint64_t)seconds);
    plan9_put64(call, (uint64_t)rest);
}

int plan9_set(struct vnode *vnode, const struct vnode_attributes *attributes, unsigned which)
{
    struct plan9_node *node = plan9_node_of(vnode);
    struct plan9_call *call;
    uint32_t valid = 0;
    int error = plan9_placed(node);

    if (error)
        return error;
    call = plan9_begin(node->mount, PLAN9_TSETATTR);
    if (!call)
        return -ENOMEM;
    if (which & VNODE_SET_MODE)
        valid |= SET_MODE;
    if (which & VNODE_SET_USER)
        valid |= SET_UID;
    if (which & VNODE_SET_GROUP)
        valid |= SET_GID;
    if (which & VNODE_SET_SIZE)
        valid |= SET_SIZE;
    if (which & VNODE_SET_ACCESS_TIME)
        valid |= SET_ACCESS_TIME | (attributes->access_time == VNODE_NOW ? 0 : SET_ACCESS_TIME_GIVEN);
    if (which & VNODE_SET_MODIFICATION_TIME)
        valid |= SET_MODIFICATION_TIME |
                 (attributes->modification_time == VNODE_NOW ? 0 : SET_MODIFICATION_TIME_GIVEN);
    plan9_put32(call, node->fid);
    plan9_put32(call, valid);
    plan9_put32(call, attributes->mode & ~VNODE_TYPE_MASK);
    plan9_put32(call, attributes->user);
    plan9_put32(call, attributes->group);
    plan9_put64(call, attributes->size);
    put_time(call, attributes->access_time);
    put_time(call, attributes->modification_time);
    plan9_call(call);
    error = plan9_end(call);
    plan9_changed(node);
#ifdef CONFIG_PLAN9_CACHE
    if (!error && (which & VNODE_SET_SIZE))
        node->content.size = attributes->size;
#endif
    return error;
}
