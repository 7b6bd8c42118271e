/*
 * The device behind sockets of AF_VSOCK: packets to the host and from it, in order and without loss.
 *
 * What the other side says is untrusted: a packet that comes in is as it came but for its length, which the
 * provider checks. The library `vsock` is the only caller. It calls vsock_device_open() once; its functions
 * are called from then on, where handlers of interrupts run (interrupts.h).
 *
 * vsock_device_cid() is the image's own context identifier, from 3 on; 0: there is no device, or it has
 * broken. vsock_device_packets() is whether the device carries sockets of SOCK_SEQPACKET.
 *
 * vsock_device_take() returns a packet to be filled in, with room for data or without; NULL: none is free,
 * and room() of the client is called when one is. vsock_device_send() sends it, with `length` bytes of data
 * (at most VSOCK_DEVICE_MOST), and has it from then on; vsock_device_give_back() does not. The other side may
 * be told as late as at vsock_device_flush().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Virtio 1.2, 5.10.6: struct virtio_vsock_hdr, in little endian as all of the processors are. */
struct vsock_header {
    uint64_t source_cid;
    uint64_t destination_cid;
    uint32_t source_port;
    uint32_t destination_port;
    uint32_t length; /* bytes of data behind the header */
    uint16_t type;
    uint16_t operation;
    uint32_t flags;
    uint32_t buffer;  /* bytes that the sender's end of the connection has room for in all, */
    uint32_t forward; /* and how many it has handed on since the beginning */
} __attribute__((packed));

#define VSOCK_HEADER_SIZE 44u

_Static_assert(sizeof(struct vsock_header) == VSOCK_HEADER_SIZE, "the header of 5.10.6");

/* A packet that comes in: a page of memory (pages.h), of which this much is data at most. */
#define VSOCK_PAGE_DATA (4096u - VSOCK_HEADER_SIZE)

/* A packet that goes out. */
struct vsock_packet {
    struct vsock_header header;
    uint8_t unused[20];
    uint8_t data[];
};

#define VSOCK_DEVICE_MOST (16384u - (uint32_t)sizeof(struct vsock_packet))

struct vsock_client {
    /* A packet has come in: its header, as it was then, and `header->length` bytes of data in a page, behind
     * where the header was. The page is the client's; it returns the page to be filled next, the same or
     * another one, or NULL if it has none to give. */
    void *(*receive)(const struct vsock_header *header, void *page);
    /* What has come in since the last call of receive() was all for now. */
    void (*received)(void);
    void (*room)(void);
    /* All connections are lost, and the context identifier may be another one (5.10.6.7), or none. Called
     * from vsock_device_flush() and where handlers run, never from the others. */
    void (*reset)(void);
};

/* 0, -ENODEV: there is none. */
int vsock_device_open(const struct vsock_client *client);
uint32_t vsock_device_cid(void);
bool vsock_device_packets(void);
struct vsock_packet *vsock_device_take(bool data);
void vsock_device_send(struct vsock_packet *packet, uint32_t length);
void vsock_device_give_back(struct vsock_packet *packet);
void vsock_device_flush(void);
