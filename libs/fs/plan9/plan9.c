/* Mounting: the server's version, and the root. */
#include "plan9.h"

#include <errno.h>
#include <fs.h>
#include <heap.h>
#include <log.h>
#include <plan9_channel.h>
#include <string.h>

#define VERSION "9P2000.L"
#define USER "root"
#define USER_NUMBER 0u
#define MILLISECOND UINT64_C(1000000) /* ns */

#define OPERATIONS                                                                                           \
    {                                                                                                        \
        .lookup = plan9_lookup, .create = plan9_create, .link = plan9_link, .unlink = plan9_unlink,          \
        .rename = plan9_rename, .entries = plan9_entries, .read = plan9_read, .write = plan9_write,          \
        .get = plan9_get, .set = plan9_set, .sync = plan9_sync, .statfs = plan9_statfs,                      \
        .release = plan9_release                                                                             \
    }

#ifdef CONFIG_PLAN9_CACHE
static struct share_content *content_of(struct vnode *file)
{
    return &plan9_node_of(file)->content;
}

static int ask(struct vnode *file)
{
    return plan9_refresh(plan9_node_of(file));
}

const struct share_operations plan9_operations = {
    .content = content_of, .ask = ask, .closed = plan9_closed, .vnode = OPERATIONS};
#else
const struct vnode_ops plan9_operations = OPERATIONS;
#endif

/* version(5): both agree on the smaller size; whatever was before is forgotten. */
static int negotiate(struct plan9_mount *mount)
{
    struct plan9_call *call = plan9_begin(mount, PLAN9_TVERSION);
    uint16_t tag, length;
    const char *version;
    uint32_t size;

    if (!call)
        return -ENOMEM;
    tag = call->tag;
    call->tag = PLAN9_NO_TAG;
    plan9_put32(call, PLAN9_MESSAGE_MOST);
    plan9_put_string(call, VERSION, sizeof VERSION - 1);
    if (plan9_call(call) == 0) {
        size = plan9_get32(call);
        version = plan9_get_string(call, &length);
        if (length != sizeof VERSION - 1 || memcmp(version, VERSION, length) != 0)
            call->error = -EPROTONOSUPPORT;
        else if (size < PLAN9_MESSAGE_LEAST || size > PLAN9_MESSAGE_MOST)
            call->bad = true;
        mount->message_size = size;
    }
    call->tag = tag;
    return plan9_end(call);
}

static int attach(struct plan9_mount *mount, uint32_t *fid)
{
    struct plan9_call *call = plan9_begin(mount, PLAN9_TATTACH);
    int error;

    if (!call)
        return -ENOMEM;
    *fid = plan9_fid_new(mount);
    if (*fid == PLAN9_NO_FID)
        call->error = -ENOMEM;
    plan9_put32(call, *fid);
    plan9_put32(call, PLAN9_NO_FID); /* no authentication */
    plan9_put_string(call, USER, sizeof USER - 1);
    plan9_put_string(call, "", 0);
    plan9_put32(call, USER_NUMBER);
    if (plan9_call(call) == 0)
        plan9_get_qid(call);
    error = plan9_end(call);
    return error;
}

/* From the folder that the host gives to one below it: "tag/folder/in/it". */
static int descend(struct plan9_mount *mount, const char *path, uint32_t *fid)
{
    while (*path) {
        struct plan9_name names[PLAN9_WALK_MOST];
        unsigned count = 0;
        uint32_t next;
        int error;

        while (count < PLAN9_WALK_MOST && *path) {
            size_t length = 0;

            while (path[length] && path[length] != '/')
                length++;
            if (length > VNODE_NAME_MAX)
                return -ENAMETOOLONG;
            if (length > 0)
                names[count++] = (struct plan9_name){path, length};
            path += length + (path[length] == '/');
        }
        error = plan9_walk(mount, fid, names, count, &next);
        if (error)
            return error;
        plan9_clunk(mount, *fid);
        *fid = next;
    }
    return 0;
}

/* The value of `cache=MILLISECONDS` among the options; UINT64_MAX: it is no number. */
static uint64_t fresh_option(const char *options)
{
    const char *text;
    uint64_t value = 0;
    size_t length;

    if (!fs_option(options, "cache", &text, &length))
        return PLAN9_FRESH;
    if (length == 0 || length > 9)
        return UINT64_MAX;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return UINT64_MAX;
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    return value * MILLISECOND;
}

/* Once nothing is under way any more. */
static void mount_free(struct plan9_mount *mount)
{
    struct plan9_call *call;

    share_listing_forget(&mount->listings, NULL);
    while (mount->tags)
        share_wait_room(mount->channel, &mount->for_call);
    while ((call = mount->idle)) {
        mount->idle = call->next;
        heap_free(call);
    }
    mount->channel->mounted = false;
    heap_free(mount->fids.used);
    heap_free(mount);
}

static int start(struct plan9_mount *mount, const char *path, struct vnode **root)
{
    uint32_t fid;
    int error = negotiate(mount);

    if (!error)
        error = attach(mount, &fid);
    if (error)
        return error;
    error = descend(mount, path, &fid);
    if (error) {
        plan9_clunk(mount, fid);
        return error;
    }
    error = plan9_node_at(mount, fid, root);
    if (!error && (*root)->type != VNODE_DIRECTORY) {
        vnode_put(*root);
        error = -ENOTDIR;
    }
    return error;
}

/* `source` is a channel's tag, and perhaps a folder behind it. */
static int mount_share(const char *source, const char *options, struct vnode **root)
{
    const char *path = source ? strchr(source, '/') : NULL;
    char tag[SHARE_TAG_ROOM];
    struct plan9_mount *mount;
    struct share_channel *channel;
#ifdef CONFIG_PLAN9_CACHE
    int flags = share_cache_flags(options);
#endif
    size_t length = source ? path ? (size_t)(path - source) : strlen(source) : 0;
    int error;

    if (length >= sizeof tag)
        return -ENAMETOOLONG;
    memcpy(tag, source ? source : "", length);
    tag[length] = '\0';
    channel = share_find(plan9_channels, plan9_channels_count, source ? tag : NULL);
    if (!channel)
        return -ENODEV;
    if (channel->mounted)
        return -EBUSY;
#ifdef CONFIG_PLAN9_CACHE
    if (flags < 0)
        return flags;
#endif
    mount = heap_alloc(sizeof *mount);
    if (!mount)
        return -ENOMEM;
    *mount = (struct plan9_mount){.channel = channel, .fresh = fresh_option(options)};
#ifdef CONFIG_PLAN9_CACHE
    mount->file_flags = (uint16_t)flags;
    mount->folder_flags = share_cache_keeps_names(options) ? 0 : VNODE_SHARED_NAMES;
#endif
    channel->mounted = true;
    error = mount->fresh == UINT64_MAX ? -EINVAL : start(mount, path ? path + 1 : "", root);
    if (error) {
        log_write(LOG_ERROR, "9p %s: cannot be mounted, error %d", channel->tag, -error);
        mount_free(mount);
    }
    return error;
}

static int unmount(struct vnode *root)
{
    struct plan9_mount *mount = plan9_node_of(root)->mount;

    if (vnode_table_is_held(&mount->nodes, root))
        return -EBUSY;
    vnode_put(root);
    mount_free(mount);
    return 0;
}

const struct fs_type plan9_fs = {.name = "9p", .mount = mount_share, .unmount = unmount};
