/*
 * Which blocks are used. What is freed stays marked as used until the transaction that frees it is committed:
 * before, a crash would bring the old owner back, who must find his content there.
 */
#include "ext4.h"

#include <errno.h>
#include <heap.h>

/* Takes blocks of a group: `bit` and those behind it. */
static int take(struct ext4 *fs, uint32_t number, struct block_buffer *bitmap, uint32_t bit, uint32_t count)
{
    struct ext4_group *group = &fs->groups[number];
    int error = ext4_group_change(fs, number);

    if (error == 0)
        error = ext4_block_change(fs, bitmap);
    if (error != 0)
        return error;
    if (count > group->free_blocks || count > fs->counts.free_blocks)
        return ext4_corrupted(fs, "count of free blocks in group", number);
    ext4_bits_set(bitmap->data, bit, count);
    group->blocks_changed = true;
    group->free_blocks -= count;
    fs->counts.free_blocks -= count;
    return 0;
}

/*
 * Looks for free blocks in a group: at `goal` some, else `wanted` in a row, else the longest row, if it has
 * at least `enough`. Returns how many, 0: not here.
 */
static uint32_t search(const uint8_t *bits, uint32_t blocks, uint32_t goal, uint32_t wanted, uint32_t enough,
                       uint32_t *found)
{
    uint32_t best = 0, from = goal;
    bool wrapped = goal == 0;

    for (;;) {
        uint32_t start = ext4_bits_next(bits, from, blocks, false), end;
        if (start == blocks) {
            if (wrapped)
                break;
            wrapped = true;
            from = 0;
            continue;
        }
        end = ext4_bits_next(bits, start, ext4_min((uint64_t)start + wanted, blocks), true);
        if (end - start > best) {
            best = end - start;
            *found = start;
            if (best == wanted || (start == goal && goal != 0 && best >= ext4_min(wanted, 8)))
                return best;
        }
        if (wrapped && end >= goal && goal != 0)
            break;
        from = end;
    }
    return best >= enough ? best : 0;
}

int ext4_blocks_allocate(struct ext4 *fs, uint64_t goal, uint32_t wanted, uint64_t *block, uint32_t *count)
{
    uint32_t first, bit = 0;

    if (goal < fs->super.first_data_block || goal >= fs->block_count)
        goal = fs->super.first_data_block;
    wanted = ext4_min(wanted, fs->super.blocks_per_group);
    first = ext4_group_of(fs, goal);
    /* First where all has room in one piece, then wherever there is something. */
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < fs->group_count; i++) {
            uint32_t number = (uint32_t)(((uint64_t)first + i) % fs->group_count), got;
            uint32_t start = i == 0 ? (uint32_t)(goal - ext4_group_start(fs, number)) : 0;
            struct block_buffer *bitmap;
            int error;

            if (fs->groups[number].free_blocks < (pass == 0 ? wanted : 1))
                continue;
            error = ext4_bitmap(fs, number, false, &bitmap);
            if (error != 0)
                return error;
            got = search(bitmap->data, ext4_group_blocks(fs, number), start, wanted, pass == 0 ? wanted : 1,
                         &bit);
            if (got != 0)
                error = take(fs, number, bitmap, bit, got);
            ext4_block_put(fs, bitmap);
            if (error != 0)
                return error;
            if (got != 0) {
                *block = ext4_group_start(fs, number) + bit;
                *count = got;
                return 0;
            }
        }
    }
    return -ENOSPC;
}

/* Puts blocks of one group on the list of those that become free. */
static int list(struct ext4 *fs, uint64_t block, uint32_t count, bool metadata)
{
    struct ext4_freed *last =
        fs->freed_count > fs->freed_count_before ? &fs->freed[fs->freed_count - 1] : NULL;

    if (last != NULL && last->block + last->count == block && last->metadata == metadata &&
        ext4_group_of(fs, last->block) == ext4_group_of(fs, block)) {
        last->count += count;
    } else {
        if (fs->freed_count == fs->freed_room) {
            uint32_t room = fs->freed_room == 0 ? 64 : 2 * fs->freed_room;
            struct ext4_freed *freed = heap_realloc(fs->freed, room * sizeof(*freed));
            if (freed == NULL)
                return -ENOMEM;
            fs->freed = freed;
            fs->freed_room = room;
        }
        fs->freed[fs->freed_count++] = (struct ext4_freed){block, count, metadata};
    }
    fs->freed_blocks += count;
    return 0;
}

int ext4_blocks_free(struct ext4 *fs, uint64_t block, uint32_t count, bool metadata)
{
    while (count != 0) {
        uint32_t number, bit, n;
        struct block_buffer *bitmap;
        int error;

        if (block < fs->super.first_data_block || block >= fs->block_count)
            return ext4_corrupted(fs, "block beyond the end is freed", block);
        number = ext4_group_of(fs, block);
        bit = (uint32_t)(block - ext4_group_start(fs, number));
        n = ext4_min(count, ext4_group_blocks(fs, number) - bit);
        /* So that it is in memory when the transaction is committed. */
        error = ext4_group_change(fs, number);
        if (error == 0)
            error = ext4_bitmap(fs, number, false, &bitmap);
        if (error != 0)
            return error;
        error = ext4_block_change(fs, bitmap);
        if (error == 0 && ext4_bits_next(bitmap->data, bit, bit + n, false) != bit + n)
            error = ext4_corrupted(fs, "block is freed that is free", block);
        ext4_block_put(fs, bitmap);
        if (error == 0)
            error = list(fs, block, n, metadata);
        if (error != 0)
            return error;
        fs->groups[number].blocks_changed = true;
        block += n;
        count -= n;
    }
    return 0;
}

void ext4_blocks_release(struct ext4 *fs)
{
    for (uint32_t i = 0; i < fs->freed_count; i++) {
        const struct ext4_freed *freed = &fs->freed[i];
        uint32_t number = ext4_group_of(fs, freed->block);
        uint32_t bit = (uint32_t)(freed->block - ext4_group_start(fs, number));
        struct block_buffer *bitmap;

        if (ext4_bitmap(fs, number, false, &bitmap) != 0)
            continue; /* cannot happen: it belongs to the transaction */
        /* Only damaged file systems have the same block twice. */
        if (ext4_bits_next(bitmap->data, bit, bit + freed->count, false) == bit + freed->count) {
            ext4_bits_clear(bitmap->data, bit, freed->count);
            fs->groups[number].free_blocks += freed->count;
            fs->counts.free_blocks += freed->count;
        }
        ext4_block_put(fs, bitmap);
    }
    fs->freed_count = 0;
    fs->freed_blocks = 0;
}
