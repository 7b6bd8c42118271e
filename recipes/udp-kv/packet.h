/*
 * As much of ARP, IPv4 and UDP as it takes to answer in place: each answer is made of the request's own
 * bytes.
 *
 * packet_answer() looks at a frame of `length` bytes, with room for PACKET_LONGEST, that came to the Ethernet
 * address `mac` and the IPv4 address `ip`, and returns the length of the answer that now stands there; 0:
 * there is none. For a datagram it asks packet_serve(), which the application defines, for the answer to
 * `length` bytes at `data`, written over them, at most `room` bytes: its length, or PACKET_SILENT.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_LONGEST 1514u
#define PACKET_SILENT ((size_t)-1)

static size_t packet_serve(uint16_t port, unsigned char *data, size_t length, size_t room);

/* Offsets in a frame whose IPv4 header has no options: IEEE 802.3, RFC 826, RFC 791, RFC 768. */
#define ETHERNET_TYPE 12
#define TYPE_ARP 0x0806
#define TYPE_IPV4 0x0800
#define ETHERNET_END 14

#define ARP_FORMAT 14 /* hardware 1, protocol 0x0800, lengths 6 and 4 */
#define ARP_OPERATION 20
#define ARP_SENDER 22
#define ARP_TARGET 32
#define ARP_TARGET_IP 38
#define ARP_END 42
#define ARP_REQUEST 1
#define ARP_REPLY 2

#define IPV4_VERSION 14 /* 4, and 5 words */
#define IPV4_LENGTH 16
#define IPV4_FRAGMENT 20
#define IPV4_PROTOCOL 23
#define PROTOCOL_UDP 17
#define IPV4_CHECKSUM 24
#define IPV4_SOURCE 26
#define IPV4_TARGET 30
#define IPV4_END 34

#define UDP_SOURCE 34
#define UDP_TARGET 36
#define UDP_LENGTH 38
#define UDP_CHECKSUM 40
#define UDP_END 42

static inline unsigned packet_get(const unsigned char *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static inline void packet_put(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

static inline void packet_copy(unsigned char *to, const unsigned char *from, size_t count)
{
    while (count-- > 0)
        *to++ = *from++;
}

static inline bool packet_equal(const unsigned char *a, const unsigned char *b, size_t count)
{
    while (count > 0 && *a == *b)
        a++, b++, count--;
    return count == 0;
}

static inline void packet_exchange(unsigned char *a, unsigned char *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned char byte = a[i];

        a[i] = b[i];
        b[i] = byte;
    }
}

/* RFC 1071 */
static inline uint32_t packet_sum(const unsigned char *at, size_t length, uint32_t sum)
{
    for (; length > 1; at += 2, length -= 2)
        sum += packet_get(at);
    return length ? sum + ((uint32_t)*at << 8) : sum;
}

static inline unsigned packet_fold(uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static size_t packet_arp(unsigned char *frame, const unsigned char *mac, const unsigned char *ip)
{
    static const unsigned char format[] = {0, 1, 8, 0, 6, 4};

    if (!packet_equal(frame + ARP_FORMAT, format, sizeof format) ||
        packet_get(frame + ARP_OPERATION) != ARP_REQUEST || !packet_equal(frame + ARP_TARGET_IP, ip, 4))
        return 0;
    packet_put(frame + ARP_OPERATION, ARP_REPLY);
    packet_copy(frame + ARP_TARGET, frame + ARP_SENDER, 10);
    packet_copy(frame + ARP_SENDER, mac, 6);
    packet_copy(frame + ARP_SENDER + 6, ip, 4);
    packet_copy(frame, frame + 6, 6);
    packet_copy(frame + 6, mac, 6);
    return ARP_END;
}

static size_t packet_udp(unsigned char *frame, size_t length, const unsigned char *ip)
{
    size_t whole = packet_get(frame + IPV4_LENGTH), udp = packet_get(frame + UDP_LENGTH), answer;
    uint32_t sum;

    if (frame[IPV4_VERSION] != 0x45 || (packet_get(frame + IPV4_FRAGMENT) & 0x3fff) != 0 ||
        frame[IPV4_PROTOCOL] != PROTOCOL_UDP || !packet_equal(frame + IPV4_TARGET, ip, 4) ||
        whole > length - ETHERNET_END || whole < UDP_END - ETHERNET_END || udp < UDP_END - IPV4_END ||
        udp > whole - (IPV4_END - ETHERNET_END) || packet_fold(packet_sum(frame + ETHERNET_END, 20, 0)) != 0)
        return 0;
    answer = packet_serve((uint16_t)packet_get(frame + UDP_TARGET), frame + UDP_END,
                          udp - (UDP_END - IPV4_END), PACKET_LONGEST - UDP_END);
    if (answer == PACKET_SILENT)
        return 0;
    packet_exchange(frame, frame + 6, 6);
    packet_exchange(frame + IPV4_SOURCE, frame + IPV4_TARGET, 4);
    packet_exchange(frame + UDP_SOURCE, frame + UDP_TARGET, 2);
    packet_put(frame + IPV4_LENGTH, (unsigned)(answer + UDP_END - ETHERNET_END));
    packet_put(frame + IPV4_CHECKSUM, 0);
    packet_put(frame + IPV4_CHECKSUM, packet_fold(packet_sum(frame + ETHERNET_END, 20, 0)));
    udp = answer + UDP_END - IPV4_END;
    packet_put(frame + UDP_LENGTH, (unsigned)udp);
    packet_put(frame + UDP_CHECKSUM, 0);
    sum = packet_sum(frame + IPV4_SOURCE, 8 + udp, PROTOCOL_UDP + (uint32_t)udp);
    packet_put(frame + UDP_CHECKSUM, packet_fold(sum) ? packet_fold(sum) : 0xffff);
    return answer + UDP_END;
}

static size_t packet_answer(unsigned char *frame, size_t length, const unsigned char *mac,
                            const unsigned char *ip)
{
    unsigned type = length >= ETHERNET_END ? packet_get(frame + ETHERNET_TYPE) : 0;

    if (type == TYPE_ARP && length >= ARP_END)
        return packet_arp(frame, mac, ip);
    if (type == TYPE_IPV4 && length >= UDP_END && packet_equal(frame, mac, 6))
        return packet_udp(frame, length, ip);
    return 0;
}
