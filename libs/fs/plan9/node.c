#include "plan9.h"

#include <errno.h>
#include <heap.h>

/* include/uapi/asm-generic/fcntl.h, as 9P2000.L has them */
#define OPEN_READ 0u
#define OPEN_READ_WRITE 2u

int plan9_walk(struct plan9_mount *mount, const uint32_t *from, const struct plan9_name *names,
               unsigned count, uint32_t *to)
{
    struct plan9_call *call = plan9_begin(mount, PLAN9_TWALK);
    uint32_t fid = call ? plan9_fid_new(mount) : PLAN9_NO_FID;
    unsigned reached = 0;
    int error;

    if (fid == PLAN9_NO_FID) {
        if (call)
            plan9_end(call);
        return -ENOMEM;
    }
    plan9_put32(call, *from);
    plan9_put32(call, fid);
    plan9_put16(call, (uint16_t)count);
    for (unsigned i = 0; i < count; i++)
        plan9_put_string(call, names[i].text, names[i].length);
    if (plan9_call(call) == 0) {
        reached = plan9_get16(call);
        plan9_get_end(call, reached * 13); /* a qid each */
        if (reached > count)
            call->bad = true;
    }
    error = plan9_end(call);
    if (error || reached < count) {
        /* Only a walk all the way makes the new fid (walk(5)). */
        plan9_fid_free(mount, fid);
        return error ? error : -ENOENT;
    }
    *to = fid;
    return 0;
}

static struct plan9_node *node_new(struct plan9_mount *mount, uint32_t type, uint64_t number)
{
    struct plan9_node *node = heap_alloc(sizeof *node);

    if (!node)
        return NULL;
    *node = (struct plan9_node){
        .entry = {.vnode = {.ops = PLAN9_OPERATIONS,
                            .type = (uint16_t)type,
                            .flags = type == VNODE_DIRECTORY ? VNODE_SHARED_NAMES : 0,
                            .references = 1},
                  .number = number},
        .mount = mount,
        .fid = PLAN9_NO_FID,
        .opened = PLAN9_NO_FID,
    };
#ifdef CONFIG_PLAN9_CACHE
    if (type == VNODE_FILE)
        node->entry.vnode.flags = mount->file_flags;
    else if (type == VNODE_DIRECTORY)
        node->entry.vnode.flags = mount->folder_flags;
#endif
    vnode_table_add(&mount->nodes, &node->entry);
    return node;
}

int plan9_node_at(struct plan9_mount *mount, uint32_t fid, struct vnode **found)
{
    struct vnode_attributes attributes;
    struct plan9_node *node;
    uint64_t number, asked = *PLAN9_TIME(mount);
    int error = plan9_attributes(mount, &fid, &number, &attributes);

    if (error) {
        plan9_clunk(mount, fid);
        return error;
    }
    node = (struct plan9_node *)vnode_table_find(&mount->nodes, number);
    if (node && node->entry.vnode.type != (attributes.mode & VNODE_TYPE_MASK)) {
        /* The host gave the number of a file that is gone to another one. */
        vnode_table_remove(&mount->nodes, &node->entry);
        node = NULL;
    }
    if (node) {
        /* The new fid knows where the file is now, also if the host renamed it. */
        vnode_get(&node->entry.vnode);
        if (node->fid != node->opened)
            plan9_retire(mount, node->fid);
    } else {
        node = node_new(mount, attributes.mode & VNODE_TYPE_MASK, number);
        if (!node) {
            plan9_clunk(mount, fid);
            return -ENOMEM;
        }
    }
    node->fid = fid;
    node->misplaced = false;
    plan9_note(node, &attributes, asked);
    *found = &node->entry.vnode;
    return 0;
}

int plan9_node_created(struct plan9_mount *mount, uint32_t fid, uint64_t number, struct vnode **made)
{
    struct vnode_entry *old = vnode_table_find(&mount->nodes, number);
    struct plan9_node *node;

    if (old)
        vnode_table_remove(&mount->nodes, old);
    node = node_new(mount, VNODE_FILE, number);
    if (!node) {
        if (old)
            vnode_table_add(&mount->nodes, old);
        plan9_clunk(mount, fid);
        return -ENOMEM;
    }
    node->fid = node->opened = fid;
    node->writable = true;
    *made = &node->entry.vnode;
    return 0;
}

int plan9_open(struct plan9_node *node, bool writable)
{
    struct plan9_mount *mount = node->mount;
    struct plan9_call *call;
    uint32_t fid, old;
    int error;

    if (node->opened != PLAN9_NO_FID && (node->writable || !writable))
        return 0;
    error = plan9_placed(node);
    if (!error)
        error = plan9_walk(mount, &node->fid, NULL, 0, &fid);
    if (error)
        return error;
    call = plan9_begin(mount, PLAN9_TLOPEN);
    if (!call) {
        plan9_clunk(mount, fid);
        return -ENOMEM;
    }
    plan9_put32(call, fid);
    plan9_put32(call, writable ? OPEN_READ_WRITE : OPEN_READ);
    if (plan9_call(call) == 0) {
        plan9_get_qid(call);
        plan9_get32(call); /* iounit: we keep to the size of messages */
    }
    error = plan9_end(call);
    /* Somebody else may have opened it meanwhile. */
    if (error || (node->opened != PLAN9_NO_FID && (node->writable || !writable))) {
        plan9_clunk(mount, fid);
        return error;
    }
    old = node->opened;
    node->opened = fid;
    node->writable = writable;
    if (old != node->fid)
        plan9_retire(mount, old);
    return 0;
}

#ifdef CONFIG_PLAN9_CACHE
void plan9_closed(struct vnode *vnode)
{
    struct plan9_node *node = plan9_node_of(vnode);

    if (node->opened == node->fid)
        return; /* it is where the file is, too */
    plan9_retire(node->mount, node->opened);
    node->opened = PLAN9_NO_FID;
    node->writable = false;
}
#endif

void plan9_release(struct vnode *vnode)
{
    struct plan9_node *node = plan9_node_of(vnode);

    vnode_table_remove(&node->mount->nodes, &node->entry);
    share_listing_forget(&node->mount->listings, vnode);
    plan9_clunk(node->mount, node->fid);
    if (node->opened != node->fid)
        plan9_clunk(node->mount, node->opened);
    heap_free(node);
}
