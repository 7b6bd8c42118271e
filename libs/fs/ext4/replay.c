/*
 * Opening the journal, and bringing back what it holds after a crash: transactions that are there as a whole
 * are written to their places, in order, except for blocks that a later transaction has revoked.
 */
#include "ext4.h"

#include <block_io.h>
#include <crc32c.h>
#include <errno.h>
#include <heap.h>
#include <string.h>

#define BE32(x) __builtin_bswap32(x)
#define CHECKSUMS (EXT4_JOURNAL_INCOMPAT_CSUM_V2 | EXT4_JOURNAL_INCOMPAT_CSUM_V3)
#define KNOWN                                                                                                \
    (EXT4_JOURNAL_INCOMPAT_REVOKE | EXT4_JOURNAL_INCOMPAT_64BIT | EXT4_JOURNAL_INCOMPAT_ASYNC |              \
     EXT4_JOURNAL_INCOMPAT_CSUM_V2 | EXT4_JOURNAL_INCOMPAT_CSUM_V3)

/* Tags need not be aligned. */
static uint32_t be32_at(const char *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof(value));
    return BE32(value);
}

static uint32_t be16_at(const char *at)
{
    return (uint32_t)(unsigned char)at[0] << 8 | (unsigned char)at[1];
}

struct revoked {
    uint64_t block;
    uint32_t sequence; /* of the last transaction that revokes it */
};

enum pass { SCAN, REVOKE, REPLAY };

struct replay {
    struct ext4 *fs;
    char *control, *data;    /* a block each */
    uint32_t position, left; /* in the log: the next block, and how many have not been looked at */
    uint32_t run;
    uint32_t sum; /* of the transaction so far, for EXT4_JOURNAL_COMPAT_CHECKSUM */
    struct revoked *revoked;
    uint32_t revoked_count, revoked_room;
    bool broken_data; /* since the last commit record: blocks with wrong checksums */
    uint32_t replayed;
};

/* CRC-32 as IEEE 802.3 has it, most significant bit first, a bit at a time: old journals only. */
static uint32_t crc32_be(uint32_t sum, const char *data, size_t size)
{
    for (; size != 0; size--) {
        sum ^= (uint32_t)(unsigned char)*data++ << 24;
        for (int bit = 0; bit < 8; bit++)
            sum = sum << 1 ^ (sum >> 31 ? 0x04c11db7u : 0);
    }
    return sum;
}

/* The next block of the log. -ENODATA: it has been read once round. */
static int next_block(struct replay *replay, char *to)
{
    struct ext4 *fs = replay->fs;
    uint64_t physical = ext4_journal_physical(&fs->journal, replay->position, &replay->run);

    if (replay->left == 0)
        return -ENODATA;
    replay->left--;
    if (++replay->position == fs->journal.length)
        replay->position = fs->journal.first;
    return block_read(fs->device, physical * fs->sectors, to, fs->block_size);
}

static bool old_checksums(const struct replay *replay)
{
    return (replay->fs->journal.super->feature_compat & BE32(EXT4_JOURNAL_COMPAT_CHECKSUM)) != 0;
}

static bool tail_valid(const struct replay *replay)
{
    const struct ext4 *fs = replay->fs;

    return !(fs->journal.features & CHECKSUMS) || *(uint32_t *)(replay->control + fs->block_size - 4) ==
                                                      ext4_journal_tail_checksum(fs, replay->control);
}

static int add_revoked(struct replay *replay, uint64_t block, uint32_t sequence)
{
    if (replay->revoked_count == replay->revoked_room) {
        uint32_t room = replay->revoked_room == 0 ? 256 : 2 * replay->revoked_room;
        struct revoked *revoked = heap_realloc(replay->revoked, room * sizeof(*revoked));
        if (revoked == NULL)
            return -ENOMEM;
        replay->revoked = revoked;
        replay->revoked_room = room;
    }
    replay->revoked[replay->revoked_count++] = (struct revoked){block, sequence};
    return 0;
}

/* By block, then by sequence. Shellsort, with the gaps of Knuth, volume 3, 5.2.1. */
static void sort_revoked(struct replay *replay)
{
    uint32_t gap = 1;

    while (gap < replay->revoked_count / 3)
        gap = 3 * gap + 1;
    for (; gap != 0; gap /= 3) {
        for (uint32_t i = gap; i < replay->revoked_count; i++) {
            struct revoked *r = replay->revoked, one = r[i];
            uint32_t at = i;
            for (; at >= gap &&
                   (r[at - gap].block > one.block ||
                    (r[at - gap].block == one.block && (int32_t)(r[at - gap].sequence - one.sequence) > 0));
                 at -= gap)
                r[at] = r[at - gap];
            r[at] = one;
        }
    }
}

static bool is_revoked(const struct replay *replay, uint64_t block, uint32_t sequence)
{
    uint32_t low = 0, high = replay->revoked_count;

    while (low < high) { /* behind the last one of this block */
        uint32_t middle = low + (high - low) / 2;
        if (replay->revoked[middle].block <= block)
            low = middle + 1;
        else
            high = middle;
    }
    return low != 0 && replay->revoked[low - 1].block == block &&
           (int32_t)(replay->revoked[low - 1].sequence - sequence) >= 0;
}

static int read_revocations(struct replay *replay, uint32_t sequence)
{
    const uint32_t *at = (uint32_t *)replay->control + 3;
    bool wide = (replay->fs->journal.features & EXT4_JOURNAL_INCOMPAT_64BIT) != 0;
    uint32_t bytes = BE32(*at++), size = wide ? 8 : 4;
    int error = 0;

    if (bytes > replay->fs->block_size - (replay->fs->journal.features & CHECKSUMS ? 4 : 0))
        return -EUCLEAN;
    for (uint32_t offset = 16; offset + size <= bytes && error == 0; offset += size) {
        uint64_t block = BE32(*at++);
        if (wide)
            block = block << 32 | BE32(*at++);
        error = add_revoked(replay, block, sequence);
    }
    return error;
}

/* One block that a descriptor describes. */
static int data_block(struct replay *replay, enum pass pass, const char *tag, uint32_t sequence,
                      uint32_t flags)
{
    struct ext4 *fs = replay->fs;
    uint32_t features = fs->journal.features, be_sequence = BE32(sequence), sum;
    uint64_t block = be32_at(tag);
    int error;

    if (features & EXT4_JOURNAL_INCOMPAT_64BIT)
        block |= (uint64_t)be32_at(tag + 8) << 32;
    error = next_block(replay, replay->data);
    if (error != 0 || pass == REVOKE)
        return error;
    if (pass == SCAN) {
        if (old_checksums(replay) && !(features & CHECKSUMS))
            replay->sum = crc32_be(replay->sum, replay->data, fs->block_size);
        if (features & CHECKSUMS) {
            sum = crc32c(fs->journal.seed, &be_sequence, sizeof(be_sequence));
            sum = crc32c(sum, replay->data, fs->block_size);
            if (features & EXT4_JOURNAL_INCOMPAT_CSUM_V3 ? be32_at(tag + 12) != sum
                                                         : be16_at(tag + 4) != (sum & 0xffff))
                replay->broken_data = true;
        }
        return block < fs->block_count ? 0 : -EUCLEAN;
    }
    if (is_revoked(replay, block, sequence))
        return 0;
    if (flags & EXT4_JOURNAL_TAG_ESCAPED) {
        uint32_t magic = BE32(EXT4_JOURNAL_MAGIC);
        memcpy(replay->data, &magic, sizeof(magic));
    }
    replay->replayed++;
    return block_write(fs->device, block * fs->sectors, replay->data, fs->block_size);
}

static int descriptor(struct replay *replay, enum pass pass, uint32_t sequence)
{
    struct ext4 *fs = replay->fs;
    uint32_t features = fs->journal.features, size = ext4_journal_tag_size(&fs->journal), flags;
    const char *end = replay->control + fs->block_size - (features & CHECKSUMS ? 4 : 0);

    for (const char *tag = replay->control + 12; tag + size <= end; tag += size) {
        int error;

        flags = features & EXT4_JOURNAL_INCOMPAT_CSUM_V3 ? be32_at(tag + 4) : be16_at(tag + 6);
        error = data_block(replay, pass, tag, sequence, flags);
        if (error != 0)
            return error;
        if (!(flags & EXT4_JOURNAL_TAG_SAME_UUID))
            tag += 16;
        if (flags & EXT4_JOURNAL_TAG_LAST)
            break;
    }
    return 0;
}

/* Whether a commit record may be believed. */
static bool commit_valid(struct replay *replay)
{
    struct ext4_journal_commit *commit = (struct ext4_journal_commit *)replay->control;
    uint32_t stored = commit->checksum[0];

    if (replay->fs->journal.features & CHECKSUMS) {
        commit->checksum[0] = 0;
        return stored == BE32(crc32c(replay->fs->journal.seed, commit, replay->fs->block_size));
    }
    return !old_checksums(replay) || commit->checksum_type != EXT4_JOURNAL_CRC32 ||
           stored == BE32(replay->sum);
}

/*
 * Goes through the log. SCAN ends where no whole transaction is any more, and leaves the sequence of that in
 * `*end`; the others go as far.
 */
static int pass(struct replay *replay, enum pass pass, uint32_t *end)
{
    struct ext4 *fs = replay->fs;
    const struct ext4_journal_header *header = (struct ext4_journal_header *)replay->control;
    uint32_t sequence = BE32(fs->journal.super->sequence);
    int error;

    replay->position = BE32(fs->journal.super->start);
    replay->left = fs->journal.length - fs->journal.first;
    replay->sum = ~0u;
    replay->broken_data = false;
    while (pass == SCAN || sequence != *end) {
        error = next_block(replay, replay->control);
        if (error == 0 && (BE32(header->magic) != EXT4_JOURNAL_MAGIC || BE32(header->sequence) != sequence))
            error = -ENODATA;
        if (error == 0) {
            switch (BE32(header->type)) {
            case EXT4_JOURNAL_DESCRIPTOR:
                if (pass == SCAN && old_checksums(replay))
                    replay->sum = crc32_be(replay->sum, replay->control, fs->block_size);
                error = tail_valid(replay) ? descriptor(replay, pass, sequence) : -ENODATA;
                break;
            case EXT4_JOURNAL_REVOKE:
                error = !tail_valid(replay) ? -ENODATA
                        : pass == REVOKE    ? read_revocations(replay, sequence)
                                            : 0;
                break;
            case EXT4_JOURNAL_COMMIT:
                if (pass == SCAN && !commit_valid(replay)) {
                    error = -ENODATA;
                    break;
                }
                /* The record came after all else had been flushed: this is damage, and no interrupted
                 * writing. */
                if (replay->broken_data)
                    return -EBADMSG;
                replay->sum = ~0u;
                sequence++;
                break;
            default:
                error = -ENODATA;
            }
        }
        if (error == -EUCLEAN && pass == SCAN && !(fs->journal.features & CHECKSUMS))
            error = -ENODATA; /* without checksums a torn transaction may hold anything */
        if (error == -ENODATA && pass == SCAN)
            break;
        if (error != 0)
            return error == -ENODATA ? -EUCLEAN : error;
    }
    if (pass == SCAN)
        *end = sequence;
    return 0;
}

int ext4_journal_replay(struct ext4 *fs)
{
    struct replay replay = {
        .fs = fs, .control = heap_alloc(fs->block_size), .data = heap_alloc(fs->block_size)};
    uint32_t end = 0;
    int error = replay.control != NULL && replay.data != NULL ? 0 : -ENOMEM;

    if (error == 0)
        error = pass(&replay, SCAN, &end);
    if (error == 0)
        error = pass(&replay, REVOKE, &end);
    sort_revoked(&replay);
    if (error == 0)
        error = pass(&replay, REPLAY, &end);
    if (error == 0)
        error = block_flush(fs->device);
    heap_free(replay.control);
    heap_free(replay.data);
    heap_free(replay.revoked);
    if (error == 0) {
        log_write(LOG_NOTICE, "ext4: %s: %u blocks from the journal", fs->device->name, replay.replayed);
        fs->transaction = end + 1;
    }
    return error;
}

/* Finds out where the blocks of the journal stand. */
static int find_runs(struct ext4 *fs)
{
    struct ext4_journal *journal = &fs->journal;
    struct ext4_node *node;
    uint32_t blocks, room = 0;
    int error = ext4_node_get(fs, fs->super.journal_inum, &node);

    if (error != 0)
        return error;
    blocks = ext4_min(ext4_size(node) >> fs->block_bits, UINT32_MAX);
    for (uint32_t block = 0; block < blocks && error == 0;) {
        struct ext4_mapping mapping;

        error = node->vnode.type == VNODE_FILE ? ext4_map(node, block, &mapping) : -EUCLEAN;
        if (error == 0 && mapping.state != EXT4_WRITTEN)
            error = -EUCLEAN;
        if (error == 0 && journal->run_count == room) {
            struct ext4_journal_run *runs = heap_realloc(journal->runs, (room += 16) * sizeof(*runs));
            if (runs != NULL)
                journal->runs = runs;
            else
                error = -ENOMEM;
        }
        if (error != 0)
            break;
        journal->runs[journal->run_count++] =
            (struct ext4_journal_run){block, ext4_min(mapping.count, blocks - block), mapping.physical};
        block += ext4_min(mapping.count, blocks - block);
    }
    ext4_node_put(node);
    journal->length = blocks;
    return error;
}

int ext4_journal_open(struct ext4 *fs)
{
    struct ext4_journal *journal = &fs->journal;
    struct ext4_journal_super *super;
    uint32_t run = 0, sum;
    int error = find_runs(fs);

    if (error != 0)
        return error;
    if (journal->length < 1024) /* as Linux: JBD2_MIN_JOURNAL_BLOCKS */
        return -EUCLEAN;
    super = journal->super = heap_alloc(fs->block_size);
    if (super == NULL)
        return -ENOMEM;
    error =
        block_read(fs->device, ext4_journal_physical(journal, 0, &run) * fs->sectors, super, fs->block_size);
    if (error != 0)
        return error;
    if (BE32(super->header.magic) != EXT4_JOURNAL_MAGIC ||
        BE32(super->header.type) != EXT4_JOURNAL_SUPER_V2 || BE32(super->block_size) != fs->block_size ||
        BE32(super->length) > journal->length || BE32(super->length) < 1024 || BE32(super->first) == 0 ||
        BE32(super->first) > 256 ||
        (super->start != 0 &&
         (BE32(super->start) < BE32(super->first) || BE32(super->start) >= BE32(super->length))))
        return -EUCLEAN;
    journal->length = BE32(super->length);
    journal->first = BE32(super->first);
    journal->features = BE32(super->feature_incompat);
    if (journal->features & ~KNOWN) {
        log_write(LOG_ERROR,
                  "ext4: %s: cannot be mounted: features of the journal that are not known here (%#x)",
                  fs->device->name, journal->features & ~KNOWN);
        return -EINVAL;
    }
    if (journal->features & CHECKSUMS) {
        sum = super->checksum;
        super->checksum = 0;
        if (super->checksum_type != EXT4_JOURNAL_CRC32C || sum != BE32(crc32c(~0u, super, sizeof(*super))))
            return -EBADMSG;
    }
    journal->seed = crc32c(~0u, super->uuid, sizeof(super->uuid));
    fs->transaction = BE32(super->sequence);
    return 0;
}
