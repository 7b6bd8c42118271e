/*
 * Decisions.
 */
#include <firewall.h>

#include "firewall_parts.h"

#include <clock.h>
#include <config.h>
#include <errno.h>
#include <string.h>

/* How long an exchange may be silent, in seconds: RFC 5382, REQ-5 (two hours and four minutes); RFC 4787,
 * REQ-5; RFC 5508, REQ-1. */
#define SECONDS_TCP 7440
#define SECONDS_TCP_BEGINNING 60
#define SECONDS_UDP 300
#define SECONDS_ICMP 60
#define SECONDS_FRAGMENTS 30

#define DHCP_SERVER 67
#define DHCP_CLIENT 68

int firewall_start(void);

struct firewall_counters firewall_counters;

static struct firewall_rule rules[FIREWALL_RULES_MAX];
static int rule_count;

int firewall_start(void)
{
    rule_count = firewall_parse(CONFIG_FIREWALL_RULES, rules, FIREWALL_RULES_MAX);
    firewall_states_start();
    return rule_count < 0 ? rule_count : 0;
}

static uint32_t seconds(void)
{
    return (uint32_t)(clock_monotonic() / 1000000000u) + 1;
}

static uint32_t lifetime(const struct firewall_packet *packet)
{
    switch (packet->protocol) {
    case PROTOCOL_TCP:
        return packet->begins ? SECONDS_TCP_BEGINNING : SECONDS_TCP;
    case PROTOCOL_UDP:
        return SECONDS_UDP;
    default:
        return SECONDS_ICMP;
    }
}

static bool same_network(const struct firewall_rule *rule, const struct firewall_packet *packet,
                         const uint8_t *address)
{
    unsigned whole = rule->bits / 8, rest = rule->bits % 8;

    if (rule->bits == 0)
        return true;
    if (rule->six != packet->six || memcmp(rule->address, address, whole) != 0)
        return false;
    return rest == 0 || ((rule->address[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

static bool allows(const struct firewall_rule *rule, enum packet_direction direction,
                   const struct firewall_packet *packet)
{
    uint8_t protocol = packet->protocol == PROTOCOL_ICMP6 ? PROTOCOL_ICMP : packet->protocol;

    return rule->direction == direction && (rule->protocol == protocol || rule->protocol == PROTOCOL_ANY) &&
           rule->port_first <= packet->target_port && packet->target_port <= rule->port_last &&
           same_network(rule, packet, direction == PACKET_IN ? packet->source : packet->target);
}

/* What a machine needs to have an address, and to find its neighbours (RFC 4861, 4443, 3810). */
static bool essential(enum packet_direction direction, const struct firewall_packet *packet)
{
    if (packet->protocol == PROTOCOL_UDP && !packet->six)
        return direction == PACKET_IN
                   ? packet->source_port == DHCP_SERVER && packet->target_port == DHCP_CLIENT
                   : packet->source_port == DHCP_CLIENT && packet->target_port == DHCP_SERVER;
    return packet->protocol == PROTOCOL_ICMP6 &&
           ((packet->icmp_type >= 133 && packet->icmp_type <= 137) || packet->icmp_type == 2 ||
            (direction == PACKET_OUT && (packet->icmp_type == 131 || packet->icmp_type == 143)));
}

/* Errors about packets: they say whose in what they carry, which the stack looks at. */
static bool is_error(const struct firewall_packet *packet)
{
    return packet->protocol == PROTOCOL_ICMP && (packet->icmp_type == 3 || packet->icmp_type == 11);
}

static bool decide(enum packet_direction direction, const struct firewall_packet *packet)
{
    uint32_t now = seconds();
    struct firewall_packet first = *packet;
    uint64_t exchange;

    if (packet->later_fragment)
        return firewall_known(firewall_exchange(packet, direction == PACKET_OUT), packet, now,
                              SECONDS_FRAGMENTS);
    first.more_fragments = false;
    exchange = firewall_exchange(&first, direction == PACKET_OUT);
    if (!firewall_known(exchange, packet, now, lifetime(packet))) {
        bool found = essential(direction, packet) || is_error(packet);

        for (int i = 0; i < rule_count && !found; i++)
            found = allows(&rules[i], direction, packet);
        /* TCP in the middle of a connection that nobody has seen begin is not part of any. */
        if (!found || (packet->protocol == PROTOCOL_TCP && !packet->begins))
            return false;
        firewall_remember(exchange, now, lifetime(packet));
    }
    if (packet->more_fragments)
        firewall_remember(firewall_exchange(packet, direction == PACKET_OUT), now, SECONDS_FRAGMENTS);
    return true;
}

bool packet_filter_pass(enum packet_direction direction, const void *bytes, size_t length)
{
    struct firewall_packet packet;
    bool pass = firewall_dissect(bytes, length, &packet) && decide(direction, &packet);

    (pass ? firewall_counters.passed : firewall_counters.dropped)[direction]++;
    return pass;
}
