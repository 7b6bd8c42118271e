/*
 * Rules as a decision table.
 */
#include "firewall_parts.h"

#include <string.h>

/* The beginning of a range, unless it is there. */
static void add_start(struct firewall_axis *axis, const uint8_t *value)
{
    unsigned at = axis->count;

    while (at > 0 && memcmp(axis->starts[at - 1], value, axis->width) > 0)
        at--;
    if (at > 0 && memcmp(axis->starts[at - 1], value, axis->width) == 0)
        return;
    memmove(axis->starts[at + 1], axis->starts[at], (axis->count - at) * sizeof(axis->starts[0]));
    memcpy(axis->starts[at], value, axis->width);
    axis->count++;
}

/* The ranges that a rule's first and last value make. */
static void add_range(struct firewall_axis *axis, const uint8_t *first, const uint8_t *last)
{
    uint8_t next[16];

    add_start(axis, first);
    memcpy(next, last, axis->width);
    for (unsigned i = axis->width; i-- > 0;)
        if (++next[i] != 0) {
            add_start(axis, next);
            return;
        }
}

static void begin(struct firewall_axis *axis, unsigned width)
{
    memset(axis, 0, sizeof(*axis));
    axis->width = width;
    axis->count = 1; /* from 0 on */
}

/* What a rule holds for; false: for nothing here. */
static bool range_of_ports(const struct firewall_rule *rule, uint8_t *first, uint8_t *last)
{
    first[0] = (uint8_t)(rule->port_first >> 8);
    first[1] = (uint8_t)rule->port_first;
    last[0] = (uint8_t)(rule->port_last >> 8);
    last[1] = (uint8_t)rule->port_last;
    return true;
}

static bool range_of_addresses(const struct firewall_rule *rule, bool six, uint8_t *first, uint8_t *last)
{
    unsigned width = six ? 16 : 4;

    if (rule->bits != 0 && rule->six != six)
        return false;
    for (unsigned i = 0; i < width; i++) {
        unsigned kept = rule->bits > 8 * i ? rule->bits - 8 * i : 0;
        uint8_t mask = kept >= 8 ? 0xff : (uint8_t)(0xff00 >> kept);

        first[i] = rule->address[i] & mask;
        last[i] = first[i] | (uint8_t)~mask;
    }
    return true;
}

static bool range(const struct firewall_axis *axis, const struct firewall_rule *rule, uint8_t *first,
                  uint8_t *last)
{
    return axis->width == 2 ? range_of_ports(rule, first, last)
                            : range_of_addresses(rule, axis->width == 16, first, last);
}

static void make(struct firewall_axis *axis, unsigned width, const struct firewall_rule *rules, int count)
{
    uint8_t first[16], last[16];

    begin(axis, width);
    for (int i = 0; i < count; i++)
        if (range(axis, &rules[i], first, last))
            add_range(axis, first, last);
    for (int i = 0; i < count; i++) {
        if (!range(axis, &rules[i], first, last))
            continue;
        for (unsigned at = 0; at < axis->count; at++)
            if (memcmp(first, axis->starts[at], width) <= 0 && memcmp(axis->starts[at], last, width) <= 0)
                axis->rules[at] |= UINT64_C(1) << i;
    }
}

static unsigned kind(uint8_t protocol)
{
    switch (protocol) {
    case PROTOCOL_TCP:
        return 0;
    case PROTOCOL_UDP:
        return 1;
    case PROTOCOL_ICMP:
    case PROTOCOL_ICMP6:
        return 2;
    default:
        return 3;
    }
}

void firewall_table_make(struct firewall_table *table, const struct firewall_rule *rules, int count)
{
    memset(table, 0, sizeof(*table));
    for (int i = 0; i < count; i++) {
        table->direction[rules[i].direction] |= UINT64_C(1) << i;
        for (unsigned each = 0; each < 4; each++)
            if (rules[i].protocol == PROTOCOL_ANY || kind(rules[i].protocol) == each)
                table->protocol[each] |= UINT64_C(1) << i;
    }
    make(&table->ports, 2, rules, count);
    make(&table->four, 4, rules, count);
    make(&table->six, 16, rules, count);
}

static uint64_t find(const struct firewall_axis *axis, const uint8_t *value)
{
    unsigned low = 0, high = axis->count;

    while (high - low > 1) {
        unsigned middle = (low + high) / 2;

        if (memcmp(axis->starts[middle], value, axis->width) <= 0)
            low = middle;
        else
            high = middle;
    }
    return axis->rules[low];
}

uint64_t firewall_table_find(const struct firewall_table *table, enum packet_direction direction,
                             const struct firewall_packet *packet)
{
    const uint8_t port[] = {(uint8_t)(packet->target_port >> 8), (uint8_t)packet->target_port};
    uint64_t rules = table->direction[direction] & table->protocol[kind(packet->protocol)];

    return rules & find(&table->ports, port) &
           find(packet->six ? &table->six : &table->four,
                direction == PACKET_IN ? packet->source : packet->target);
}
