#include "configuration6.h"

#include <args.h>
#include <errno.h>
#include <lwip/ip6_addr.h>
#include <lwip/netif.h>
#include <string.h>

#include "hooks.h"

#define LONGEST 39 /* characters of an address */

static ip6_addr_t gateway;
static bool has_gateway;

/* An address up to its end or to `end`; lwIP would pass over what follows one. */
static bool parse(const char *text, const char *end, ip6_addr_t *address)
{
    char copy[LONGEST + 1];
    size_t length = strlen(text), size = strlen(end);

    if (length < size || strcmp(text + length - size, end) != 0 || length - size > LONGEST)
        return false;
    length -= size;
    for (size_t i = 0; i < length; i++)
        if (text[i] != ':' && !(text[i] >= '0' && text[i] <= '9') &&
            !((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'f'))
            return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return ip6addr_aton(copy, address) != 0;
}

const ip6_addr_t *configuration6_gateway(const struct netif *netif)
{
    return has_gateway && netif == netif_default ? &gateway : NULL;
}

int configuration6_start(struct netif *netif)
{
    const char *text = args_parameter("net.ip6"), *way = args_parameter("net.gateway6");
    ip6_addr_t address;
    s8_t place;

    if (text != NULL) {
        if (!parse(text, "/64", &address) || ip6_addr_isany(&address) || ip6_addr_ismulticast(&address))
            return -EINVAL;
        ip6_addr_assign_zone(&address, IP6_UNICAST, netif);
        if (netif_add_ip6_address(netif, &address, &place) != ERR_OK)
            return -ENOSPC;
        /* Whoever has chosen it knows that nobody else has it. */
        netif_ip6_addr_set_state(netif, place, IP6_ADDR_PREFERRED);
    }
    if (way != NULL) {
        if (!parse(way, "", &gateway) || ip6_addr_isany(&gateway) || ip6_addr_ismulticast(&gateway))
            return -EINVAL;
        ip6_addr_assign_zone(&gateway, IP6_UNICAST, netif);
        has_gateway = true;
    }
    return 0;
}
