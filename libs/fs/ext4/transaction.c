/*
 * Operations and transactions. Operations succeed as a whole or change nothing; a transaction collects them
 * until somebody wants them on the disk, it has become large or old, or memory is short.
 */
#include "ext4.h"

#include <block_io.h>
#include <clock.h>
#include <errno.h>
#include <heap.h>

#define OLD 5000000000u /* nanoseconds: as Linux's mount option commit= has it by default */

int ext4_begin(struct ext4 *fs)
{
    int error = 0;

    if (fs->read_only || fs->failed)
        return -EROFS;
    if (fs->resting) {
        error = ext4_wake(fs);
        if (error != 0)
            return error;
    }
    if (fs->cache.changed_count + EXT4_OPERATION_BLOCKS > fs->transaction_limit ||
        (fs->cache.changed_count != 0 && clock_monotonic() - fs->began > OLD))
        error = ext4_commit(fs);
    if (error == 0 && fs->cache.changed_count == 0) {
        /* A transaction that begins finds enough room in the journal and in memory. */
        if (fs->cache.dirty_count > fs->cache.limit / 2 ||
            (fs->has_journal &&
             fs->journal.used + 2 * fs->transaction_limit > fs->journal.length - fs->journal.first))
            error = ext4_checkpoint(fs);
        fs->began = clock_monotonic();
    }
    if (error != 0)
        return error;
    fs->counts_before = fs->counts;
    fs->freed_count_before = fs->freed_count;
    fs->freed_blocks_before = fs->freed_blocks;
    return 0;
}

int ext4_end(struct ext4 *fs, int result)
{
    if (result >= 0) {
        for (uint32_t i = 0; i < fs->groups_touched; i++)
            fs->groups[fs->groups_before[i].number].touched = false;
        fs->groups_touched = 0;
        ext4_nodes_accept(fs);
        block_cache_accept(&fs->cache);
        return result;
    }
    while (fs->groups_touched != 0) {
        fs->groups_touched--;
        fs->groups[fs->groups_before[fs->groups_touched].number] =
            fs->groups_before[fs->groups_touched].group;
    }
    fs->counts = fs->counts_before;
    fs->freed_count = fs->freed_count_before;
    fs->freed_blocks = fs->freed_blocks_before;
    ext4_nodes_undo(fs);
    block_cache_undo(&fs->cache);
    return result;
}

bool ext4_again(struct ext4 *fs, int result)
{
    return result == -ENOSPC && fs->freed_count != 0 && ext4_commit(fs) == 0;
}

/* Drops the buffers of metadata that has been given up, and lists those blocks that a replay must not
 * restore. */
static uint32_t forget(struct ext4 *fs, uint64_t *revoked)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < fs->freed_count; i++)
        for (uint32_t n = 0; fs->freed[i].metadata && n < fs->freed[i].count; n++)
            if (block_cache_forget(&fs->cache, fs->freed[i].block + n))
                revoked[count++] = fs->freed[i].block + n;
    return count;
}

static int commit(struct ext4 *fs, uint64_t *revoked)
{
    uint32_t revoked_count = forget(fs, revoked);
    int error;

    ext4_blocks_release(fs);
    error = ext4_nodes_store(fs);
    if (error == 0)
        error = ext4_groups_store(fs);
    block_cache_accept(&fs->cache);
    if (error != 0)
        return error;
    for (struct block_buffer *buffer = fs->cache.changed; buffer != NULL; buffer = buffer->next_changed)
        ext4_block_seal(fs, buffer);
    if (fs->has_journal) {
        error = ext4_journal_commit(fs, revoked, revoked_count);
        block_cache_commit(&fs->cache);
        return error;
    }
    block_cache_commit(&fs->cache);
    error = block_cache_clean(&fs->cache);
    return error != 0 ? error : block_flush(fs->device);
}

int ext4_commit(struct ext4 *fs)
{
    uint64_t *revoked = NULL;
    uint32_t freed = fs->freed_count;
    size_t metadata = 0;
    int error;

    if (fs->failed)
        return -EIO;
    if (fs->cache.changed == NULL)
        return 0;
    for (uint32_t i = 0; i < freed; i++)
        metadata += fs->freed[i].metadata ? fs->freed[i].count : 0;
    if (metadata != 0) {
        revoked = heap_alloc(metadata * sizeof(*revoked));
        if (revoked == NULL)
            return -ENOMEM;
    }
    error = commit(fs, revoked);
    heap_free(revoked);
    if (error != 0)
        return ext4_broken(fs, "cannot write a transaction", error);
    fs->transaction++;
    fs->flushed = fs->writes;
    ext4_nodes_rest(fs);
#ifdef CONFIG_EXT4_DISCARD
    ext4_discard_freed(fs, freed);
#endif
    return 0;
}

int ext4_flush(struct ext4 *fs)
{
    int error = ext4_commit(fs);

    return error != 0 ? error : ext4_sync_device(fs);
}

int ext4_sync_device(struct ext4 *fs)
{
    int error = fs->flushed != fs->writes ? block_flush(fs->device) : 0;

    if (error == 0)
        fs->flushed = fs->writes;
    return error;
}

int ext4_checkpoint(struct ext4 *fs)
{
    int error = ext4_commit(fs);

    if (error != 0 || !fs->has_journal)
        return error;
    error = block_cache_clean(&fs->cache);
    if (error == 0)
        error = block_flush(fs->device);
    if (error == 0)
        error = ext4_journal_empty(fs, false);
    return error != 0 ? ext4_broken(fs, "cannot write metadata", error) : 0;
}
