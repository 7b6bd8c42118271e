/* Nodes that nobody holds: they rest, or go; the server closes what was open of them. */
#include "fuse.h"

#include <clock.h>
#include <config.h>
#include <heap.h>

static void farewell_done(struct share_request *request)
{
    struct fuse_node *node = request->token;
    struct fuse_mount *mount = node->mount;

    heap_free(node);
    mount->farewells--;
    wait_wake(&mount->for_call, 1);
}

/* The server may forget it: it has told of it so often. No answer comes. */
static void forget(struct fuse_node *node)
{
    struct fuse_farewell *farewell = &node->farewell;

    if (fuse_number(node) == FUSE_ROOT) { /* which is never forgotten */
        farewell->request.token = node;
        farewell_done(&farewell->request);
        return;
    }
    farewell->lookups = node->lookups;
    fuse_header(node->mount, &farewell->header, FUSE_FORGET, fuse_number(node), sizeof farewell->lookups);
    farewell->request = (struct share_request){
        .pieces = {{&farewell->header, sizeof farewell->header},
                   {&farewell->lookups, sizeof farewell->lookups}},
        .out = 2,
        .urgent = true,
        .done = farewell_done,
        .token = node,
    };
    share_submit(node->mount->channel, &farewell->request);
}

static void step(struct fuse_node *node);

/* Somebody may hold the node again by now. */
static void released(struct share_request *request)
{
    struct fuse_node *node = request->token;

    node->closing = false;
    fuse_window_left(node);
#ifdef CONFIG_FUSE_CACHE
    if (node->gone || node->rests || node->closed)
#else
    if (node->gone || node->rests)
#endif
        step(node);
}

static void close_last(struct fuse_node *node, uint64_t handle)
{
    struct fuse_farewell *farewell = &node->farewell;

    node->closing = true;
    farewell->release = (struct fuse_release_in){.handle = handle};
    fuse_header(node->mount, &farewell->header,
                node->entry.vnode.type == VNODE_DIRECTORY ? FUSE_RELEASEDIR : FUSE_RELEASE, fuse_number(node),
                sizeof farewell->release);
    farewell->request = (struct share_request){
        .pieces = {{&farewell->header, sizeof farewell->header},
                   {&farewell->release, sizeof farewell->release},
                   {&farewell->answer, sizeof farewell->answer}},
        .out = 2,
        .in = 1,
        .done = released,
        .token = node,
    };
    share_submit(node->mount->channel, &farewell->request);
}

/* Says what is left to be said, one thing after the other. */
static void step(struct fuse_node *node)
{
    if (node->closing) {
        return;
    } else if (node->has_former) {
        node->has_former = false;
        close_last(node, node->former);
    } else if (node->opened) {
        node->opened = node->writable = false;
        close_last(node, node->handle);
    } else if (node->gone && fuse_window_leave(node)) {
        node->closing = true;
        node->farewell.request.done = released;
        share_submit(node->mount->channel, &node->farewell.request);
    } else if (node->gone) {
        forget(node);
    }
}

static void take_out(struct fuse_node *node)
{
    struct fuse_mount *mount = node->mount;

    *(node->newer ? &node->newer->older : &mount->newest) = node->older;
    *(node->older ? &node->older->newer : &mount->oldest) = node->newer;
    node->newer = node->older = NULL;
    node->rests = false;
    mount->resting--;
}

/* Nobody finds it any more. */
static void leave(struct fuse_node *node)
{
    struct fuse_mount *mount = node->mount;

    if (node->rests)
        take_out(node);
    fuse_name_forget(node);
    if (node->entry.vnode.type == VNODE_DIRECTORY)
        fuse_names_forget(mount, fuse_number(node));
    vnode_table_remove(&mount->nodes, &node->entry);
}

static void go(struct fuse_node *node)
{
    leave(node);
    node->gone = true;
    node->mount->farewells++;
    step(node);
}

static void rest(struct fuse_node *node)
{
    struct fuse_mount *mount = node->mount;

    node->rests = true;
    node->older = mount->newest;
    *(mount->newest ? &mount->newest->newer : &mount->oldest) = node;
    mount->newest = node;
    mount->resting++;
    step(node);
}

static bool is_known(const struct fuse_node *node, uint64_t now)
{
    return node->name.length > 0 && now < node->name.until;
}

static void batch_done(struct share_request *request)
{
    struct fuse_mount *mount = request->token;

    mount->batch.under_way = false;
    mount->farewells--;
    wait_wake(&mount->for_call, 1);
}

static void send_batch(struct fuse_mount *mount, uint32_t count)
{
    struct fuse_batch *batch = &mount->batch;
    uint32_t size = count * (uint32_t)sizeof *batch->nodes;

    batch->under_way = true;
    mount->farewells++;
    batch->in = (struct fuse_batch_forget_in){.count = count};
    fuse_header(mount, &batch->header, FUSE_BATCH_FORGET, 0, sizeof batch->in + size);
    batch->request = (struct share_request){
        .pieces = {{&batch->header, sizeof batch->header},
                   {&batch->in, sizeof batch->in},
                   {batch->nodes, size}},
        .out = 3,
        .urgent = true,
        .done = batch_done,
        .token = mount,
    };
    share_submit(mount->channel, &batch->request);
}

/* Some go: those whose names do not hold any more, and where they are too many, those that rest for longest.
 */
static void sweep(struct fuse_mount *mount, uint64_t now)
{
    bool waits = mount->batch.under_way;
    unsigned excess = mount->resting > CONFIG_FUSE_NODES + (waits ? 2 * FUSE_BATCH : 0) ? FUSE_BATCH : 0;
    uint32_t count = 0;

    if (waits && !excess)
        return;
    for (unsigned i = 0; i < FUSE_BATCH && mount->oldest; i++) {
        struct fuse_node *node = mount->oldest;

        if (i >= excess && is_known(node, now))
            break;
        if (waits || node->closing || fuse_window_has(node)) {
            go(node);
            continue;
        }
        leave(node);
        mount->batch.nodes[count++] = (struct fuse_forget_one){fuse_number(node), node->lookups};
        heap_free(node);
    }
    if (count > 0)
        send_batch(mount, count);
}

struct vnode *fuse_hold(struct fuse_node *node)
{
    if (node->rests)
        take_out(node);
    return vnode_get(&node->entry.vnode);
}

void fuse_release(struct vnode *vnode)
{
    struct fuse_node *node = fuse_node_of(vnode);
    struct fuse_mount *mount = node->mount;
    uint64_t now = clock_monotonic();

    if (vnode->type == VNODE_DIRECTORY)
        share_listing_forget(&mount->listings, vnode);
    if (is_known(node, now) && !mount->channel->gone)
        rest(node);
    else
        go(node);
    sweep(mount, now);
}

#ifdef CONFIG_FUSE_CACHE
void fuse_closed(struct vnode *vnode)
{
    struct fuse_node *node = fuse_node_of(vnode);

    node->closed = true;
    step(node);
}
#endif

void fuse_wake_all(struct fuse_mount *mount)
{
    while (mount->oldest)
        go(mount->oldest);
}
