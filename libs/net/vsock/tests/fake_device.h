/*
 * The device of a library under test, and its users: packets are noted, and thrown away by who reads them.
 */
#pragma once

#define FAKE_PAGES 512
#include "../../../memory/pages/tests/fake_pages.h"
#include "../parts.h"

#include <clock.h>
#include <scheduler.h>
#include <stdlib.h>

#define FAKE_CID 3
#define FAKE_SENT 256

static const struct vsock_client *client;
static struct vsock_header sent[FAKE_SENT]; /* the last ones */
static unsigned sent_count, out_of_packets, lent;
static uint64_t fake_now;
static bool device_gone;

uint64_t clock_monotonic(void)
{
    return fake_now;
}

void sched_alarm(uint64_t deadline)
{
    (void)deadline;
}

int vsock_device_open(const struct vsock_client *user)
{
    client = user;
    return 0;
}

uint32_t vsock_device_cid(void)
{
    return device_gone ? 0 : FAKE_CID;
}

bool vsock_device_packets(void)
{
    return true;
}

struct vsock_packet *vsock_device_take(bool data)
{
    if (out_of_packets || device_gone)
        return NULL;
    lent++;
    return malloc(sizeof(struct vsock_packet) + (data ? VSOCK_DEVICE_MOST : 0));
}

void vsock_device_give_back(struct vsock_packet *packet)
{
    lent--;
    free(packet);
}

void vsock_device_send(struct vsock_packet *packet, uint32_t length)
{
    assert(packet->header.length == length && packet->header.source_cid == vsock_device_cid());
    for (uint32_t i = 0; i < length; i++)
        assert(packet->data[i] == 'x');
    sent[sent_count++ % FAKE_SENT] = packet->header;
    vsock_device_give_back(packet);
}

void vsock_device_flush(void) {}

/* What comes in, as the driver hands it on: in a page of its own. */
static inline void come_in(const struct vsock_header *header, const void *bytes)
{
    unsigned char *page = pages_alloc(1);

    if (!page)
        return;
    memcpy(page, header, sizeof(*header));
    memcpy(page + VSOCK_HEADER_SIZE, bytes, header->length);
    page = client->receive(header, page);
    if (page)
        pages_free(page, 1);
    client->received();
}

static inline struct vsock_header packet(uint32_t port, uint32_t peer, uint16_t operation, uint32_t length)
{
    return (struct vsock_header){
        .source_cid = VSOCK_HOST,
        .destination_cid = FAKE_CID,
        .source_port = peer,
        .destination_port = port,
        .length = length,
        .type = VSOCK_STREAM,
        .operation = operation,
        .buffer = 65536,
    };
}

static inline void fill(void *argument, void *bytes, size_t size)
{
    (void)argument;
    memset(bytes, 'x', size);
}

static inline void drop(void *argument, void *bytes, size_t size)
{
    size_t *sum = argument;

    for (size_t i = 0; i < size; i++)
        *sum += ((unsigned char *)bytes)[i];
}
