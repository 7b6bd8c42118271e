// cflags: -DCONFIG_FIREWALL_STATES=64
// instead: ../firewall_rules.c ../firewall_packet.c ../firewall_table.c ../firewall_states.c
/* Rules as text, and what becomes of packets under them. The decisions are included, for a list of rules of
 * the test's. */
#define CONFIG_FIREWALL_RULES rules_text
static const char *rules_text;
#include "../firewall.c"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void panic(const char *message, ...)
{
    (void)message;
    abort();
}

static const char *wrong;
static uint64_t now_seconds = 1;

uint64_t clock_monotonic(void)
{
    return now_seconds * 1000000000u;
}

void random_bytes(void *buffer, size_t size)
{
    memset(buffer, 0x5a, size);
}

static void begin(const char *text)
{
    rules_text = text;
    now_seconds += 1000000; /* everything is forgotten */
    assert(firewall_start() == 0);
    memset(&packet_filter_counters, 0, sizeof(packet_filter_counters));
    memset(used, 0, sizeof(used));
}

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

struct frame {
    uint8_t bytes[64];
    size_t length;
};

/* A packet of IPv4 from one end to the other; `flags` are TCP's, or the type of an ICMP message. */
static struct frame packet(uint8_t protocol, const char *from, unsigned port, const char *to,
                           unsigned to_port, uint8_t flags)
{
    struct frame f = {.length = protocol == PROTOCOL_TCP ? 40 : 28};
    struct firewall_rule address;
    char text[64];

    f.bytes[0] = 0x45;
    f.bytes[3] = (uint8_t)f.length;
    f.bytes[9] = protocol;
    strcpy(text, "in any ");
    assert(firewall_parse(strcat(text, from), &address, 1, &wrong) == 1);
    memcpy(f.bytes + 12, address.address, 4);
    strcpy(text, "in any ");
    assert(firewall_parse(strcat(text, to), &address, 1, &wrong) == 1);
    memcpy(f.bytes + 16, address.address, 4);
    if (protocol == PROTOCOL_ICMP) {
        f.bytes[20] = flags;
        f.bytes[24] = (uint8_t)(port >> 8);
        f.bytes[25] = (uint8_t)port;
        return f;
    }
    f.bytes[20] = (uint8_t)(port >> 8);
    f.bytes[21] = (uint8_t)port;
    f.bytes[22] = (uint8_t)(to_port >> 8);
    f.bytes[23] = (uint8_t)to_port;
    f.bytes[32] = 0x50;
    f.bytes[33] = flags;
    return f;
}

static bool in(struct frame f)
{
    return packet_filter_pass(PACKET_IN, f.bytes, f.length);
}

static bool out(struct frame f)
{
    return packet_filter_pass(PACKET_OUT, f.bytes, f.length);
}

#define HERE "10.0.2.15"
#define THERE "10.0.2.2"

static void test_text(void)
{
    struct firewall_rule rules[4];
    static const char *const bad[] = {
        "in",
        "in tcp 80 x",
        "tcp 80",
        "in tcp 65536",
        "in tcp 80-79",
        "in icmp 8",
        "inn tcp",
        "in tcp 80-",
        "in tcp 1.2.3",
        "in tcp 1.2.3.4/33",
        "in tcp 1.2.3.256",
        "in any fe80:::1",
        "in any 1:2:3",
        "in any 1::2::3",
        "in any 12345::",
        "in tcp 80 1.2.3.4 5",
        "out any ::/129",
        "in tcp -1",
    };

    assert(firewall_parse("", rules, 4, &wrong) == 0);
    assert(firewall_parse(" ; ;", rules, 4, &wrong) == 0);
    assert(firewall_parse("in tcp 80", rules, 4, &wrong) == 1);
    assert(rules[0].direction == PACKET_IN && rules[0].protocol == PROTOCOL_TCP &&
           rules[0].port_first == 80 && rules[0].port_last == 80 && rules[0].bits == 0);
    assert(firewall_parse("in udp 1-9 ; out any 10.0.0.0/8;out tcp 443 fe80::1:2/64", rules, 4, &wrong) == 3);
    assert(rules[0].port_first == 1 && rules[0].port_last == 9);
    assert(rules[1].direction == PACKET_OUT && rules[1].protocol == PROTOCOL_ANY && rules[1].bits == 8 &&
           rules[1].address[0] == 10);
    assert(rules[2].six && rules[2].bits == 64 && rules[2].address[0] == 0xfe &&
           rules[2].address[1] == 0x80 && rules[2].address[13] == 1 && rules[2].address[15] == 2);
    assert(firewall_parse("in any 1:2:3:4:5:6:7:8", rules, 4, &wrong) == 1 && rules[0].address[15] == 8);
    assert(firewall_parse("in any ::/0", rules, 4, &wrong) == 1 && rules[0].bits == 0);
    assert(firewall_parse("in tcp 1;in tcp 2;in tcp 3;in tcp 4;in tcp 5", rules, 4, &wrong) == -E2BIG);
    for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert(firewall_parse(bad[i], rules, 4, &wrong) == -EINVAL && wrong == bad[i]);
    assert(firewall_parse("in tcp 1; out what", rules, 4, &wrong) == -EINVAL &&
           strcmp(wrong, "out what") == 0);
    assert(firewall_parse(" in tcp 1 ; out udp", rules, 4, &wrong) == 2 && rules[0].length == 8 &&
           memcmp(rules[0].text, "in tcp 1", 8) == 0 && rules[1].length == 7);
}

static void test_nothing_passes_by_itself(void)
{
    begin("");
    assert(!in(packet(PROTOCOL_TCP, THERE, 5000, HERE, 80, SYN)));
    assert(!out(packet(PROTOCOL_TCP, HERE, 5000, THERE, 80, SYN)));
    assert(!in(packet(PROTOCOL_ICMP, THERE, 1, HERE, 1, 8)));
    assert(!out(packet(PROTOCOL_UDP, HERE, 5000, THERE, 53, 0)));
    assert(packet_filter_counters.dropped[PACKET_IN] == 2 && packet_filter_counters.dropped[PACKET_OUT] == 2);
    /* But a machine may ask for its address. */
    assert(out(packet(PROTOCOL_UDP, "0.0.0.0", 68, "255.255.255.255", 67, 0)));
    assert(in(packet(PROTOCOL_UDP, THERE, 67, HERE, 68, 0)));
    assert(packet_filter_counters.passed[PACKET_IN] == 1 && packet_filter_counters.passed[PACKET_OUT] == 1);
}

static void test_a_service(void)
{
    begin("in tcp 80");
    assert(!out(packet(PROTOCOL_TCP, HERE, 80, THERE, 5000, SYN | ACK))); /* nobody has asked */
    assert(in(packet(PROTOCOL_TCP, THERE, 5000, HERE, 80, SYN)));
    assert(out(packet(PROTOCOL_TCP, HERE, 80, THERE, 5000, SYN | ACK)));
    assert(in(packet(PROTOCOL_TCP, THERE, 5000, HERE, 80, ACK)));
    assert(!in(packet(PROTOCOL_TCP, THERE, 5000, HERE, 81, SYN)));
    assert(!in(packet(PROTOCOL_TCP, THERE, 5001, HERE, 80, ACK))); /* a connection that never began */
    assert(!out(packet(PROTOCOL_TCP, HERE, 80, "1.2.3.4", 443, SYN)));
    now_seconds += 7000; /* silent, but not for too long */
    assert(out(packet(PROTOCOL_TCP, HERE, 80, THERE, 5000, ACK)));
    now_seconds += 8000;
    assert(!out(packet(PROTOCOL_TCP, HERE, 80, THERE, 5000, ACK)));
}

static void test_an_end(void)
{
    begin("in tcp 80");
    assert(in(packet(PROTOCOL_TCP, THERE, 5000, HERE, 80, SYN)));
    assert(out(packet(PROTOCOL_TCP, HERE, 80, THERE, 5000, ACK)));
    assert(in(packet(PROTOCOL_TCP, THERE, 5000, HERE, 80, FIN | ACK)));
    assert(out(packet(PROTOCOL_TCP, HERE, 80, THERE, 5000, ACK)));
    now_seconds += 61;
    assert(!out(packet(PROTOCOL_TCP, HERE, 80, THERE, 5000, ACK)));
    assert(in(packet(PROTOCOL_TCP, THERE, 5000, HERE, 80, SYN))); /* anew */
    assert(out(packet(PROTOCOL_TCP, HERE, 80, THERE, 5000, ACK)));
    now_seconds += 1000;
    assert(out(packet(PROTOCOL_TCP, HERE, 80, THERE, 5000, ACK)));
}

static void test_the_way_out(void)
{
    begin("out udp 53 10.0.2.3; out tcp 443 192.168.0.0/16; out icmp");
    assert(out(packet(PROTOCOL_UDP, HERE, 5000, "10.0.2.3", 53, 0)));
    assert(in(packet(PROTOCOL_UDP, "10.0.2.3", 53, HERE, 5000, 0)));
    assert(!in(packet(PROTOCOL_UDP, "10.0.2.4", 53, HERE, 5000, 0)));
    assert(!in(packet(PROTOCOL_UDP, "10.0.2.3", 53, HERE, 5001, 0)));
    assert(!out(packet(PROTOCOL_UDP, HERE, 5000, "10.0.2.4", 53, 0)));
    assert(out(packet(PROTOCOL_TCP, HERE, 5000, "192.168.9.9", 443, SYN)));
    assert(!out(packet(PROTOCOL_TCP, HERE, 5000, "192.169.9.9", 443, SYN)));
    assert(in(packet(PROTOCOL_TCP, "192.168.9.9", 443, HERE, 5000, SYN | ACK)));
    assert(out(packet(PROTOCOL_ICMP, HERE, 7, THERE, 7, 8)));
    assert(in(packet(PROTOCOL_ICMP, THERE, 7, HERE, 7, 0)));
    assert(!in(packet(PROTOCOL_ICMP, THERE, 8, HERE, 8, 0)));
}

/* A flood of beginnings does not push out a connection that lasts. */
static void test_a_flood(void)
{
    begin("in tcp 80");
    assert(in(packet(PROTOCOL_TCP, THERE, 5000, HERE, 80, SYN)));
    assert(out(packet(PROTOCOL_TCP, HERE, 80, THERE, 5000, SYN | ACK)));
    for (unsigned port = 1; port < 5000; port++)
        assert(in(packet(PROTOCOL_TCP, "10.9.9.9", port, HERE, 80, SYN)));
    assert(out(packet(PROTOCOL_TCP, HERE, 80, THERE, 5000, ACK)));
}

static void test_fragments(void)
{
    struct frame first, later;

    begin("in udp 53");
    first = packet(PROTOCOL_UDP, THERE, 5000, HERE, 53, 0);
    first.bytes[5] = 77;
    first.bytes[6] = 0x20;
    later = first;
    later.bytes[6] = 0;
    later.bytes[7] = 3;
    assert(!in(later)); /* of a packet that nobody has seen */
    assert(in(first));
    assert(in(later));
    later.bytes[5] = 78;
    assert(!in(later));
    later = packet(PROTOCOL_TCP, THERE, 5000, HERE, 80, SYN);
    later.bytes[7] = 1; /* would overwrite the flags */
    assert(!in(later));
}

static void test_what_is_not_sound(void)
{
    begin("in any; out any");
    for (size_t length = 0; length < 40; length++) {
        struct frame f = packet(PROTOCOL_TCP, THERE, 5000, HERE, 80, SYN);

        f.length = length;
        assert(!in(f));
    }
    assert(in(packet(PROTOCOL_TCP, THERE, 5000, HERE, 80, SYN)));
    assert(in(packet(47, THERE, 0, HERE, 0, 0))); /* GRE */
}

/* Whether a rule holds, by itself: what the table must say, too. */
static bool holds(const struct firewall_rule *rule, enum packet_direction direction,
                  const struct firewall_packet *asked)
{
    uint8_t protocol = asked->protocol == PROTOCOL_ICMP6 ? PROTOCOL_ICMP : asked->protocol;
    const uint8_t *address = direction == PACKET_IN ? asked->source : asked->target;

    if (rule->direction != direction || (rule->protocol != protocol && rule->protocol != PROTOCOL_ANY) ||
        asked->target_port < rule->port_first || asked->target_port > rule->port_last)
        return false;
    if (rule->bits != 0 && rule->six != asked->six)
        return false;
    for (unsigned bit = 0; bit < rule->bits; bit++)
        if ((rule->address[bit / 8] ^ address[bit / 8]) & (0x80 >> bit % 8))
            return false;
    return true;
}

/* Few values, so that ranges meet, touch and lie within each other; and both ends of what there is. */
static uint8_t few(void)
{
    static const uint8_t values[] = {0, 1, 2, 127, 128, 254, 255};

    return values[(unsigned)rand() % sizeof(values)];
}

static void test_the_table(void)
{
    static const uint8_t protocols[] = {PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_ICMP, PROTOCOL_ANY};
    static const uint8_t asked_for[] = {PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_ICMP, PROTOCOL_ICMP6, 47};
    static struct firewall_table made;
    static struct firewall_rule list[FIREWALL_RULES_MAX];
    unsigned allowed = 0, denied = 0;

    srand(1);
    for (unsigned round = 0; round < 300; round++) {
        int count = round % (FIREWALL_RULES_MAX + 1);

        for (int i = 0; i < count; i++) {
            struct firewall_rule *rule = &list[i];
            unsigned a = (unsigned)few() << 8 | few(), b = (unsigned)few() << 8 | few();

            *rule = (struct firewall_rule){.direction = few() & 1,
                                           .protocol = protocols[(unsigned)rand() % 4],
                                           .port_first = (uint16_t)(a < b ? a : b),
                                           .port_last = (uint16_t)(a < b ? b : a),
                                           .six = few() & 1};
            rule->bits = (uint8_t)((unsigned)rand() % (rule->six ? 129 : 33));
            for (unsigned at = 0; at < 16; at++)
                rule->address[at] = few();
        }
        firewall_table_make(&made, list, count);
        for (unsigned each = 0; each < 300; each++) {
            uint8_t source[16], target[16];
            struct firewall_packet asked = {.six = few() & 1,
                                            .protocol = asked_for[(unsigned)rand() % 5],
                                            .target_port = (uint16_t)(few() << 8 | few()),
                                            .source = source,
                                            .target = target};
            enum packet_direction direction = few() & 1 ? PACKET_IN : PACKET_OUT;
            uint64_t expected = 0;

            for (unsigned at = 0; at < 16; at++) {
                source[at] = few();
                target[at] = few();
            }
            for (int i = 0; i < count; i++)
                if (holds(&list[i], direction, &asked))
                    expected |= UINT64_C(1) << i;
            assert(firewall_table_find(&made, direction, &asked) == expected);
            expected ? allowed++ : denied++;
        }
    }
    assert(allowed > 1000 && denied > 1000);
}

static void test_counts(void)
{
    struct packet_filter_rule rule;

    begin("in tcp 80; in tcp 1-1000; out icmp");
    assert(in(packet(PROTOCOL_TCP, THERE, 5000, HERE, 80, SYN)));
    assert(in(packet(PROTOCOL_TCP, THERE, 5000, HERE, 80, ACK)));
    assert(in(packet(PROTOCOL_TCP, THERE, 5000, HERE, 81, SYN)));
    assert(!in(packet(PROTOCOL_TCP, THERE, 5000, HERE, 1001, SYN)));
    assert(!in(packet(PROTOCOL_TCP, THERE, 5001, HERE, 80, ACK)));
    assert(packet_filter_rule(0, &rule) && rule.used == 1 && rule.length == 9 &&
           memcmp(rule.text, "in tcp 80", 9) == 0);
    assert(packet_filter_rule(1, &rule) && rule.used == 1);
    assert(packet_filter_rule(2, &rule) && rule.used == 0 && !packet_filter_rule(3, &rule));
    assert(packet_filter_counters.passed[PACKET_IN] == 3 && packet_filter_counters.dropped[PACKET_IN] == 2);
}

int main(void)
{
    test_the_table();
    test_counts();
    test_text();
    test_nothing_passes_by_itself();
    test_a_service();
    test_an_end();
    test_the_way_out();
    test_a_flood();
    test_fragments();
    test_what_is_not_sound();
    return 0;
}
