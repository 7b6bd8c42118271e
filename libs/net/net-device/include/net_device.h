/*
 * Network devices: whole Ethernet frames, without the frame check sequence.
 *
 * Each provider defines one `const struct net_driver`; the selected ones are listed in the generated table. A
 * driver finds its devices in its init function, which runs before that of anything that requires net.device,
 * and never later. The order of the devices, and so their numbering, is that of the table and then of the
 * lists:
 *
 *     for (size_t i = 0; i < net_drivers_count; i++)
 *         for (struct net_device *d = *net_drivers[i]->devices; d; d = d->next)
 *
 * One client opens a device. Everything here, and the functions of the client, run inside the kernel guard
 * and never block; the client's are called from interrupt handlers, transmit() and poll(), and not after they
 * are entered themselves: receive() may call transmit(), and sent() may come from within it, but no function
 * is called again while it runs, with one exception: transmit() from within sent() is not allowed.
 *
 * Sending, after open(). transmit() takes packets from the beginning of the array, as many as there is room
 * for, and returns how many. The array and the fragments' descriptions are read only during the call; the
 * bytes belong to the device until the client's sent() is called with the packet's token. That may be during
 * the same call, and may be much later: a driver looks for completed packets in transmit() and poll() and
 * asks for no interrupt while it has room. When not all packets were taken, the client's room() is called
 * when it makes sense to try again. A call is one notification of the device: it is cheaper to send many
 * packets in one. A packet that cannot be sent (too long, more fragments than max_fragments, an offload that
 * the device does not have, link down) is taken, counted as dropped, and handed back by sent().
 *
 * The bytes lie in memory whose address is its physical address: the image's own data, pages_alloc(),
 * heap_alloc(), buffers of net_buffer.h. The NET_DEVICE_HEADROOM bytes before the first fragment belong to
 * the packet, are writable, and are overwritten by the driver. The first fragment holds at least the Ethernet
 * header.
 *
 * Receiving. From open() on, packets come by receive(): a list, linked by next_packet, of chains, linked by
 * next (net_buffer.h); the client holds them until it calls net_buffer_free(), each by itself, in any order.
 * A client that holds too many makes the device drop packets. It may change their bytes and send them:
 * NET_DEVICE_HEADROOM bytes before `data` of a first buffer are there. The list ends a batch: answers are
 * best sent in one call after it.
 *
 * Without interrupts (interrupts(device, false)) the client calls poll() as often as it likes; otherwise the
 * driver does when the device interrupts, and the device does not interrupt again until a poll() finds
 * nothing. poll() handles at most `budget` packets and returns how many; fewer than `budget`: there are no
 * more, for now. With a budget of 0, which is allowed in both cases, it only hands back what has been sent.
 */
#pragma once

#include <net_buffer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_DEVICE_HEADROOM 16u     /* bytes */
#define NET_DEVICE_ADDRESS_LENGTH 6 /* bytes of an Ethernet address */
#define NET_DEVICE_HEADER_LENGTH 14 /* bytes of an Ethernet header: 2 addresses, type (IEEE 802.3, 3.1.1) */

/* What a packet that is longer than the MTU consists of, and into what it is cut: of NET_SEGMENTATION_UDP,
 * each datagram but the last has segment_size bytes of payload. */
enum net_segmentation {
    NET_SEGMENTATION_NONE,
    NET_SEGMENTATION_TCP4, /* TCP over IPv4 */
    NET_SEGMENTATION_TCP6, /* TCP over IPv6 */
    NET_SEGMENTATION_UDP,  /* UDP over IPv4 or IPv6 */
};

/* What a device can do with packets that are sent (net_device.features). */
#define NET_DEVICE_CHECKSUM 1u                  /* fill in a checksum */
#define NET_DEVICE_SEGMENT(kind) (1u << (kind)) /* cut up: NET_SEGMENTATION_TCP4, ... */

struct net_fragment {
    const void *data;
    size_t length; /* bytes; not 0 */
};

/*
 * A packet that is to be sent. With `checksum` the 16 bits at checksum_start + checksum_offset hold the sum
 * of the pseudo-header, and the device puts in the Internet checksum of all from checksum_start to the end.
 * With `segmentation`, which needs `checksum`, the headers of IP and UDP say the length of the packet as it
 * is, and the device makes those of each segment from them.
 */
struct net_packet {
    const struct net_fragment *fragments;
    uint16_t fragment_count; /* from 1 */
    bool checksum;
    uint8_t segmentation;     /* enum net_segmentation */
    uint16_t checksum_start;  /* bytes from the first byte of the frame */
    uint16_t checksum_offset; /* bytes from checksum_start */
    uint16_t segment_size;    /* bytes of payload in each segment, from 1 */
    uint16_t header_length;   /* bytes of all headers, with those of TCP or UDP */
    void *token;              /* for sent() */
};

/* Since the start. Errors are the device's fault. */
struct net_statistics {
    uint64_t received_packets;
    uint64_t received_bytes;
    uint64_t received_errors;
    uint64_t received_dropped; /* known to be: nobody has opened the device */
    uint64_t sent_packets;
    uint64_t sent_bytes;
    uint64_t sent_errors;
    uint64_t sent_dropped; /* could not be sent as they were */
};

/* Whoever has opened a device. */
struct net_client {
    void (*receive)(struct net_client *, struct net_buffer *packets);
    void (*sent)(struct net_client *, void *token);
    void (*room)(struct net_client *);         /* NULL: not wanted */
    void (*link_changed)(struct net_client *); /* NULL: not wanted; net_device.link has the new state */
};

struct net_device;

struct net_device_operations {
    /* 0; -EBUSY: has a client; -EIO: the device is broken */
    int (*open)(struct net_device *, struct net_client *);
    unsigned (*transmit)(struct net_device *, const struct net_packet *packets, unsigned count);
    unsigned (*poll)(struct net_device *, unsigned budget);
    void (*interrupts)(struct net_device *, bool on); /* on is how a device begins */
};

/* All fields but `statistics` and `link` are constant from the driver's init function on. */
struct net_device {
    const struct net_device_operations *operations;
    struct net_device *next;                    /* of the same driver */
    struct net_client *client;                  /* the driver's to write; NULL: not open */
    uint8_t address[NET_DEVICE_ADDRESS_LENGTH]; /* its own; packets to others may be received, too */
    uint16_t mtu;           /* bytes of payload in a frame; at least 68 (RFC 791), usually 1500 */
    uint16_t features;      /* NET_DEVICE_... */
    uint16_t max_fragments; /* of a packet that is sent, at least 4 */
    uint32_t max_segmented; /* bytes of a frame that is to be cut up, at most */
    bool link;              /* up */
    struct net_statistics statistics;
};

struct net_driver {
    const char *name;
    struct net_device *const *devices; /* the first one that was found; NULL: none */
};

extern const struct net_driver *const net_drivers[];
extern const size_t net_drivers_count;
