#include "net_host.h"

#include <errno.h>
#include <host_calls.h>
#include <host_linux.h>
#include <string.h>

#define LENGTH_BYTES 4u
#define HEADROOM 18u /* so that an IP header lies at a multiple of 16 bytes */

_Static_assert(HEADROOM >= NET_DEVICE_HEADROOM, "headroom of a packet");
_Static_assert(NET_BUFFER_ROOM >= HEADROOM + NET_HOST_LONGEST, "a frame fits into a buffer");

static uint32_t get32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static long read_some(const struct net_host *host, void *room, size_t size)
{
    const struct host_iovec part = {room, size};
    const struct host_msghdr message = {.parts = &part, .part_count = 1};

    if (host->framed)
        return host_call(HOST_CALL_RECVMSG, host->fd, (long)&message, MSG_DONTWAIT, 0, 0, 0);
    return host_call(HOST_CALL_READV, host->fd, (long)&part, 1, 0, 0, 0);
}

/* A list of packets that grows at its end. */
struct list {
    struct net_buffer *first;
    struct net_buffer **link;
    unsigned count;
};

static void append(struct net_host *host, struct list *list, struct net_buffer *packet, size_t length)
{
    packet->length = packet->total = (uint32_t)length;
    *list->link = packet;
    list->link = &packet->next_packet;
    list->count++;
    host->net.statistics.received_packets++;
    host->net.statistics.received_bytes += length;
}

static struct net_buffer *take(struct net_host *host)
{
    struct net_buffer *packet = net_buffer_take(&host->pool);

    if (packet)
        packet->data += HEADROOM;
    else
        host->net.statistics.received_dropped++;
    return packet;
}

/* The rest of a frame that is left out, as far as it is there. */
static size_t skip(struct net_host *host, size_t there)
{
    size_t now = host->skipped < there ? host->skipped : there;

    host->skipped -= now;
    return now;
}

/* One read of the stream; the frames that are whole now. */
static void read_stream(struct net_host *host, struct list *list, unsigned budget)
{
    size_t at, left;
    long got;

    if (host->staged < NET_HOST_STAGE) {
        got = read_some(host, host->stage + host->staged, NET_HOST_STAGE - host->staged);
        if (got == 0 || (got < 0 && got != -EAGAIN && got != -EINTR))
            net_host_ended(host);
        if (got > 0)
            host->staged += (size_t)got;
    }
    at = skip(host, host->staged);
    while (left = host->staged - at, left >= LENGTH_BYTES && list->count < budget) {
        uint32_t length = get32(host->stage + at);
        struct net_buffer *packet;

        if (length > NET_HOST_LONGEST && length <= NET_HOST_LONGEST_TOLD) {
            host->net.statistics.received_errors++;
            host->skipped = length;
            at += LENGTH_BYTES;
            at += skip(host, host->staged - at);
            continue;
        }
        if (length < NET_DEVICE_HEADER_LENGTH || length > NET_HOST_LONGEST) {
            host->net.statistics.received_errors++; /* where the next frame begins cannot be known */
            host->staged = 0;
            net_host_ended(host);
            return;
        }
        if (left - LENGTH_BYTES < length)
            break;
        packet = take(host);
        if (packet) {
            memcpy(packet->data, host->stage + at + LENGTH_BYTES, length);
            append(host, list, packet, length);
        }
        at += LENGTH_BYTES + length;
    }
    if (at > 0)
        memmove(host->stage, host->stage + at, left);
    host->staged = left;
}

/* One frame a call. What is longer than the room is cut by the host, and is no frame. */
static void read_frames(struct net_host *host, struct list *list, unsigned budget)
{
    for (unsigned tries = 0; tries < budget; tries++) {
        struct net_buffer *packet = take(host);
        long got = read_some(host, packet ? packet->data : host->stage, NET_HOST_LONGEST + 1);

        if (packet && got >= (long)NET_DEVICE_HEADER_LENGTH && got <= (long)NET_HOST_LONGEST) {
            append(host, list, packet, (size_t)got);
            continue;
        }
        net_buffer_free(packet);
        if (got < 0) {
            if (got != -EAGAIN && got != -EINTR)
                net_host_ended(host);
            return;
        }
        if (packet)
            host->net.statistics.received_errors++;
    }
}

unsigned net_host_receive(struct net_host *host, unsigned budget)
{
    struct list list = {.first = NULL, .link = &list.first};

    (host->framed ? read_stream : read_frames)(host, &list, budget);
    if (list.first)
        host->net.client->receive(host->net.client, list.first);
    return list.count;
}
