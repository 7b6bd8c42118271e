/*
 * Rules as text.
 */
#include "firewall_parts.h"

#include <errno.h>
#include <string.h>

static const char *skip_blanks(const char *at)
{
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

/* Moves behind `word` if it stands at `*at`, by itself. */
static bool word(const char **at, const char *what)
{
    size_t length = strlen(what);
    char next;

    if (strncmp(*at, what, length) != 0)
        return false;
    next = (*at)[length];
    if (next != ' ' && next != '\t' && next != ';' && next != '\0')
        return false;
    *at = skip_blanks(*at + length);
    return true;
}

static bool number(const char **at, unsigned limit, unsigned *value)
{
    unsigned sum = 0;
    const char *from = *at;

    for (; **at >= '0' && **at <= '9'; ++*at) {
        sum = sum * 10 + (unsigned)(**at - '0');
        if (sum > limit)
            return false;
    }
    *value = sum;
    return *at != from;
}

static bool ends(char c)
{
    return c == ' ' || c == '\t' || c == ';' || c == '\0';
}

static bool address4(const char **at, struct firewall_rule *rule)
{
    unsigned part;

    for (int i = 0; i < 4; i++) {
        if ((i > 0 && *(*at)++ != '.') || !number(at, 255, &part))
            return false;
        rule->address[i] = (uint8_t)part;
    }
    return true;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* RFC 4291, 2.2: eight groups with : between, :: for groups of zeroes; no dots. */
static bool address6(const char **at, struct firewall_rule *rule)
{
    int count = 0, gap = -1;

    if ((*at)[0] == ':' && (*at)[1] == ':') {
        gap = 0;
        *at += 2;
    }
    while (digit(**at) >= 0) {
        unsigned group = 0;
        int digits = 0;

        for (; digit(**at) >= 0; ++*at, digits++)
            group = group << 4 | (unsigned)digit(**at);
        if (digits > 4 || count == 8)
            return false;
        rule->address[2 * count] = (uint8_t)(group >> 8);
        rule->address[2 * count + 1] = (uint8_t)group;
        count++;
        if (**at != ':')
            break;
        ++*at;
        if (**at == ':') {
            if (gap >= 0)
                return false;
            gap = count;
            ++*at;
        } else if (digit(**at) < 0) {
            return false;
        }
    }
    if (gap >= 0 ? count > 7 : count != 8)
        return false;
    if (gap >= 0) {
        int behind = count - gap;

        memmove(rule->address + 16 - 2 * behind, rule->address + 2 * gap, 2 * (size_t)behind);
        memset(rule->address + 2 * gap, 0, 16 - 2 * (size_t)count);
    }
    return true;
}

static bool address(const char **at, struct firewall_rule *rule)
{
    const char *look = *at;
    unsigned bits;

    while (digit(*look) >= 0)
        look++;
    rule->six = *look == ':';
    if (!(rule->six ? address6(at, rule) : address4(at, rule)))
        return false;
    bits = rule->six ? 128 : 32;
    if (**at == '/') {
        ++*at;
        if (!number(at, bits, &bits))
            return false;
    }
    rule->bits = (uint8_t)bits;
    return ends(**at);
}

static bool is_port(const char *at)
{
    while (*at >= '0' && *at <= '9')
        at++;
    return ends(*at) || *at == '-';
}

static bool ports(const char **at, struct firewall_rule *rule)
{
    unsigned first, last;

    if (!number(at, 65535, &first))
        return false;
    last = first;
    if (**at == '-') {
        ++*at;
        if (!number(at, 65535, &last) || last < first)
            return false;
    }
    rule->port_first = (uint16_t)first;
    rule->port_last = (uint16_t)last;
    return ends(**at);
}

static bool parse_rule(const char **at, struct firewall_rule *rule)
{
    *rule = (struct firewall_rule){.port_last = UINT16_MAX};
    if (word(at, "in"))
        rule->direction = PACKET_IN;
    else if (word(at, "out"))
        rule->direction = PACKET_OUT;
    else
        return false;
    if (word(at, "tcp"))
        rule->protocol = PROTOCOL_TCP;
    else if (word(at, "udp"))
        rule->protocol = PROTOCOL_UDP;
    else if (word(at, "icmp"))
        rule->protocol = PROTOCOL_ICMP;
    else if (word(at, "any"))
        rule->protocol = PROTOCOL_ANY;
    else
        return false;
    if (**at >= '0' && **at <= '9' && is_port(*at)) {
        if (rule->protocol != PROTOCOL_TCP && rule->protocol != PROTOCOL_UDP)
            return false;
        if (!ports(at, rule))
            return false;
        *at = skip_blanks(*at);
    }
    if (!ends(**at) && !address(at, rule))
        return false;
    *at = skip_blanks(*at);
    return **at == ';' || **at == '\0';
}

int firewall_parse(const char *text, struct firewall_rule *rules, int room, const char **wrong)
{
    int count = 0;

    for (const char *at = skip_blanks(text); *at != '\0'; at = skip_blanks(at)) {
        if (*at == ';') {
            at++;
            continue;
        }
        if (count == room)
            return -E2BIG;
        *wrong = at;
        if (!parse_rule(&at, &rules[count]))
            return -EINVAL;
        rules[count].text = *wrong;
        rules[count].length = (size_t)(at - *wrong);
        while (rules[count].text[rules[count].length - 1] == ' ' ||
               rules[count].text[rules[count].length - 1] == '\t')
            rules[count].length--;
        count++;
    }
    return count;
}
