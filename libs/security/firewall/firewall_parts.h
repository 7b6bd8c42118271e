/*
 * The parts of the firewall.
 */
#pragma once

#include <packet_filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIREWALL_RULES_MAX 64

/* IANA, "Assigned Internet Protocol Numbers". */
#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_ICMP6 58
#define PROTOCOL_ANY 255

struct firewall_rule {
    uint8_t direction; /* enum packet_direction */
    uint8_t protocol;  /* PROTOCOL_ICMP stands for both ICMPs */
    uint16_t port_first, port_last;
    uint8_t bits;        /* of `address` that must agree; 0: any address */
    bool six;            /* `address` is of IPv6: only with bits */
    uint8_t address[16]; /* the other side's; IPv4: the first four */
    const char *text;    /* of what was read: `length` characters */
    size_t length;
};

/* Reads rules. Returns how many there are; -E2BIG: more than `room`; -EINVAL: `*wrong` is the first that is
 * none. */
int firewall_parse(const char *text, struct firewall_rule *rules, int room, const char **wrong);

/* What a decision needs of a packet. */
struct firewall_packet {
    bool six;
    bool later_fragment; /* has no ports */
    bool more_fragments;
    bool begins; /* TCP: SYN without ACK */
    bool ends;   /* TCP: FIN or RST */
    uint8_t protocol;
    uint8_t icmp_type;
    uint16_t source_port, target_port; /* ICMP: 0, or the identifier of an echo in both */
    uint32_t fragment;                 /* its identification */
    const uint8_t *source, *target;    /* 4 or 16 bytes */
};

/* False: not sound, or of a kind that nobody needs. */
bool firewall_dissect(const uint8_t *bytes, size_t length, struct firewall_packet *packet);

/*
 * The decision table: rules are numbers of bits. Ports, and addresses of each kind, are cut into ranges in
 * each of which the same rules hold, so a packet takes three searches among at most 129 beginnings, however
 * many rules there are.
 */
#define FIREWALL_STARTS (2 * FIREWALL_RULES_MAX + 1)

struct firewall_axis {
    unsigned width; /* bytes of a value, which is in network order */
    unsigned count; /* ranges, from 1 */
    uint8_t starts[FIREWALL_STARTS][16];
    uint64_t rules[FIREWALL_STARTS];
};

struct firewall_table {
    uint64_t direction[2];
    uint64_t protocol[4]; /* TCP, UDP, ICMP, all others */
    struct firewall_axis ports, four, six;
};

void firewall_table_make(struct firewall_table *table, const struct firewall_rule *rules, int count);
/* The rules that allow what the packet begins. */
uint64_t firewall_table_find(const struct firewall_table *table, enum packet_direction direction,
                             const struct firewall_packet *packet);

/*
 * Exchanges: pairs of ends that may talk. All times are seconds. firewall_known() says whether one has been
 * remembered and was not silent for too long, and lets it be silent for `lifetime` from now on; once it
 * `ends`, for no longer than FIREWALL_ENDING until it begins anew.
 */
#define FIREWALL_ENDING 60u

uint64_t firewall_exchange(const struct firewall_packet *packet, bool from_here);
bool firewall_known(uint64_t exchange, const struct firewall_packet *packet, uint32_t now, uint32_t lifetime);
void firewall_remember(uint64_t exchange, uint32_t now, uint32_t lifetime);
void firewall_states_start(void);
