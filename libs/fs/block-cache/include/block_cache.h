/*
 * Blocks of a disk in memory, for the metadata of a file system that changes them in transactions.
 *
 * Whoever gets a buffer holds a reference and gives it back (block_cache_put). A buffer that nobody holds and
 * whose content stands at its place on the disk may be forgotten to make room; all others stay.
 *
 * Changes are made in operations, which succeed or leave no trace, and operations are collected in a
 * transaction:
 *
 * - block_cache_change() announces that the holder is about to change the content. It keeps a copy of what
 * was there, and the buffer belongs to the transaction from now on.
 * - block_cache_accept() ends an operation; block_cache_undo() ends it by making undone what it has changed.
 * - `changed` lists the transaction's buffers. block_cache_commit() ends the transaction: its buffers are now
 *   `dirty`: newer than their place on the disk (the caller has them in a journal), and stay in memory.
 * - block_cache_clean() writes all dirty buffers to their places.
 *
 * block_cache_get() reads the block if it is not there. block_cache_new() makes it zeroes without reading,
 * and changes it; -EUCLEAN if somebody uses the block already. block_cache_forget() drops a block that has
 * been given up, whatever its state, and tells whether it was dirty. Nobody may hold it.
 *
 * `kind` and `seed` are the file system's: what it took the content for when it last checked it, 0: nothing
 * yet; and what is needed to seal it with a checksum.
 *
 * One caller at a time: the file system's lock is held. Errors are negated errno values of block_io.h, or
 * -ENOMEM.
 */
#pragma once

#include <block_device.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct block_buffer {
    void *data;
    uint64_t block;
    uint32_t seed;
    uint8_t kind;

    /* The cache's own; to be read only. */
    bool changed; /* belongs to the transaction */
    bool joined;  /* ... since this operation */
    bool dirty;   /* has been committed, and is newer than its place on the disk */
    bool touched; /* by this operation */
    bool fresh;   /* by this operation, and was of no meaning before */
    uint8_t before_kind;
    uint32_t references;
    void *before;               /* what it held before this operation; NULL: fresh, or not touched */
    struct block_buffer *chain; /* of the same hash */
    struct block_buffer *previous, *next; /* among those that may be forgotten, or those that are dirty */
    struct block_buffer *next_changed;    /* of the transaction */
    struct block_buffer *next_touched;    /* of the operation */
};

#define BLOCK_CACHE_SEGMENTS 32

/* Writes that may become one request. */
struct block_batch {
    struct block_device *device;
    uint64_t sector; /* of the first segment */
    uint32_t bytes;
    uint16_t count;
    struct block_segment segments[BLOCK_CACHE_SEGMENTS];
};

struct block_cache {
    struct block_device *device;
    uint32_t block_size; /* bytes, a power of two */
    uint32_t limit;      /* buffers that are kept, if they may be forgotten */
    uint32_t count, changed_count, dirty_count;
    struct block_buffer *changed; /* the transaction, linked by next_changed */
    struct block_buffer *touched; /* the operation */
    struct block_buffer **chains;
    uint32_t chain_bits;
    struct block_buffer idle, dirty; /* heads of rings: `next` the one used last, `previous` the oldest */
    void *spare;                     /* memory of one block, kept for copies */
};

int block_cache_open(struct block_cache *cache, struct block_device *device, uint32_t block_size,
                     uint32_t limit);
void block_cache_close(
    struct block_cache *cache); /* nobody holds a buffer; nothing is written. All zeroes: nothing */

int block_cache_get(struct block_cache *cache, uint64_t block, struct block_buffer **buffer);
int block_cache_new(struct block_cache *cache, uint64_t block, struct block_buffer **buffer);
void block_cache_put(struct block_cache *cache, struct block_buffer *buffer); /* NULL does nothing */

int block_cache_change(struct block_cache *cache, struct block_buffer *buffer);
void block_cache_accept(struct block_cache *cache);
void block_cache_undo(struct block_cache *cache);
void block_cache_commit(struct block_cache *cache);
int block_cache_clean(struct block_cache *cache);
bool block_cache_forget(struct block_cache *cache, uint64_t block);

/*
 * Puts `bytes` at `data` behind the batch, to be written at `sector`; writes what cannot be one request with
 * it. The memory is as block_device.h wants it, and stays until block_batch_end(), which writes the rest. An
 * error is that of any write so far; then nothing more may be added.
 */
int block_batch_add(struct block_batch *batch, uint64_t sector, void *data, uint32_t bytes);
int block_batch_end(struct block_batch *batch);
