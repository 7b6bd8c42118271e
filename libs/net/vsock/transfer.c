/*
 * Data in both directions, and how much of it each side has room for (5.10.6.3).
 */
#include "parts.h"

#include <errno.h>

/* Packets of the longest message. */
#ifdef CONFIG_VSOCK_LOCAL
#define MESSAGE_PARTS (BUFFER_MOST / VSOCK_LOCAL_MOST + 1)
#else
#define MESSAGE_PARTS 16u
#endif

static struct ring *stalled;
static size_t promised, limit; /* bytes, by all connections */

void vsock_limit(size_t bytes)
{
    limit = bytes;
}

static uint32_t least(uint64_t a, uint64_t b)
{
    return (uint32_t)(a < b ? a : b);
}

bool vsock_promise(struct vsock *self)
{
    size_t left = limit - promised;

    if (left < BUFFER_LEAST)
        return false;
    /* The more have been promised, the less the next one gets: so many find room, where there is little. */
    left /= 32;
    self->buffer = least(self->buffer_wanted, left < BUFFER_LEAST ? BUFFER_LEAST : left);
    promised += self->buffer;
    return true;
}

void vsock_withdraw(struct vsock *self)
{
    vsock_queue_clear(&self->queue);
    promised -= self->buffer;
    self->buffer = 0;
}

/* A promise that was made is kept: it grows, or stays. */
void vsock_set_buffer(struct vsock *self, uint64_t size)
{
    uint32_t more;

    self->buffer_wanted = least(size < BUFFER_LEAST ? BUFFER_LEAST : size, BUFFER_MOST);
    if (self->state != VSOCK_CONNECTED || self->buffer_wanted <= self->buffer)
        return;
    more = least(self->buffer_wanted - self->buffer, (limit - promised) / 32);
    self->buffer += more;
    promised += more;
    vsock_want(self, OPERATION_CREDIT_UPDATE);
    vsock_say();
    vsock_flush();
}

/* The peer's numbers have been checked: it has not handed on more than was sent. */
uint32_t vsock_credit(const struct vsock *self)
{
    uint32_t under_way = self->sent - self->peer_forwarded;

    return under_way < self->peer_buffer ? self->peer_buffer - under_way : 0;
}

static void stall(struct vsock *self)
{
    if (!ring_held(&self->stall_place))
        ring_append(&stalled, &self->stall_place);
}

void vsock_unstall(struct vsock *self)
{
    if (ring_held(&self->stall_place))
        ring_remove(&stalled, &self->stall_place);
}

void vsock_room(void)
{
    struct ring *last = stalled, *ring;

    vsock_say();
    /* Those that stall again stand behind the last. */
    do {
        ring = ring_first(stalled);
        if (!ring)
            break;
        ring_remove(&stalled, ring);
        vsock_changed(VSOCK_OF(stall_place, ring), VSOCK_WRITABLE);
    } while (ring != last);
    vsock_flush();
}

static void send_part(struct vsock *self, struct vsock_packet *packet, uint32_t size, vsock_copy *copy,
                      void *argument)
{
    self->sent += size;
    copy(argument, packet->data, size);
    vsock_fill(self, &packet->header, OPERATION_RW);
    packet->header.length = size;
}

static long send_stream(struct vsock *self, size_t size, vsock_copy *copy, void *argument)
{
    const uint32_t most = vsock_most(self->peer.cid);
    size_t done = 0;

    while (done < size) {
        uint32_t part = least(least(size - done, vsock_credit(self)), most);
        struct vsock_packet *packet;

        if (part == 0) {
            self->needed = 1;
            break;
        }
        packet = vsock_take(self->peer.cid, true);
        if (!packet) {
            stall(self);
            break;
        }
        send_part(self, packet, part, copy, argument);
        vsock_send_packet(packet, part);
        done += part;
    }
    return done > 0 ? (long)done : -EAGAIN;
}

/* All of its packets must be there before the first is sent. */
static long send_message(struct vsock *self, size_t size, vsock_copy *copy, void *argument)
{
    struct vsock_packet *packets[MESSAGE_PARTS];
    const uint32_t most = vsock_most(self->peer.cid);
    size_t count = size > 0 ? (size + most - 1) / most : 1;

    if (count > MESSAGE_PARTS || size > self->peer_buffer)
        return -EMSGSIZE;
    if (vsock_credit(self) < size) {
        self->needed = (uint32_t)size;
        return -EAGAIN;
    }
    for (size_t i = 0; i < count; i++) {
        packets[i] = vsock_take(self->peer.cid, true);
        if (packets[i])
            continue;
        while (i > 0)
            vsock_give_back(self->peer.cid, packets[--i]);
        stall(self);
        return -EAGAIN;
    }
    self->needed = 1;
    for (size_t i = 0, left = size; i < count; i++) {
        uint32_t part = least(left, most);

        send_part(self, packets[i], part, copy, argument);
        left -= part;
        packets[i]->header.flags = left == 0 ? FLAG_END_OF_MESSAGE : 0;
        vsock_send_packet(packets[i], part);
    }
    return (long)size;
}

long vsock_send(struct vsock *self, size_t size, vsock_copy *copy, void *argument)
{
    const unsigned first = WANT(OPERATION_REQUEST) | WANT(OPERATION_RESPONSE);
    long result;

    if (self->shut & VSOCK_SHUT_SEND || self->peer_shut & VSOCK_SHUT_RECEIVE)
        return -EPIPE;
    if (self->state != VSOCK_CONNECTED)
        return -ENOTCONN;
    vsock_say();
    if (self->wants & first) {
        stall(self);
        return -EAGAIN;
    }
    result = self->type == VSOCK_STREAM ? send_stream(self, size, copy, argument)
                                        : send_message(self, size, copy, argument);
    if (result == -EAGAIN && !ring_held(&self->stall_place) && !self->asked) {
        self->asked = true;
        vsock_want(self, OPERATION_CREDIT_REQUEST);
        vsock_say();
    }
    vsock_flush();
    return result;
}

/* The peer is told before it has to stop: when it knows of less than half, and a quarter more is free. */
static void tell_room(struct vsock *self)
{
    uint32_t untold = self->forwarded - self->told;
    uint32_t known = self->buffer - (self->received - self->told);

    if (self->state != VSOCK_CONNECTED || untold < self->buffer / 4 || known >= self->buffer / 2)
        return;
    vsock_want(self, OPERATION_CREDIT_UPDATE);
    vsock_say();
    vsock_flush();
}

static void read_word(void *argument, void *bytes, size_t size)
{
    uint8_t **to = argument;

    __builtin_memcpy(*to, bytes, size);
    *to += size;
}

/* Parts of a message are preceded by their lengths; the highest bit marks the last. The queue holds the
 * message as a whole. */
static long receive_message(struct vsock *self, size_t size, vsock_copy *copy, void *argument, size_t *whole)
{
    size_t done = 0;
    uint32_t word;

    *whole = 0;
    do {
        uint8_t *to = (uint8_t *)&word;
        uint32_t length, part;

        vsock_queue_take(&self->queue, sizeof(word), false, read_word, &to);
        length = word & ~VSOCK_LAST_PART;
        part = least(length, size - done);
        vsock_queue_take(&self->queue, part, false, copy, argument);
        vsock_queue_take(&self->queue, length - part, false, NULL, NULL);
        done += part;
        *whole += length;
    } while (!(word & VSOCK_LAST_PART));
    self->messages--;
    self->forwarded += (uint32_t)*whole;
    return (long)done;
}

long vsock_receive(struct vsock *self, size_t size, bool keep, vsock_copy *copy, void *argument,
                   size_t *whole)
{
    bool ended = self->shut & VSOCK_SHUT_RECEIVE || self->peer_shut & VSOCK_SHUT_SEND;
    long result;

    *whole = 0;
    if (self->state != VSOCK_CONNECTED && self->state != VSOCK_ENDED)
        return -ENOTCONN;
    if (self->shut & VSOCK_SHUT_RECEIVE)
        return 0;
    if (self->type == VSOCK_PACKETS) {
        if (keep)
            return -EOPNOTSUPP;
        if (self->messages == 0)
            return ended ? 0 : -EAGAIN;
        result = receive_message(self, size, copy, argument, whole);
    } else {
        if (self->queue.size == 0)
            return ended ? 0 : -EAGAIN;
        result = (long)(size < self->queue.size ? size : self->queue.size);
        vsock_queue_take(&self->queue, (size_t)result, keep, copy, argument);
        self->forwarded += keep ? 0 : (uint32_t)result;
    }
    if (!keep)
        tell_room(self);
    return result;
}
