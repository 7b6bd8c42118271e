/*
 * What is said without data. An end notes what it wants to say, and says it when there is a packet: so
 * nothing is lost and nothing grows, however slowly the device takes packets.
 */
#include "parts.h"

#define REFUSALS 32u /* that may wait; whoever is behind them is not answered */

static struct ring *wanting;

static struct refusal {
    struct vsock_address peer;
    uint32_t port;
    uint16_t type;
} refusals[REFUSALS];
static unsigned refusal_count;

static void address(struct vsock_header *header, uint32_t port, struct vsock_address peer)
{
    *header = (struct vsock_header){.source_cid = vsock_cid_for(peer.cid),
                                    .destination_cid = peer.cid,
                                    .source_port = port,
                                    .destination_port = peer.port};
}

void vsock_fill(struct vsock *self, struct vsock_header *header, unsigned operation)
{
    address(header, self->local.port, self->peer);
    header->type = (uint16_t)self->type;
    header->operation = (uint16_t)operation;
    header->flags = operation == OPERATION_SHUTDOWN ? self->shut : 0;
    header->buffer = self->buffer;
    header->forward = self->told = self->forwarded;
}

void vsock_want(struct vsock *self, unsigned operation)
{
    self->wants |= WANT(operation);
    if (!ring_held(&self->want_place))
        ring_append(&wanting, &self->want_place);
}

void vsock_forget(struct vsock *self)
{
    self->wants = 0;
    if (ring_held(&self->want_place))
        ring_remove(&wanting, &self->want_place);
}

void vsock_refuse(uint32_t port, struct vsock_address peer, uint16_t type)
{
    if (refusal_count < REFUSALS)
        refusals[refusal_count++] = (struct refusal){peer, port, type};
}

/* One thing that the end wants to say; false: there is no packet. */
static bool say_one(struct vsock *self)
{
    struct vsock_packet *packet = vsock_take(self->peer.cid, false);
    unsigned operation = (unsigned)__builtin_ctz(self->wants);

    if (!packet)
        return false;
    vsock_fill(self, &packet->header, operation);
    self->wants &= ~WANT(operation);
    vsock_send_packet(packet, 0);
    return true;
}

static bool refuse_one(void)
{
    const struct refusal *last = &refusals[refusal_count - 1];
    struct vsock_packet *packet = vsock_take(last->peer.cid, false);

    if (!packet)
        return false;
    address(&packet->header, last->port, last->peer);
    packet->header.type = last->type;
    packet->header.operation = OPERATION_RST;
    refusal_count--;
    vsock_send_packet(packet, 0);
    return true;
}

void vsock_say(void)
{
    while (wanting) {
        struct vsock *self = VSOCK_OF(want_place, ring_first(wanting));

        while (self->wants != 0)
            if (!say_one(self))
                return;
        vsock_forget(self);
    }
    while (refusal_count > 0)
        if (!refuse_one())
            return;
}
