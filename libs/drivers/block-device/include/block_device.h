/*
 * Disks: arrays of sectors of 512 bytes.
 *
 * Each provider defines one `const struct block_driver`; the selected ones are listed in the generated table.
 * A driver finds its disks in its init function, which runs before that of anything that requires
 * block.device, and never later.
 *
 * Clients give requests to block_submit() (block_io.h), or call the functions there that wait.
 *
 * Everything here, and done() of a request, runs inside the kernel guard and never blocks. A driver takes
 * every request, also while the disk has no room, and calls done() exactly once, with `result` set: 0 or a
 * negated errno. That may be within submit() already, and is otherwise from an interrupt handler or poll().
 * done() may submit further requests. -EIO: the disk could not do it, and the driver has written that to the
 * log; what a failed write has changed is not known. -ENOSPC: the disk has no room for it.
 *
 * Requests that are under way together are done in any order. What a write brought is on the medium, and
 * survives a loss of power, once a flush that was submitted after that write was done is done; before, it may
 * be or not be, each sector by itself. On a disk without BLOCK_DEVICE_CACHE it is as soon as the write is
 * done.
 *
 * The bytes of segments belong to the device until done(). They lie in memory whose address is its physical
 * address: the image's own data, pages_alloc(), heap_alloc(); not on the stack of a thread and not where the
 * application has mapped something. Requests and the arrays of segments may lie anywhere.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCK_SECTOR 512u /* bytes: the unit of all positions and lengths */
#define BLOCK_NAME_ROOM 16u
#define BLOCK_SERIAL_ROOM 21u

enum block_operation {
    BLOCK_READ,
    BLOCK_WRITE,
    BLOCK_FLUSH,        /* no sectors, no segments */
    BLOCK_DISCARD,      /* `sectors` need not be kept: what they hold is not known any more. No segments */
    BLOCK_WRITE_ZEROES, /* `sectors` become zeroes. No segments */
};

struct block_segment {
    void *address;
    uint32_t length; /* bytes, not 0 */
};

struct block_request {
    uint8_t operation; /* enum block_operation */
    bool force;        /* of a write, or of zeroes: on the medium when it is done. Is false then */
    bool unmap;        /* of zeroes: the disk may give up the room that they take */
    uint16_t segment_count;
    const struct block_segment *segments; /* sectors * 512 bytes in all */
    uint64_t sector;                      /* the first; a multiple of the disk's block */
    uint64_t sectors;                     /* how many; likewise, and not 0 */
    void (*done)(struct block_request *);
    void *token; /* the client's */
    int result;

    struct block_request *next; /* the driver's, while it has the request */
};

struct block_device;

struct block_device_operations {
    /* Requests have been checked, and keep to the limits below; a flush only comes to a disk with a cache. */
    void (*submit)(struct block_device *, struct block_request *);
    /* Looks for what is done, without waiting for an interrupt. NULL: there is nothing to look at. */
    void (*poll)(struct block_device *);
};

/* Flags of a disk. */
#define BLOCK_DEVICE_READ_ONLY 1u
#define BLOCK_DEVICE_CACHE 2u   /* keeps what was written in memory until a flush */
#define BLOCK_DEVICE_DISCARD 4u /* without it, a discard is -EOPNOTSUPP */
#define BLOCK_DEVICE_ZEROES 8u  /* without it, BLOCK_WRITE_ZEROES is -EOPNOTSUPP */
#define BLOCK_DEVICE_UNMAP 16u  /* zeroes may give up room */

/* All fields but `sectors`, `resized` and `holder` are constant from the driver's init function on. */
struct block_device {
    const struct block_device_operations *operations;
    struct block_device *next;      /* of the same driver */
    char name[BLOCK_NAME_ROOM];     /* "vda": of letters and digits, the disk's alone */
    char serial[BLOCK_SERIAL_ROOM]; /* what the host calls it; "": nothing */
    uint64_t sectors;               /* the disk's size; changes when the host changes it */
    uint32_t flags;                 /* BLOCK_DEVICE_... */
    uint32_t block;             /* bytes: reads and writes are of whole blocks; a power of two, 512 to 4096 */
    uint32_t physical_block;    /* bytes: smaller writes are slower, and may tear; a multiple of block */
    uint32_t optimal;           /* bytes: a good size for a request; 0: none is better than others */
    uint32_t max_segments;      /* of a request, at least 1 */
    uint32_t max_segment;       /* bytes of a segment, at least 4096 */
    uint32_t max_sectors;       /* of a read or write */
    uint32_t max_discard;       /* sectors of a discard */
    uint32_t discard_alignment; /* sectors: smaller pieces are not given up; at least 1 */
    uint32_t max_zeroes;        /* sectors of BLOCK_WRITE_ZEROES */
    void *memory;               /* where the whole content stands and can be used in place; NULL: nowhere */
    const void *holder;         /* block_device_claim() */
    void (*resized)(struct block_device *); /* the holder's: `sectors` is new; NULL: not wanted */
};

struct block_driver {
    const char *name;
    struct block_device *const *devices; /* the first one that was found; NULL: none */
};

extern const struct block_driver *const block_drivers[];
extern const size_t block_drivers_count;
