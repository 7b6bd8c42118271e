/*
 * Packets of a vsock device on a connected stream socket, one behind the other, as they are in virtqueues.
 * The parameter vsock.fd=N names the descriptor, vsock.cid=N the image's context identifier (3 if it is not
 * there).
 */
#include <args.h>
#include <errno.h>
#include <host_calls.h>
#include <host_descriptor.h>
#include <host_linux.h>
#include <log.h>
#include <pages.h>
#include <string.h>
#include <vsock_device.h>

#define CID_FIRST 3
#define STAGE ((size_t)65536) /* bytes that are read at once */
#define LARGE ((size_t)16384)
#define PATIENCE 10 /* seconds that the other side may take before it is given up */

static const struct vsock_client *client;
static int fd = -1;
static uint32_t cid;
static unsigned char *stage; /* what was read and is not a whole packet yet: `staged` bytes */
static size_t staged;
static void *spare; /* the page that the next packet is put into */

/* A packet is written when it is sent, so one with data and one without is enough, unless whoever fills one
 * waits, or a message takes several. */
#define PACKETS 17u
static unsigned char *packets[PACKETS];
static bool busy[PACKETS];
static bool wanted, freed, lost; /* a packet is, one was given back; the other side */

static void end(const char *why)
{
    if (fd < 0)
        return;
    host_descriptor_detach(fd);
    fd = -1;
    lost = true;
    log_write(LOG_WARNING, "vsock-host: %s", why);
    (void)why;
}

static bool wait_for_room(void)
{
    const struct host_timespec time = {PATIENCE, 0};
    struct host_pollfd poll = {.fd = fd, .events = POLLOUT};
    long ready;

    do
        ready = host_call(HOST_CALL_PPOLL, (long)&poll, 1, (long)&time, 0, 0, 0);
    while (ready == -EINTR);
    return ready == 1 && poll.revents & POLLOUT;
}

static void write_all(const unsigned char *bytes, size_t size)
{
    while (size > 0) {
        const struct host_iovec part = {bytes, size};
        const struct host_msghdr message = {.parts = &part, .part_count = 1};
        long done = host_call(HOST_CALL_SENDMSG, fd, (long)&message, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0, 0);

        if (done == -EINTR || (done == -EAGAIN && wait_for_room()))
            continue;
        if (done <= 0) {
            end("nobody is at the other end any more");
            return;
        }
        bytes += done;
        size -= (size_t)done;
    }
}

struct vsock_packet *vsock_device_take(bool data)
{
    (void)data;
    for (unsigned i = 0; fd >= 0 && i < PACKETS; i++) {
        if (busy[i])
            continue;
        if (!packets[i])
            packets[i] = pages_alloc(LARGE / PAGE_SIZE);
        if (!packets[i])
            break;
        busy[i] = true;
        return (struct vsock_packet *)(void *)packets[i];
    }
    wanted = true;
    freed = false;
    return NULL;
}

void vsock_device_give_back(struct vsock_packet *packet)
{
    freed = true;
    for (unsigned i = 0; i < PACKETS; i++)
        if ((unsigned char *)packet == packets[i])
            busy[i] = false;
}

/* The header is moved to where the data begin. */
void vsock_device_send(struct vsock_packet *packet, uint32_t length)
{
    unsigned char *begin = packet->data - sizeof(packet->header);

    if (fd >= 0) {
        packet->header.length = length;
        memmove(begin, &packet->header, sizeof(packet->header));
        write_all(begin, sizeof(packet->header) + length);
    }
    vsock_device_give_back(packet);
}

/* The whole packets that have been read; what is left of one is moved to the front. */
static void hand_on(void)
{
    size_t at = 0, size = sizeof(struct vsock_header);

    while (staged - at >= size) {
        struct vsock_header header;

        memcpy(&header, stage + at, size);
        if (header.length > VSOCK_PAGE_DATA) {
            end("it sends what is no packet");
            return;
        }
        if (!spare)
            spare = pages_alloc(1);
        if (staged - at - size < header.length || !spare)
            break;
        memcpy((char *)spare + size, stage + at + size, header.length);
        at += size + header.length;
        spare = client->receive(&header, spare);
    }
    staged -= at;
    if (at > 0)
        memmove(stage, stage + at, staged);
}

/* Until there is nothing: what has been read is not announced again by the host. */
static void readable(void *argument)
{
    (void)argument;
    while (fd >= 0 && staged < STAGE) {
        const struct host_iovec part = {stage + staged, STAGE - staged};
        const struct host_msghdr message = {.parts = &part, .part_count = 1};
        long got = host_call(HOST_CALL_RECVMSG, fd, (long)&message, MSG_DONTWAIT, 0, 0, 0);

        if (got == -EAGAIN || got == -EINTR)
            break;
        if (got <= 0) {
            end("nobody is at the other end any more");
            break;
        }
        staged += (size_t)got;
        hand_on();
    }
    if (staged == STAGE)
        end("there is no memory for what it sends");
    client->received();
    vsock_device_flush();
}

void vsock_device_flush(void)
{
    if (lost) {
        lost = false;
        client->reset();
    }
    if (wanted && freed && fd >= 0) {
        wanted = false;
        client->room();
    }
}

uint32_t vsock_device_cid(void)
{
    return fd >= 0 ? cid : 0;
}

bool vsock_device_packets(void)
{
    return true;
}

int vsock_device_open(const struct vsock_client *user)
{
    client = user;
    return fd >= 0 ? host_descriptor_attach(fd, readable, NULL) : -ENODEV;
}

/* A number; -1: it is none. */
static long number(const char *text)
{
    long value = 0;

    if (!text || *text == '\0')
        return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || value > INT32_MAX)
            return -1;
        value = value * 10 + (*text - '0');
    }
    return value;
}

int vsock_host_init(void);

int vsock_host_init(void)
{
    long given = number(args_parameter("vsock.fd"));

    if (given < 0)
        return 0;
    stage = pages_alloc(STAGE / PAGE_SIZE);
    packets[0] = pages_alloc(LARGE / PAGE_SIZE);
    if (!stage || !packets[0])
        return -ENOMEM;
    fd = (int)given;
    given = number(args_parameter("vsock.cid"));
    cid = given >= CID_FIRST && given < UINT32_MAX ? (uint32_t)given : CID_FIRST;
    return 0;
}
