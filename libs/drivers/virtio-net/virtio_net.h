/* The parts of this driver, and what virtio 1.2, section 5.1 says about the device. */
#pragma once

#include <config.h>
#include <net_device.h>
#include <virtio.h>

/* 5.1.3 */
#define VIRTIO_NET_F_CSUM (UINT64_C(1) << 0)
#define VIRTIO_NET_F_GUEST_CSUM (UINT64_C(1) << 1)
#define VIRTIO_NET_F_MTU (UINT64_C(1) << 3)
#define VIRTIO_NET_F_MAC (UINT64_C(1) << 5)
#define VIRTIO_NET_F_GUEST_TSO4 (UINT64_C(1) << 7)
#define VIRTIO_NET_F_GUEST_TSO6 (UINT64_C(1) << 8)
#define VIRTIO_NET_F_HOST_TSO4 (UINT64_C(1) << 11)
#define VIRTIO_NET_F_HOST_TSO6 (UINT64_C(1) << 12)
#define VIRTIO_NET_F_MRG_RXBUF (UINT64_C(1) << 15)
#define VIRTIO_NET_F_STATUS (UINT64_C(1) << 16)
#define VIRTIO_NET_F_GUEST_USO4 (UINT64_C(1) << 54)
#define VIRTIO_NET_F_GUEST_USO6 (UINT64_C(1) << 55)
#define VIRTIO_NET_F_HOST_USO (UINT64_C(1) << 56)

/* 5.1.6: struct virtio_net_hdr */
struct virtio_net_header {
    uint8_t flags;
    uint8_t segmentation;
    uint16_t header_length;
    uint16_t segment_size;
    uint16_t checksum_start;
    uint16_t checksum_offset;
    uint16_t buffers;
};

#define VIRTIO_NET_HDR_F_NEEDS_CSUM 1u
#define VIRTIO_NET_HDR_F_DATA_VALID 2u
#define VIRTIO_NET_HDR_GSO_NONE 0u
#define VIRTIO_NET_HDR_GSO_TCPV4 1u
#define VIRTIO_NET_HDR_GSO_TCPV6 4u
#define VIRTIO_NET_HDR_GSO_UDP_L4 5u
#define VIRTIO_NET_HDR_GSO_ECN 0x80u

/* A receiving and a sending queue; a device with several pairs would have an array of these. */
struct virtio_net_queues {
    struct virtio_queue receive;
    struct virtio_queue transmit;
};

struct virtio_net {
    struct net_device net; /* first */
    struct virtio_device virtio;
    struct virtio_net_queues queues;
    struct net_buffer_pool pool;
    bool polled;  /* the client has switched interrupts off */
    bool stopped; /* a packet found no room: the client waits for some */
};

static inline struct virtio_net *virtio_net_of(struct net_device *device)
{
    return (struct virtio_net *)device;
}

/* receive.c */
void virtio_net_refill(struct virtio_net *card);
unsigned virtio_net_receive(struct virtio_net *card, unsigned budget);

/* transmit.c */
unsigned virtio_net_transmit(struct net_device *device, const struct net_packet *packets, unsigned count);
void virtio_net_reclaim(struct virtio_net *card);

/* virtio_net.c: gives everything back after the device has turned out to be broken; does nothing otherwise,
 * or again. */
void virtio_net_check(struct virtio_net *card);
