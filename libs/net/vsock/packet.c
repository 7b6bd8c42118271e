/*
 * What the other side says.
 */
#include "parts.h"

#include <errno.h>
#include <log.h>

#define STEAL                                                                                                \
    (VSOCK_PAGE_DATA / 2) /* a page that is filled less is copied from, so that memory is used well */

static struct vsock_address from(const struct vsock_header *header)
{
    return (struct vsock_address){(uint32_t)header->source_cid, header->source_port};
}

static void refuse(const struct vsock_header *header)
{
    if (header->operation != OPERATION_RST)
        vsock_refuse(header->destination_port, from(header), header->type);
}

/* A listener may be there for one of our identifiers alone. */
static bool is_for(const struct vsock *listener, const struct vsock_header *header)
{
#ifdef CONFIG_VSOCK_LOCAL
    return listener->local.cid == VSOCK_ANY || listener->local.cid == header->destination_cid;
#else
    (void)listener, (void)header;
    return true;
#endif
}

/* 5.10.6.5 */
static void request(const struct vsock_header *header)
{
    struct vsock *listener = vsock_find_listener(header->destination_port, header->type), *self;

    if (!listener || !is_for(listener, header) || listener->pending_count > listener->backlog ||
        !(self = listener->user->incoming(listener))) {
        refuse(header);
        return;
    }
    self->buffer_wanted = listener->buffer_wanted;
    self->connect_patience = listener->connect_patience;
    self->local =
        (struct vsock_address){vsock_cid_for((uint32_t)header->source_cid), header->destination_port};
    self->peer = from(header);
    if (!vsock_promise(self)) {
        log_write(LOG_WARNING, "vsock: no memory for a connection to port %u", self->local.port);
        vsock_gone(self);
        refuse(header);
        return;
    }
    self->peer_buffer = header->buffer;
    self->state = VSOCK_CONNECTED;
    vsock_enter(self);
    self->listener = listener;
    ring_append(&listener->pending, &self->pending_place);
    listener->pending_count++;
    vsock_want(self, OPERATION_RESPONSE);
    vsock_changed(listener, VSOCK_READABLE);
}

/* Pages that the queue may take: half of each is used at least. Of messages, each byte may have a length
 * before it. */
static bool too_many_pages(const struct vsock *self)
{
    size_t factor = self->type == VSOCK_STREAM ? 2 : 1 + VSOCK_PART_LENGTH;

    return self->queue.pages > factor * (self->buffer / VSOCK_PAGE_DATA + 2);
}

/* Data: false breaks the connection. `*page` becomes NULL if it is taken. */
static bool take_data(struct vsock *self, const struct vsock_header *header, void **page)
{
    const char *bytes = (const char *)*page + VSOCK_HEADER_SIZE;
    uint32_t word = header->length;
    bool taken = true;

    if (self->received - self->forwarded > self->buffer ||
        header->length > self->buffer - (self->received - self->forwarded))
        return false;
    if (self->shut & VSOCK_SHUT_RECEIVE) {
        /* Nobody will read it, and the peer may learn that late. */
        self->received += header->length;
        self->forwarded += header->length;
        return true;
    }
    if (self->type == VSOCK_PACKETS) {
        if (header->flags & FLAG_END_OF_MESSAGE)
            word |= VSOCK_LAST_PART;
        taken = vsock_queue_append(&self->queue, &word, sizeof(word)) &&
                vsock_queue_append(&self->queue, bytes, header->length);
        self->messages += header->flags & FLAG_END_OF_MESSAGE;
    } else if (header->length >= STEAL) {
        vsock_queue_append_page(&self->queue, *page, header->length);
        *page = NULL;
    } else {
        taken = vsock_queue_append(&self->queue, bytes, header->length);
    }
    if (!taken)
        log_write(LOG_WARNING, "vsock: no memory for what came in at port %u", self->local.port);
    self->received += header->length;
    if (!taken || too_many_pages(self))
        return false;
    if (self->type == VSOCK_STREAM ? header->length > 0 : header->flags & FLAG_END_OF_MESSAGE)
        vsock_changed(self, VSOCK_READABLE);
    return true;
}

/* 5.10.6.6.1. When both directions are shut, the answer is that the connection has ended. */
static void shut(struct vsock *self, unsigned flags)
{
    self->peer_shut |= flags & (VSOCK_SHUT_RECEIVE | VSOCK_SHUT_SEND);
    if (self->peer_shut == (VSOCK_SHUT_RECEIVE | VSOCK_SHUT_SEND)) {
        vsock_refuse(self->local.port, self->peer, (uint16_t)self->type);
        vsock_end(self, 0);
        return;
    }
    vsock_changed(self, vsock_events(self));
}

static void connecting(struct vsock *self, const struct vsock_header *header)
{
    if (header->operation == OPERATION_RESPONSE) {
        ktimer_stop(&self->timer);
        self->state = VSOCK_CONNECTED;
        vsock_changed(self, VSOCK_WRITABLE);
    } else {
        refuse(header);
        vsock_end(self, header->operation == OPERATION_RST ? ECONNRESET : EPROTO);
    }
}

static void connected(struct vsock *self, const struct vsock_header *header, void **page)
{
    switch (header->operation) {
    case OPERATION_RW:
        if (!take_data(self, header, page))
            vsock_reset(self);
        break;
    case OPERATION_CREDIT_REQUEST:
        vsock_want(self, OPERATION_CREDIT_UPDATE);
        break;
    case OPERATION_SHUTDOWN:
        shut(self, header->flags);
        break;
    case OPERATION_RST:
        vsock_end(self, 0);
        break;
    case OPERATION_REQUEST:
        vsock_reset(self); /* a peer that begins anew has lost what it knew */
        break;
    default:
        break; /* says how much room there is, and no more: some devices send such */
    }
}

/* What we say last has been said: all that matters is that the peer has heard it. */
static void closing(struct vsock *self, const struct vsock_header *header)
{
    if (header->operation == OPERATION_SHUTDOWN) {
        self->peer_shut |= header->flags & (VSOCK_SHUT_RECEIVE | VSOCK_SHUT_SEND);
        if (self->peer_shut != (VSOCK_SHUT_RECEIVE | VSOCK_SHUT_SEND))
            return;
        refuse(header);
    } else if (header->operation == OPERATION_REQUEST) {
        refuse(header);
    } else if (header->operation != OPERATION_RST) {
        return;
    }
    vsock_gone(self);
}

/* What every packet of a connection says; false: it cannot be. One that was overtaken by a later one is old.
 */
static bool learn_room(struct vsock *self, const struct vsock_header *header)
{
    uint32_t before = vsock_credit(self);

    if (self->sent - header->forward > INT32_MAX)
        return false; /* it has handed on what was not sent */
    if (self->sent - header->forward > self->sent - self->peer_forwarded)
        return true;
    self->peer_forwarded = header->forward;
    self->peer_buffer = header->buffer;
    if (vsock_credit(self) > before) {
        self->asked = false;
        if (self->state == VSOCK_CONNECTED && vsock_events(self) & VSOCK_WRITABLE)
            vsock_changed(self, VSOCK_WRITABLE);
    }
    return true;
}

static bool is_known(const struct vsock_header *header)
{
    return header->type == VSOCK_STREAM ||
           (header->type == VSOCK_PACKETS && (vsock_device_packets() || vsock_is_local(header->source_cid)));
}

static void *handle(const struct vsock_header *header, void *page)
{
    struct vsock *self;

    self = is_known(header) ? vsock_find(header->destination_port, from(header), header->type) : NULL;
    if (!self) {
        if (header->operation == OPERATION_REQUEST && is_known(header))
            request(header);
        else
            refuse(header);
    } else if (header->operation != OPERATION_RST && header->operation != OPERATION_REQUEST &&
               !learn_room(self, header)) {
        vsock_reset(self);
    } else if (self->state == VSOCK_CONNECTING) {
        connecting(self, header);
    } else if (self->state == VSOCK_CONNECTED) {
        connected(self, header, &page);
    } else {
        closing(self, header);
    }
    return page;
}

void *vsock_packet_received(const struct vsock_header *header, void *page)
{
    /* 5.10.6: not for us, or from nobody that there is */
    if (header->destination_cid != vsock_device_cid() || header->source_cid > UINT32_MAX ||
        vsock_is_local(header->source_cid))
        return page;
    return handle(header, page);
}

#ifdef CONFIG_VSOCK_LOCAL
void *vsock_packet_handle(const struct vsock_header *header, void *page)
{
    return handle(header, page);
}
#endif
