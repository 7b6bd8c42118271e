/*
 * Connections within the image: packets to ourselves are a page each, and wait until the call that sent them
 * is done with everything else.
 */
#include "parts.h"

#include <pages.h>
#include <string.h>

#define WAITING_MOST 128u

static struct vsock_packet *waiting[WAITING_MOST]; /* a ring, from `first` on */
static unsigned first, count, lent;
static bool refused; /* somebody waits for a packet */

bool vsock_is_local(uint64_t cid)
{
    return cid == VSOCK_LOCAL || (cid != 0 && cid == vsock_device_cid());
}

struct vsock_packet *vsock_take(uint32_t cid, bool data)
{
    struct vsock_packet *packet;

    if (!vsock_is_local(cid))
        return vsock_device_take(data);
    packet = count + lent < WAITING_MOST ? pages_alloc(1) : NULL;
    refused |= packet == NULL;
    lent += packet != NULL;
    return packet;
}

void vsock_give_back(uint32_t cid, struct vsock_packet *packet)
{
    if (!vsock_is_local(cid)) {
        vsock_device_give_back(packet);
        return;
    }
    lent--;
    pages_free(packet, 1);
}

void vsock_send_packet(struct vsock_packet *packet, uint32_t length)
{
    if (!vsock_is_local(packet->header.destination_cid)) {
        vsock_device_send(packet, length);
        return;
    }
    lent--;
    waiting[(first + count++) % WAITING_MOST] = packet;
}

/* One that comes in has its data right behind the header. */
static void deliver(struct vsock_packet *packet)
{
    const struct vsock_header header = packet->header;
    void *page = packet;

    memmove((char *)page + VSOCK_HEADER_SIZE, packet->data, header.length);
    page = vsock_packet_handle(&header, page);
    if (page)
        pages_free(page, 1);
}

void vsock_flush(void)
{
    static bool busy; /* an answer to a packet is sent by whoever delivers that */

    if (!busy) {
        busy = true;
        while (count > 0) {
            struct vsock_packet *packet = waiting[first];

            first = (first + 1) % WAITING_MOST;
            count--;
            deliver(packet);
            vsock_say();
            if (count == 0 && refused) {
                refused = false;
                vsock_room();
            }
        }
        busy = false;
    }
    vsock_device_flush();
}
