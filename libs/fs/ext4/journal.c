/*
 * The journal: journal.rst. A transaction is written with all that it changes, and only counts when its last
 * block, the commit record, is on the disk; between that and the rest the disk is flushed. Content of files
 * has been written before (data=ordered), so the same flush covers it.
 */
#include "ext4.h"

#include <block_io.h>
#include <clock.h>
#include <crc32c.h>
#include <errno.h>
#include <heap.h>
#include <string.h>

#define BE32(x) __builtin_bswap32(x)
#define CHECKSUMS (EXT4_JOURNAL_INCOMPAT_CSUM_V2 | EXT4_JOURNAL_INCOMPAT_CSUM_V3)

uint64_t ext4_journal_physical(const struct ext4_journal *journal, uint32_t block, uint32_t *run)
{
    if (*run >= journal->run_count || block < journal->runs[*run].first)
        *run = 0;
    while (block - journal->runs[*run].first >= journal->runs[*run].count)
        ++*run;
    return journal->runs[*run].physical + (block - journal->runs[*run].first);
}

/* journal.rst, "Descriptor Block": the sizes of struct journal_block_tag_s and its successor. */
uint32_t ext4_journal_tag_size(const struct ext4_journal *journal)
{
    if (journal->features & EXT4_JOURNAL_INCOMPAT_CSUM_V3)
        return 16;
    return 8 + (journal->features & EXT4_JOURNAL_INCOMPAT_CSUM_V2 ? 2 : 0) +
           (journal->features & EXT4_JOURNAL_INCOMPAT_64BIT ? 4 : 0);
}

uint32_t ext4_journal_tail_checksum(const struct ext4 *fs, const void *block)
{
    static const uint32_t zero;
    uint32_t sum = crc32c(fs->journal.seed, block, fs->block_size - sizeof(zero));

    return BE32(crc32c(sum, &zero, sizeof(zero)));
}

int ext4_journal_super_write(struct ext4 *fs)
{
    struct ext4_journal_super *super = fs->journal.super;
    uint32_t run = 0;
    int error;

    super->checksum = 0;
    if (fs->journal.features & CHECKSUMS)
        super->checksum = BE32(crc32c(~0u, super, sizeof(*super)));
    error = block_write(fs->device, ext4_journal_physical(&fs->journal, 0, &run) * fs->sectors, super,
                        fs->block_size);
    return error != 0 ? error : block_flush(fs->device);
}

int ext4_journal_empty(struct ext4 *fs, bool stop)
{
    struct ext4_journal *journal = &fs->journal;

    journal->used = 0;
    journal->super->sequence = BE32(fs->transaction);
    journal->super->start = stop ? 0 : BE32(journal->head);
    return ext4_journal_super_write(fs);
}

int ext4_journal_start(struct ext4 *fs)
{
    struct ext4_journal *journal = &fs->journal;
    struct ext4_journal_super *super = journal->super;

    /* The log is empty, so its form can be chosen: Linux chooses the same. */
    journal->features &= EXT4_JOURNAL_INCOMPAT_REVOKE | EXT4_JOURNAL_INCOMPAT_64BIT;
    journal->features |= EXT4_JOURNAL_INCOMPAT_REVOKE;
    if (fs->super.feature_incompat & EXT4_INCOMPAT_64BIT)
        journal->features |= EXT4_JOURNAL_INCOMPAT_64BIT;
    super->feature_compat &= ~BE32(EXT4_JOURNAL_COMPAT_CHECKSUM);
    super->checksum_type = 0;
    if (fs->checksums) {
        journal->features |= EXT4_JOURNAL_INCOMPAT_CSUM_V3;
        super->checksum_type = EXT4_JOURNAL_CRC32C;
    }
    super->feature_incompat = BE32(journal->features);
    super->error = 0;
    journal->head = journal->first;
    return ext4_journal_empty(fs, false);
}

/* Where a transaction is being written. */
struct log {
    struct ext4 *fs;
    struct block_batch batch;
    char *control; /* one block: descriptors, revocations, the commit record */
    uint32_t run, written;
};

static int put(struct log *log, void *data)
{
    struct ext4_journal *journal = &log->fs->journal;
    uint64_t physical = ext4_journal_physical(journal, journal->head, &log->run);

    if (++log->written + journal->used >= journal->length - journal->first)
        return -ENOSPC; /* would overwrite its own beginning; ext4_begin() sees to it that this does not
                           happen */
    if (++journal->head == journal->length)
        journal->head = journal->first;
    return block_batch_add(&log->batch, physical * log->fs->sectors, data, log->fs->block_size);
}

static void *control_begin(struct log *log, uint32_t type)
{
    struct ext4_journal_header *header = (struct ext4_journal_header *)log->control;

    memset(log->control, 0, log->fs->block_size);
    header->magic = BE32(EXT4_JOURNAL_MAGIC);
    header->type = BE32(type);
    header->sequence = BE32(log->fs->transaction);
    return header;
}

/* Of descriptors and revocations: the checksum in their last bytes. */
static void control_seal(struct log *log)
{
    struct ext4 *fs = log->fs;

    if (fs->journal.features & CHECKSUMS)
        *(uint32_t *)(log->control + fs->block_size - 4) = ext4_journal_tail_checksum(fs, log->control);
}

static int put_revoked(struct log *log, const uint64_t *revoked, uint32_t count)
{
    bool wide = (log->fs->journal.features & EXT4_JOURNAL_INCOMPAT_64BIT) != 0;
    uint32_t size = wide ? 8 : 4, room = (log->fs->block_size - 16 - 4) / size;

    while (count != 0) {
        uint32_t n = ext4_min(count, room);
        uint32_t *at = (uint32_t *)control_begin(log, EXT4_JOURNAL_REVOKE) + 3;
        int error;

        *at++ = BE32(16 + n * size);
        for (uint32_t i = 0; i < n; i++) {
            if (wide)
                *at++ = BE32((uint32_t)(revoked[i] >> 32));
            *at++ = BE32((uint32_t)revoked[i]);
        }
        control_seal(log);
        error = put(log, log->control);
        if (error == 0)
            error = block_batch_end(&log->batch);
        if (error != 0)
            return error;
        revoked += n;
        count -= n;
    }
    return 0;
}

/* A block whose beginning looks like the journal's own is written without it. */
static bool escaped(const struct block_buffer *buffer)
{
    return *(const uint32_t *)buffer->data == BE32(EXT4_JOURNAL_MAGIC);
}

static void fill_tag(const struct log *log, uint32_t *tag, const struct block_buffer *buffer, uint32_t flags)
{
    const struct ext4 *fs = log->fs;
    uint32_t sequence = BE32(fs->transaction), sum;

    tag[0] = BE32((uint32_t)buffer->block);
    if (fs->journal.features & EXT4_JOURNAL_INCOMPAT_CSUM_V3) {
        static const uint32_t zero;
        sum = crc32c(fs->journal.seed, &sequence, sizeof(sequence));
        sum = crc32c(sum, escaped(buffer) ? &zero : buffer->data, sizeof(zero));
        sum = crc32c(sum, (char *)buffer->data + sizeof(zero), fs->block_size - sizeof(zero));
        tag[1] = BE32(flags);
        tag[3] = BE32(sum);
    } else {
        tag[1] = BE32(flags); /* its upper half would be the checksum */
    }
    if (fs->journal.features & EXT4_JOURNAL_INCOMPAT_64BIT)
        tag[2] = BE32((uint32_t)(buffer->block >> 32));
}

static int put_data(struct log *log, const struct block_buffer *buffer)
{
    struct ext4 *fs = log->fs;
    char *copy;
    int error;

    if (!escaped(buffer))
        return put(log, buffer->data);
    copy = heap_alloc(fs->block_size);
    if (copy == NULL)
        return -ENOMEM;
    memcpy(copy, buffer->data, fs->block_size);
    memset(copy, 0, 4);
    error = put(log, copy);
    if (error == 0)
        error = block_batch_end(&log->batch);
    heap_free(copy);
    return error;
}

/* Writes some of the changed buffers with their descriptor; `*next` is the first one that is left. */
static int put_some(struct log *log, struct block_buffer **next)
{
    struct ext4 *fs = log->fs;
    uint32_t size = ext4_journal_tag_size(&fs->journal), room = fs->block_size - 12 - 16 - 4;
    char *at = (char *)control_begin(log, EXT4_JOURNAL_DESCRIPTOR) + 12;
    struct block_buffer *buffer = *next, *end;
    uint32_t count = 0;
    int error;

    for (end = buffer; end != NULL && (count + 1) * size <= room; end = end->next_changed) {
        bool last = end->next_changed == NULL || (count + 2) * size > room;
        fill_tag(log, (uint32_t *)at, end,
                 (escaped(end) ? EXT4_JOURNAL_TAG_ESCAPED : 0) |
                     (count != 0 ? EXT4_JOURNAL_TAG_SAME_UUID : 0) | (last ? EXT4_JOURNAL_TAG_LAST : 0));
        at += size;
        if (count++ == 0) {
            memcpy(at, fs->journal.super->uuid, 16);
            at += 16;
        }
    }
    control_seal(log);
    error = put(log, log->control);
    for (; buffer != end && error == 0; buffer = buffer->next_changed)
        error = put_data(log, buffer);
    *next = end;
    return error != 0 ? error : block_batch_end(&log->batch);
}

static int put_commit(struct log *log)
{
    struct ext4_journal_commit *commit = control_begin(log, EXT4_JOURNAL_COMMIT);
    uint64_t now = clock_realtime();
    int error;

    commit->seconds_hi = BE32((uint32_t)(now / 1000000000 >> 32));
    commit->seconds_lo = BE32((uint32_t)(now / 1000000000));
    commit->nanoseconds = BE32((uint32_t)(now % 1000000000));
    if (log->fs->journal.features & CHECKSUMS)
        commit->checksum[0] = BE32(crc32c(log->fs->journal.seed, commit, log->fs->block_size));
    error = put(log, log->control);
    return error != 0 ? error : block_batch_end(&log->batch);
}

static int write_all(struct log *log, const uint64_t *revoked, uint32_t revoked_count)
{
    struct block_buffer *next = log->fs->cache.changed;
    int error = put_revoked(log, revoked, revoked_count);

    while (error == 0 && next != NULL)
        error = put_some(log, &next);
    if (error == 0)
        error = block_flush(log->fs->device);
    if (error == 0)
        error = put_commit(log);
    return error != 0 ? error : block_flush(log->fs->device);
}

int ext4_journal_commit(struct ext4 *fs, const uint64_t *revoked, uint32_t revoked_count)
{
    struct log log = {.fs = fs, .batch.device = fs->device, .control = heap_alloc(fs->block_size)};
    int error;

    if (log.control == NULL)
        return -ENOMEM;
    error = write_all(&log, revoked, revoked_count);
    heap_free(log.control);
    fs->journal.used += log.written;
    return error;
}
