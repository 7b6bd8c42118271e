/*
 * Answers questions for names (RFC 1035): every name has the address 192.0.2.1 and a text of 1,600 bytes,
 * which is cut off where it does not fit into a datagram. Additional records, as those of EDNS, are passed
 * over.
 */
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER 12
#define TYPE_A 1
#define TYPE_TEXT 16
#define TRUNCATED 0x02 /* of the third byte */
#define TEXTS 8
#define TEXT 200 /* bytes of each */
#define DATAGRAM 512

static uint8_t packet[4096];

static void put(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* The record of a type, for the name in the question; its length, 0 if there is none. */
static size_t record(uint8_t *at, unsigned type)
{
    static const uint8_t address[] = {192, 0, 2, 1};
    size_t length = 0;

    put(at, 0xc000 | HEADER);
    put(at + 2, type);
    put(at + 4, 1);
    memset(at + 6, 0, 4);
    if (type == TYPE_A) {
        memcpy(at + 12, address, length = sizeof(address));
    } else if (type == TYPE_TEXT) {
        for (unsigned i = 0; i < TEXTS; i++, length += 1 + TEXT) {
            at[12 + length] = TEXT;
            memset(at + 13 + length, 'a' + (int)i, TEXT);
        }
    } else {
        return 0;
    }
    put(at + 10, (unsigned)length);
    return 12 + length;
}

/* The answer to `size` bytes at `packet`, in their place; 0: they are no question. */
static size_t answer(size_t size, size_t room)
{
    size_t end = HEADER, length;

    if (size < HEADER || packet[2] & 0x80 || packet[4] != 0 || packet[5] != 1)
        return 0;
    while (end < size && packet[end] != 0)
        end += 1 + packet[end];
    end += 5;
    if (end > size)
        return 0;
    packet[2] = 0x84 | (packet[2] & 1); /* an answer, with authority */
    packet[3] = 0;
    memset(packet + 6, 0, 6);
    length = record(packet + end, (unsigned)packet[end - 4] << 8 | packet[end - 3]);
    if (end + length > room)
        packet[2] |= TRUNCATED;
    else if (length != 0)
        packet[7] = 1;
    return end + length > room ? end : end + length;
}

static int bound(int type)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(53)};
    int fd = socket(AF_INET, type, 0);

    if (bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 || (type == SOCK_STREAM && listen(fd, 5) != 0))
        perror("names");
    return fd;
}

/* One question and its answer, each with its length before it (RFC 1035, 4.2.2). */
static void serve(int peer)
{
    uint8_t length[2];
    size_t size;

    if (recv(peer, length, 2, MSG_WAITALL) == 2) {
        size = (size_t)length[0] << 8 | length[1];
        if (size <= 512 && recv(peer, packet, size, MSG_WAITALL) == (ssize_t)size) {
            size = answer(size, sizeof(packet));
            put(length, (unsigned)size);
            send(peer, length, 2, MSG_MORE);
            send(peer, packet, size, 0);
        }
    }
    close(peer);
}

int main(void)
{
    struct pollfd doors[] = {{.fd = bound(SOCK_DGRAM), .events = POLLIN},
                             {.fd = bound(SOCK_STREAM), .events = POLLIN}};

    for (;;) {
        struct sockaddr_in from;
        socklen_t size = sizeof(from);
        ssize_t got;

        poll(doors, 2, -1);
        if (doors[0].revents) {
            got = recvfrom(doors[0].fd, packet, 512, 0, (struct sockaddr *)&from, &size);
            got = got > 0 ? (ssize_t)answer((size_t)got, DATAGRAM) : 0;
            if (got > 0)
                sendto(doors[0].fd, packet, (size_t)got, 0, (struct sockaddr *)&from, size);
        }
        if (doors[1].revents)
            serve(accept(doors[1].fd, NULL, NULL));
    }
}
