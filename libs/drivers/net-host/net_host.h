/*
 * A network device behind a descriptor of the host, which the parameter net.fd or net.tap of the command line
 * names:
 *
 * net.fd=N   a connected stream socket; each frame is preceded by its length, 32 bits in network order, as
 * QEMU's
 *            `-netdev stream` and passt do it
 * net.tap=N  a descriptor that gives and takes one whole frame a call, and does not block (O_NONBLOCK): a tap
 * device opened with IFF_TAP and IFF_NO_PI, or a connected datagram socket
 */
#pragma once

#include <net_device.h>

#define NET_HOST_LONGEST (NET_DEVICE_HEADER_LENGTH + 1500u)
/* Of IP, with the header in front. The other side may send it, as passt does whatever it was told: it is left
 * out. */
#define NET_HOST_LONGEST_TOLD (NET_DEVICE_HEADER_LENGTH + 65535u)
#define NET_HOST_STAGE ((size_t)64 * 1024) /* bytes */

struct net_host {
    struct net_device net; /* first */
    int fd;
    bool framed;          /* net.fd */
    bool polled;          /* the client has switched interrupts off */
    bool stuck;           /* the other side has made no room for a frame in time, and none since */
    unsigned char *stage; /* what was read and is not a whole frame yet: `staged` bytes */
    size_t staged;
    size_t skipped; /* bytes that are still to come of a frame that is left out */
    struct net_buffer_pool pool;
};

static inline struct net_host *net_host_of(struct net_device *device)
{
    return (struct net_host *)device;
}

/* receive.c: hands on what has come; how many packets. */
unsigned net_host_receive(struct net_host *host, unsigned budget);

/* transmit.c */
unsigned net_host_transmit(struct net_device *device, const struct net_packet *packets, unsigned count);

/* net_host.c: nobody is at the other end any more. */
void net_host_ended(struct net_host *host);
