#include "configuration.h"

#include <args.h>
#include <clock.h>
#include <errno.h>
#include <lwip/dhcp.h>
#include <lwip/netif.h>
#include <lwip/prot/dhcp.h>
#include <string.h>
#include <wait_queue.h>

#include "configuration6.h"
#include "configuration_text.h"
#include "hooks.h"
#include "interfaces.h"

#define MILLISECOND 1000000u /* nanoseconds */

static ip4_addr_t servers[NET_STACK_SERVERS];
static unsigned server_count;

static void tell_servers(void)
{
#ifdef CONFIG_LIB_VFS
    resolver_files_write(servers, server_count);
#endif
}

#if LWIP_DHCP
static struct wait_queue configured;

/* DHCP's option 6 (RFC 2132, 3.8), unless the command line has named servers. */
void dns_setserver(u8_t number, const ip_addr_t *server)
{
    if (number < NET_STACK_SERVERS && args_parameter("net.dns") == NULL) {
        servers[number] = *ip_2_ip4(server);
        if (server_count <= number)
            server_count = number + 1u;
    }
}

static void changed(struct netif *netif)
{
    if (ip4_addr_isany_val(*netif_ip4_addr(netif)))
        return;
    tell_servers();
    wait_wake(&configured, WAIT_ALL);
}

static int ask(struct netif *netif)
{
    uint64_t deadline = clock_monotonic() + (uint64_t)CONFIG_LWIP_BOOT_WAIT * MILLISECOND;

    netif_set_status_callback(netif, changed);
    if (dhcp_start(netif) != ERR_OK)
        return -ENOMEM;
    interfaces_flush();
    while (ip4_addr_isany_val(*netif_ip4_addr(netif)))
        if (wait_until(&configured, deadline, false) != 0)
            break; /* it goes on asking */
    return 0;
}
#else
static int ask(struct netif *netif)
{
    (void)netif;
    return 0;
}
#endif

static int set(struct netif *netif, const char *text)
{
    const char *way = args_parameter("net.gateway");
    ip4_addr_t address, mask, gateway = {0};
    uint32_t unused;

    if (!configuration_parse_network(text, &address.addr, &mask.addr))
        return -EINVAL;
    if (way != NULL &&
        (strchr(way, '/') != NULL || !configuration_parse_network(way, &gateway.addr, &unused)))
        return -EINVAL;
    netif_set_addr(netif, &address, &mask, &gateway);
    tell_servers();
    interfaces_flush();
    return 0;
}

int configuration_start(void)
{
    const char *text = args_parameter("net.ip"), *names = args_parameter("net.dns");
    struct netif *netif = devices_first();

    if (names != NULL) {
        uint32_t found[NET_STACK_SERVERS];

        server_count = configuration_parse_servers(names, found);
        for (unsigned i = 0; i < server_count; i++)
            servers[i].addr = found[i];
        if (server_count == 0)
            return -EINVAL;
    }
    if (netif == NULL) {
        tell_servers();
        return 0;
    }
#if LWIP_IPV6
    netif_create_ip6_linklocal_address(netif, 1);
    netif_set_ip6_autoconfig_enabled(netif, 1);
    {
        int error = configuration6_start(netif);

        if (error != 0)
            return error;
    }
#endif
    return text != NULL && strcmp(text, "dhcp") != 0 ? set(netif, text) : ask(netif);
}
