#include "net_host.h"

#include <errno.h>
#include <host_calls.h>
#include <host_linux.h>

#define FRAGMENTS 16u
#define PATIENCE 100000000 /* nanoseconds that the other side may take before a frame is lost */

/* The other side may be waiting for this one to read, which it does not here: only the first frame that finds
 * no room is waited for, and those after it are lost at once until there is some again. */
static bool wait_for_room(struct net_host *host, bool begun)
{
    const struct host_timespec time = {0, PATIENCE};
    struct host_pollfd poll = {.fd = host->fd, .events = POLLOUT};
    long ready;

    if (host->stuck && !begun)
        return false;
    do
        ready = host_call(HOST_CALL_PPOLL, (long)&poll, 1, (long)&time, 0, 0, 0);
    while (ready == -EINTR);
    host->stuck = ready != 1 || !(poll.revents & POLLOUT);
    return !host->stuck;
}

static long write_some(const struct net_host *host, const struct host_iovec *parts, unsigned count)
{
    const struct host_msghdr message = {.parts = parts, .part_count = count};

    if (host->framed)
        return host_call(HOST_CALL_SENDMSG, host->fd, (long)&message, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0, 0);
    return host_call(HOST_CALL_WRITEV, host->fd, (long)parts, count, 0, 0, 0);
}

/* A frame is given up before its first byte is written, or not at all: on a stream the rest must follow. */
static bool write_all(struct net_host *host, struct host_iovec *parts, unsigned count)
{
    bool begun = false;

    while (count > 0) {
        long written = write_some(host, parts, count);

        if (written == -EINTR)
            continue;
        if (written == -EAGAIN) {
            if (wait_for_room(host, begun))
                continue;
            if (begun)
                net_host_ended(host);
            return false;
        }
        if (written < 0) {
            if (written != -ENOBUFS)
                net_host_ended(host);
            return false;
        }
        begun = true;
        host->stuck = false;
        while (count > 0 && (unsigned long)written >= parts->length) {
            written -= (long)parts->length;
            parts++;
            count--;
        }
        if (count > 0) {
            parts->base = (const char *)parts->base + written;
            parts->length -= (unsigned long)written;
        }
    }
    return true;
}

static bool send_one(struct net_host *host, const struct net_packet *packet)
{
    struct host_iovec parts[1 + FRAGMENTS];
    unsigned char prefix[4];
    size_t length = 0;
    unsigned count = 0;

    if (!host->net.link || packet->checksum || packet->segmentation || packet->fragment_count == 0 ||
        packet->fragment_count > FRAGMENTS)
        return false;
    parts[count++] = (struct host_iovec){prefix, host->framed ? sizeof prefix : 0};
    for (unsigned i = 0; i < packet->fragment_count; i++) {
        const struct net_fragment *fragment = &packet->fragments[i];

        if (fragment->length > NET_HOST_LONGEST)
            return false;
        length += fragment->length;
        parts[count++] = (struct host_iovec){fragment->data, fragment->length};
    }
    if (length < NET_DEVICE_HEADER_LENGTH || length > NET_HOST_LONGEST)
        return false;
    for (unsigned i = 0; i < sizeof prefix; i++)
        prefix[i] = (unsigned char)(length >> (24 - 8 * i));
    if (!write_all(host, parts, count))
        return false;
    host->net.statistics.sent_packets++;
    host->net.statistics.sent_bytes += length;
    return true;
}

unsigned net_host_transmit(struct net_device *device, const struct net_packet *packets, unsigned count)
{
    struct net_host *host = net_host_of(device);

    for (unsigned i = 0; i < count; i++) {
        if (!send_one(host, &packets[i]))
            device->statistics.sent_dropped++;
        device->client->sent(device->client, packets[i].token);
    }
    return count;
}
