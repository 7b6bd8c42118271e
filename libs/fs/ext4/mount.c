/*
 * Mounting and unmounting.
 */
#include "ext4.h"

#include <block_io.h>
#include <errno.h>
#include <fs.h>
#ifdef CONFIG_EXT4_DISCARD
#include <fs_trim.h>
#endif
#include <heap.h>
#include <string.h>

#define RECOVER EXT4_INCOMPAT_RECOVER

static void give_up(struct ext4 *fs)
{
    block_cache_close(&fs->cache);
    block_device_release(fs->device);
    heap_free(fs->nodes);
    heap_free(fs->groups);
    heap_free(fs->freed);
    heap_free(fs->bounce);
    heap_free(fs->rewrite);
    heap_free(fs->journal.super);
    heap_free(fs->journal.runs);
    heap_free(fs);
}

static int prepare(struct ext4 *fs)
{
    uint32_t limit;
    int error = ext4_super_load(fs);

    if (error != 0)
        return error;
    limit = (uint32_t)CONFIG_EXT4_CACHE * 1024u / fs->block_size;
    error = block_cache_open(&fs->cache, fs->device, fs->block_size, limit < 256 ? 256 : limit);
    if (error != 0)
        return error;
    fs->transaction_limit = fs->cache.limit / 4 > EXT4_OPERATION_BLOCKS ? fs->cache.limit / 4 : 64;
    fs->nodes = heap_alloc(EXT4_NODE_CHAINS * sizeof(struct ext4_node *));
    fs->bounce = heap_alloc(fs->block_size);
    if (fs->nodes == NULL || fs->bounce == NULL)
        return -ENOMEM;
    memset(fs->nodes, 0, EXT4_NODE_CHAINS * sizeof(struct ext4_node *));
    return ext4_groups_load(fs);
}

/* Opens the journal and brings back what it holds. */
static int replay(struct ext4 *fs)
{
    bool wanted = (fs->super.feature_incompat & RECOVER) != 0;
    int error;

    if (fs->super.journal_inum == 0 || fs->super.journal_dev != 0)
        return wanted || fs->super.journal_dev != 0 ? -EINVAL : 0; /* a journal on another device */
    error = ext4_journal_open(fs);
    if (error != 0) {
        log_write(LOG_ERROR, "ext4: %s: journal: error %d; run e2fsck", fs->device->name, -error);
        return error;
    }
    if (wanted && fs->journal.super->start != 0) {
        error = ext4_journal_replay(fs);
        if (error != 0) {
            log_write(LOG_ERROR, "ext4: %s: journal cannot be replayed: error %d; run e2fsck",
                      fs->device->name, -error);
            return error;
        }
    }
    fs->has_journal = true;
    if (fs->transaction_limit > (fs->journal.length - fs->journal.first) / 4)
        fs->transaction_limit = (fs->journal.length - fs->journal.first) / 4;
    return 0;
}

/* What the disk says after the replay. */
static int load_again(struct ext4 *fs)
{
    uint32_t transaction_limit = fs->transaction_limit, limit = fs->cache.limit;
    int error;

    block_cache_close(&fs->cache);
    fs->replayed = true;
    error = block_cache_open(&fs->cache, fs->device, fs->block_size, limit);
    if (error == 0)
        error = ext4_super_load(fs);
    fs->transaction_limit = transaction_limit;
    heap_free(fs->groups);
    fs->groups = NULL;
    return error != 0 ? error : ext4_groups_load(fs);
}

int ext4_wake(struct ext4 *fs)
{
    int error;

    if (fs->has_journal)
        fs->super.feature_incompat |= RECOVER;
    else
        fs->super.state &= (uint16_t)~EXT4_STATE_VALID;
    ext4_super_count(fs);
    /* In this order: a journal in use that need not be replayed would be strange; an empty one is not. */
    error = ext4_super_write(fs);
    if (error == 0 && fs->has_journal)
        error = ext4_journal_start(fs);
    fs->resting = error != 0;
    return error;
}

static int begin_writing(struct ext4 *fs)
{
    int error;

    fs->super.mnt_count++;
    fs->super.mtime = (uint32_t)(ext4_now() / 1000000000);
    error = ext4_wake(fs);
    if (error != 0)
        return error;
    fs->failed = false;
    error = ext4_orphans_clean(fs);
    if (error == 0)
        error = ext4_orphan_file_clean(fs);
    return error;
}

static int bring_up(struct ext4 *fs)
{
    int error = prepare(fs);

    if (error != 0)
        return error;
    if (fs->super.feature_incompat & RECOVER && fs->read_only) {
        log_write(LOG_ERROR,
                  "ext4: %s: was not unmounted: the journal has to be replayed, by a mount for writing",
                  fs->device->name);
        return -EROFS;
    }
    if (!fs->read_only && fs->super.feature_compat & EXT4_COMPAT_HAS_JOURNAL) {
        error = replay(fs);
        if (error != 0)
            return error;
    }
    error = load_again(fs);
    if (error == 0 && !fs->read_only)
        error = begin_writing(fs);
    if (error == 0)
        error = ext4_node_get(fs, EXT4_INODE_ROOT, &fs->root);
    if (error == 0 && (fs->root->vnode.type != VNODE_DIRECTORY || fs->root->inode->links_count == 0)) {
        ext4_node_put(fs->root);
        error = ext4_corrupted(fs, "root directory", EXT4_INODE_ROOT);
    }
    return error;
}

static int mount(const char *source, const char *options, struct vnode **root)
{
    struct block_device *device = source != NULL ? block_device_find(source) : NULL;
    struct ext4 *fs;
    int error;

    if (device == NULL)
        return -ENODEV;
    fs = heap_alloc(sizeof(*fs));
    if (fs == NULL)
        return -ENOMEM;
    memset(fs, 0, sizeof(*fs));
    fs->device = device;
    fs->read_only = device->flags & BLOCK_DEVICE_READ_ONLY || fs_option(options, "ro", NULL, NULL);
    fs->failed = true; /* nothing is written before all has been checked */
    error = block_device_claim(device, fs);
    if (error != 0) {
        heap_free(fs);
        return error;
    }
#ifdef CONFIG_EXT4_DISCARD
    fs_trim_offer(&ext4_trim);
    fs->discards = fs_option(options, "discard", NULL, NULL);
#endif
    error = bring_up(fs);
    if (error != 0) {
        fs->failed = true;
        ext4_nodes_drop(fs);
        give_up(fs);
        return error == -EUCLEAN || error == -EBADMSG ? -EINVAL : error;
    }
#ifdef CONFIG_EXT4_DISCARD
    if (fs_option(options, "trim", NULL, NULL))
        ext4_discard_free(fs);
#endif
    *root = &fs->root->vnode;
    return 0;
}

/* Everything to its place, and the marks of use taken away: nothing is lost if this was the end. */
static int rest(struct ext4 *fs)
{
    int error;

    if (fs->read_only || fs->resting)
        return 0;
    if (fs->failed)
        return -EIO;
    error = ext4_checkpoint(fs);
    if (error == 0 && fs->has_journal)
        error = ext4_journal_empty(fs, true);
    if (error != 0)
        return error;
    fs->super.feature_incompat &= ~RECOVER;
    if (!fs->has_journal)
        fs->super.state |= EXT4_STATE_VALID;
    ext4_super_count(fs);
    error = ext4_super_write(fs);
    fs->resting = error == 0;
    return error;
}

/* Whether somebody has more of it than one reference to the root. */
static bool is_held(const struct ext4 *fs, const struct vnode *root)
{
    for (unsigned i = 0; i < EXT4_NODE_CHAINS; i++)
        for (const struct ext4_node *node = fs->nodes[i]; node != NULL; node = node->chain)
            if (node->vnode.references != (&node->vnode == root))
                return true;
    return false;
}

static int unmount(struct vnode *root)
{
    struct ext4 *fs = ext4_node_of(root)->fs;
    int error;

    if (is_held(fs, root))
        return -EBUSY;
    wait_lock_take(&fs->lock);
    error = rest(fs);
    wait_lock_give(&fs->lock);
    ext4_nodes_drop(fs);
    give_up(fs);
    return error;
}

/* Files that are open and have no name are for the next mount. */
static void end(struct vnode *root)
{
    struct ext4 *fs = ext4_node_of(root)->fs;

    wait_lock_take(&fs->lock);
    if (fs->counts.last_orphan == 0)
        (void)rest(fs);
    wait_lock_give(&fs->lock);
}

const struct fs_type ext4_fs = {.name = "ext4", .mount = mount, .unmount = unmount, .end = end};
