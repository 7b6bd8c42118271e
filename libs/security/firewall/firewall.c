/*
 * Decisions.
 */
#include "firewall_parts.h"

#include <clock.h>
#include <config.h>
#include <errno.h>
#include <panic.h>

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

struct packet_filter_counters packet_filter_counters;

static struct firewall_rule rules[FIREWALL_RULES_MAX];
static uint64_t used[FIREWALL_RULES_MAX];
static int rule_count;
static struct firewall_table table;

int firewall_start(void)
{
    const char *wrong = "";

    rule_count = firewall_parse(CONFIG_FIREWALL_RULES, rules, FIREWALL_RULES_MAX, &wrong);
    if (rule_count == -EINVAL)
        panic("firewall: FIREWALL_RULES has no rule in \"%s\"", wrong);
    if (rule_count < 0)
        panic("firewall: FIREWALL_RULES has more than %u rules", FIREWALL_RULES_MAX);
    firewall_table_make(&table, rules, rule_count);
    firewall_states_start();
    return 0;
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
        uint64_t allowing = found ? 0 : firewall_table_find(&table, direction, packet);

        found = found || allowing != 0;
        /* TCP in the middle of a connection that nobody has seen begin is not part of any. */
        if (!found || (packet->protocol == PROTOCOL_TCP && !packet->begins))
            return false;
        if (allowing != 0)
            used[__builtin_ctzll(allowing)]++;
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

    (pass ? packet_filter_counters.passed : packet_filter_counters.dropped)[direction]++;
    return pass;
}

bool packet_filter_rule(unsigned number, struct packet_filter_rule *rule)
{
    if (number >= (unsigned)rule_count)
        return false;
    *rule = (struct packet_filter_rule){
        .text = rules[number].text, .length = rules[number].length, .used = used[number]};
    return true;
}
