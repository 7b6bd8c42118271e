/*
 * Buffers for packets that come in: a pool of a fixed number of equal pieces of memory, made once. Taking one
 * out and giving one back is a push or pop on a list: nothing is allocated for a packet.
 *
 * A buffer is NET_BUFFER_SIZE bytes, aligned to its size, in memory that devices reach: its address is its
 * physical address. Its descriptor lies at its beginning; the rest, `room` bytes from net_buffer_room(),
 * holds bytes of a packet. A packet is a chain of buffers linked by `next`; whoever holds the first one holds
 * the chain. Fields about the packet are valid in the first buffer only. Several packets are a list of first
 * buffers linked by `next_packet`.
 *
 * net_buffer_pool_create() makes a pool of `count` (1 to 65535) buffers; -ENOMEM: not that many pages. It
 * stays for good. net_buffer_take() takes one out, with all fields zero but `pool`, and `data` at the
 * beginning of the room; NULL: none is left, and `returned` of the pool will be called, once, when
 * NET_BUFFER_RETURNED of them (or all of a smaller pool) have come back. net_buffer_free() gives a whole
 * chain back to its pool; NULL does nothing. None of these blocks; like all kernel code they are called
 * inside the kernel guard, by interrupt handlers too.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define NET_BUFFER_SIZE ((size_t)2048)
#define NET_BUFFER_OWNER 64     /* bytes for whoever holds the buffer */
#define NET_BUFFER_RETURNED 16u /* buffers */

struct net_buffer_pool;

/*
 * Flags of a packet that came in. VALID: the device has checked the TCP or UDP checksum. PARTIAL, always with
 * VALID: the packet was never on a wire, its data are trusted, but the checksum's field holds the sum of the
 * pseudo-header only; whoever hands the packet on completes it.
 */
#define NET_BUFFER_CHECKSUM_VALID 1u
#define NET_BUFFER_CHECKSUM_PARTIAL 2u

struct net_buffer {
    /* Whoever holds the buffer keeps here what it likes (lwIP: its struct pbuf_custom). Zero when taken. */
    _Alignas(16) unsigned char owner[NET_BUFFER_OWNER];

    struct net_buffer *next; /* rest of this packet; NULL: none */
    unsigned char *data;     /* the first byte in this buffer */
    uint32_t length;         /* bytes at `data` */
    uint32_t total;          /* bytes of the whole packet, all buffers */
    struct net_buffer *next_packet;
    struct net_buffer_pool *pool;

    uint8_t flags;         /* NET_BUFFER_... */
    uint8_t segmentation;  /* enum net_segmentation (net_device.h): the packet was put together of several, */
    uint16_t segment_size; /* which had this many bytes of payload each; 0: not known */
    uint16_t checksum_start;  /* PARTIAL: the sum goes from here to the packet's end, */
    uint16_t checksum_offset; /* into the 16 bits at checksum_start + checksum_offset */
} __attribute__((aligned(64)));

struct net_buffer_pool {
    struct net_buffer *free;
    uint32_t available;                         /* in the list */
    uint32_t count;                             /* in all */
    uint32_t starved;                           /* 0, or how many must be there before `returned` is called */
    void (*returned)(struct net_buffer_pool *); /* its creator's; NULL: nobody wants to know */
};

int net_buffer_pool_create(struct net_buffer_pool *pool, unsigned count);
struct net_buffer *net_buffer_take(struct net_buffer_pool *pool);
void net_buffer_free(struct net_buffer *packet);

static inline unsigned char *net_buffer_room(struct net_buffer *buffer)
{
    return (unsigned char *)(buffer + 1);
}

#define NET_BUFFER_ROOM (NET_BUFFER_SIZE - sizeof(struct net_buffer))
