/* Mounting: what both sides can do, and the root. */
#include "fuse.h"

#include <errno.h>
#include <fs.h>
#include <fuse_channel.h>
#include <heap.h>
#include <log.h>

#define OPERATIONS                                                                                           \
    {                                                                                                        \
        .lookup = fuse_lookup, .create = fuse_create, .link = fuse_link, .unlink = fuse_unlink,              \
        .rename = fuse_rename, .entries = fuse_entries, .read = fuse_read, .write = fuse_write,              \
        .allocate = fuse_allocate, .get = fuse_get, .set = fuse_set, .sync = fuse_sync,                      \
        .statfs = fuse_statfs, .release = fuse_release                                                       \
    }

#ifdef CONFIG_FUSE_CACHE
static struct share_content *content_of(struct vnode *file)
{
    return &fuse_node_of(file)->content;
}

static int ask(struct vnode *file)
{
    return fuse_refresh(fuse_node_of(file));
}

const struct share_operations fuse_operations = {
    .content = content_of, .ask = ask, .closed = fuse_closed, .vnode = OPERATIONS};
#else
const struct vnode_ops fuse_operations = OPERATIONS;
#endif

#ifdef CONFIG_LIB_FUSE_DAX
#define WINDOW_FLAGS(mount) ((mount)->channel->window_size ? FUSE_MAP_ALIGNMENT : 0)
#else
#define WINDOW_FLAGS(mount) 0
#endif

static int negotiate(struct fuse_mount *mount)
{
    const struct fuse_init_in in = {
        .major = FUSE_MAJOR,
        .minor = FUSE_MINOR,
        .flags = FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_DO_READDIRPLUS | FUSE_PARALLEL_DIROPS |
                 FUSE_MAX_PAGES | WINDOW_FLAGS(mount),
    };
    struct fuse_call *call = fuse_begin(mount, FUSE_INIT, 0);
    struct fuse_init_out out = {0};
    uint32_t pages = FUSE_PAGES_USUAL;
    int error;

    if (!call)
        return -ENOMEM;
    fuse_put(call, &in, sizeof in);
    if (fuse_call(call) == 0) {
        fuse_answer(call, &out, sizeof out);
        if (out.major != FUSE_MAJOR || out.minor < FUSE_MINOR_LEAST)
            call->error = -EPROTONOSUPPORT;
        else if (out.max_write < FUSE_WRITE_LEAST)
            call->bad = true;
    }
    if (out.flags & FUSE_MAX_PAGES && out.max_pages > 0)
        pages = out.max_pages < FUSE_PAGES_MOST ? out.max_pages : FUSE_PAGES_MOST;
    mount->lists_attributes = out.flags & FUSE_DO_READDIRPLUS;
    mount->read_most = mount->write_most = pages * FUSE_PAGE;
    if (mount->write_most > out.max_write)
        mount->write_most = out.max_write;
    error = fuse_end(call);
    if (!error)
        fuse_window_begin(mount, &out);
    return error;
}

/* The root is there without a lookup. */
static int root_of(struct fuse_mount *mount, struct vnode **root)
{
    const struct fuse_entry_out out = {.node = FUSE_ROOT, .attributes = {.mode = VNODE_DIRECTORY}};
    int error = fuse_node_at(mount, &out, 0, root);

    if (!error)
        error = fuse_refresh(fuse_node_of(*root));
    return error;
}

/* Once nothing is under way any more. */
static void mount_free(struct fuse_mount *mount)
{
    struct fuse_call *call;

    fuse_wake_all(mount);
    share_listing_forget(&mount->listings, NULL);
    while (mount->under_way || mount->farewells)
        share_wait_room(mount->channel, &mount->for_call);
    while ((call = mount->idle)) {
        mount->idle = call->next;
        heap_free(call);
    }
    fuse_window_end(mount);
    mount->channel->mounted = false;
    heap_free(mount);
}

static int mount_share(const char *source, const char *options, struct vnode **root)
{
    struct share_channel *channel = share_find(fuse_channels, fuse_channels_count, source);
    struct fuse_mount *mount;
    int error;

#ifdef CONFIG_FUSE_CACHE
    int flags = share_cache_flags(options);
    if (flags < 0)
        return flags;
#else
    (void)options;
#endif
    if (!channel)
        return -ENODEV;
    if (channel->mounted)
        return -EBUSY;
    mount = heap_alloc(sizeof *mount);
    if (!mount)
        return -ENOMEM;
    *mount = (struct fuse_mount){.channel = channel};
#ifdef CONFIG_FUSE_CACHE
    mount->file_flags = (uint16_t)flags;
#endif
    *root = NULL;
    channel->mounted = true;
    error = negotiate(mount);
    if (!error)
        error = root_of(mount, root);
    if (error) {
        log_write(LOG_ERROR, "virtiofs %s: cannot be mounted, error %d", channel->tag, -error);
        vnode_put(*root);
        mount_free(mount);
    }
    return error;
}

static int unmount(struct vnode *root)
{
    struct fuse_mount *mount = fuse_node_of(root)->mount;
    struct fuse_call *call;

    fuse_wake_all(mount);
    if (vnode_table_is_held(&mount->nodes, root))
        return -EBUSY;
    vnode_put(root);
    call = fuse_begin(mount, FUSE_DESTROY, 0);
    if (call) {
        fuse_call(call);
        fuse_end(call);
    }
    mount_free(mount);
    return 0;
}

const struct fs_type fuse_fs = {.name = "virtiofs", .mount = mount_share, .unmount = unmount};
