/*
 * Headers of packets, which strangers have made: nothing is read that is not there.
 */
#include "firewall_parts.h"

#define IP4_HEADER 20 /* RFC 791, 3.1; without options */
#define IP6_HEADER 40 /* RFC 8200, 3 */
#define HOP_BY_HOP 0
#define FRAGMENT_HEADER 44
#define EXTENSIONS_MAX 4

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

#define ECHO_REPLY 0 /* RFC 792 */
#define ECHO 8
#define ECHO6 128 /* RFC 4443 */
#define ECHO_REPLY6 129

static uint16_t two(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static bool transport(const uint8_t *at, size_t left, struct firewall_packet *packet)
{
    switch (packet->protocol) {
    case PROTOCOL_TCP:
        if (left < 20)
            return false;
        packet->begins = (at[13] & (TCP_SYN | TCP_ACK)) == TCP_SYN;
        packet->ends = at[13] & (TCP_FIN | TCP_RST);
        break;
    case PROTOCOL_UDP:
        if (left < 8)
            return false;
        break;
    case PROTOCOL_ICMP:
    case PROTOCOL_ICMP6:
        if (left < 8)
            return false;
        packet->icmp_type = at[0];
        if (at[0] == ECHO || at[0] == ECHO_REPLY || at[0] == ECHO6 || at[0] == ECHO_REPLY6)
            packet->source_port = packet->target_port = two(at + 4);
        return true;
    default:
        return true;
    }
    packet->source_port = two(at);
    packet->target_port = two(at + 2);
    return true;
}

static bool dissect4(const uint8_t *bytes, size_t length, struct firewall_packet *packet)
{
    size_t header, fragment;

    if (length < IP4_HEADER)
        return false;
    header = (size_t)(bytes[0] & 15) * 4;
    if (header < IP4_HEADER || header > length || two(bytes + 2) < header)
        return false;
    packet->protocol = bytes[9];
    packet->source = bytes + 12;
    packet->target = bytes + 16;
    fragment = two(bytes + 6) & 0x3fff; /* more fragments, and the offset */
    packet->more_fragments = fragment & 0x2000;
    packet->later_fragment = fragment & 0x1fff;
    packet->fragment = two(bytes + 4);
    if (packet->later_fragment)
        return (fragment & 0x1fff) != 1; /* RFC 3128: it would overwrite TCP's flags */
    return transport(bytes + header, length - header, packet);
}

static bool dissect6(const uint8_t *bytes, size_t length, struct firewall_packet *packet)
{
    size_t at = IP6_HEADER;
    uint8_t next;

    if (length < IP6_HEADER)
        return false;
    packet->six = true;
    packet->source = bytes + 8;
    packet->target = bytes + 24;
    next = bytes[6];
    for (int i = 0; next == HOP_BY_HOP || next == FRAGMENT_HEADER; i++) {
        if (i == EXTENSIONS_MAX || length - at < 8)
            return false;
        if (next == FRAGMENT_HEADER) {
            packet->more_fragments = bytes[at + 3] & 1;
            packet->later_fragment = two(bytes + at + 2) & 0xfff8;
            packet->fragment = (uint32_t)two(bytes + at + 4) << 16 | two(bytes + at + 6);
            next = bytes[at];
            at += 8;
        } else {
            size_t size = ((size_t)bytes[at + 1] + 1) * 8;

            next = bytes[at];
            if (size > length - at)
                return false;
            at += size;
        }
    }
    packet->protocol = next;
    return packet->later_fragment || transport(bytes + at, length - at, packet);
}

bool firewall_dissect(const uint8_t *bytes, size_t length, struct firewall_packet *packet)
{
    *packet = (struct firewall_packet){.protocol = PROTOCOL_ANY};
    if (length == 0)
        return false;
    if (bytes[0] >> 4 == 4)
        return dissect4(bytes, length, packet);
    return bytes[0] >> 4 == 6 && dissect6(bytes, length, packet);
}
