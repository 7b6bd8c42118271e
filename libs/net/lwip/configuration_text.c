#include "configuration_text.h"

#include <stddef.h>

static uint32_t network_order(uint32_t value)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return __builtin_bswap32(value);
#else
    return value;
#endif
}

/* A decimal number of at most `limit` at `*text`, without needless zeroes; moves behind it. */
static bool number(const char **text, unsigned limit, unsigned *value)
{
    const char *t = *text;
    unsigned sum = 0;

    if (*t < '0' || *t > '9' || (*t == '0' && t[1] >= '0' && t[1] <= '9'))
        return false;
    for (; *t >= '0' && *t <= '9'; t++) {
        sum = sum * 10 + (unsigned)(*t - '0');
        if (sum > limit)
            return false;
    }
    *text = t;
    *value = sum;
    return true;
}

/* Four numbers with dots between; moves behind them. */
static bool address4(const char **text, uint32_t *address)
{
    uint32_t sum = 0;
    unsigned part;

    for (int i = 0; i < 4; i++) {
        if (i > 0 && *(*text)++ != '.')
            return false;
        if (!number(text, 255, &part))
            return false;
        sum = sum << 8 | part;
    }
    *address = network_order(sum);
    return true;
}

bool configuration_parse_network(const char *text, uint32_t *address, uint32_t *mask)
{
    unsigned bits = 24;

    if (!address4(&text, address))
        return false;
    if (*text == '/') {
        text++;
        if (!number(&text, 32, &bits))
            return false;
    }
    *mask = bits == 0 ? 0 : network_order(UINT32_MAX << (32 - bits));
    return *text == '\0';
}

unsigned configuration_parse_servers(const char *text, uint32_t servers[NET_STACK_SERVERS])
{
    unsigned count = 0;

    while (count < NET_STACK_SERVERS && address4(&text, &servers[count])) {
        count++;
        if (*text != ',')
            return *text == '\0' ? count : 0;
        text++;
    }
    return 0;
}
