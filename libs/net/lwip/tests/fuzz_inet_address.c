// instead: ../inet_address.c
// upstream: lwip
// cflags: -DCONFIG_LWIP_IPV6=1
// runs: 100000
// max-len: 130
/*
 * Any bytes as an address that an application passes: what is taken is the same when it is told again, and
 * nothing behind its end is looked at.
 */
#include "../inet_socket.h"

#include <assert.h>
#include <sanitizer/asan_interface.h>
#include <string.h>

#define OWN 0x0f02000a /* 10.0.2.15 in network byte order */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What lwIP's own files define. */
const ip_addr_t ip_addr_any = IPADDR4_INIT(IPADDR_ANY);
const ip_addr_t ip_addr_any_type = {.type = IPADDR_TYPE_ANY};
const ip_addr_t ip6_addr_any = IPADDR6_INIT(0, 0, 0, 0);
static struct netif interface = {.ip_addr = IPADDR4_INIT(OWN)};
struct netif *netif_list = &interface;

s8_t netif_get_ip6_addr_match(struct netif *netif, const ip6_addr_t *address)
{
    assert(netif == &interface);
    return ip6_addr_isloopback(address) ? 0 : -1;
}

/* Whether an interface belongs to the address: RFC 4291, 2.5.6 and, for groups, 2.7 (interface and link; the
 * highest flag is 0). */
static bool scoped(const struct socket_address *from)
{
    const uint8_t *bytes = from->in6.address;

    if (from->size < sizeof(from->in6))
        return false;
    return (bytes[0] == 0xfe && bytes[1] >> 6 == 2) ||
           (bytes[0] == 0xff && ((bytes[1] & 0x8f) == 1 || (bytes[1] & 0x8f) == 2));
}

static void loaded(const struct socket *socket, const struct socket_address *from, const ip_addr_t *address,
                   u16_t port)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct socket_address told;
    ip_addr_t again;
    u16_t port_again;

    memset(&told, 0xa5, sizeof(told));
    inet_address_store(socket, address, port, &told);
    assert(told.family == socket->domain && told.in.port == from->in.port);
    assert(inet_address_load(socket, &told, &again, &port_again) == 0 && port_again == port);
    if (ip_addr_isany(address)) /* of either kind: it is told as that of the socket's domain */
        assert(ip_addr_isany(&again));
    else
        assert(ip_addr_cmp(&again, address));
    if (socket->domain == LINUX_AF_INET) {
        static const uint8_t zeroes[8];

        assert(told.size == sizeof(told.in) && IP_IS_V4(address));
        assert(told.in.address == from->in.address);
        assert(memcmp(told.bytes + 8, zeroes, sizeof(zeroes)) == 0);
        return;
    }
    assert(told.size == sizeof(told.in6) && told.in6.flow_information == 0);
    if (memcmp(from->in6.address, mapped, sizeof(mapped)) != 0) {
        assert(IP_IS_V6(address));
        assert(memcmp(told.in6.address, from->in6.address, sizeof(told.in6.address)) == 0);
        assert(told.in6.scope_id == (scoped(from) ? from->in6.scope_id : 0));
    } else {
        assert(IP_IS_V4(address) && memcmp(&ip_2_ip4(address)->addr, from->in6.address + 12, 4) == 0);
    }
}

static void used(ip_addr_t *address)
{
    int local = inet_address_local(address);

    assert(local == 0 || local == -EADDRNOTAVAIL);
    if (IP_IS_V4(address) && ip_2_ip4(address)->addr == OWN)
        assert(local == 0);
    inet_address_for_any(address);
    assert(!ip_addr_isany(address));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct socket socket = {.domain = size != 0 && data[0] & 1 ? LINUX_AF_INET6 : LINUX_AF_INET};
    struct socket_address from = {.family = LINUX_AF_UNSPEC};
    ip_addr_t address;
    u16_t port;
    int error;

    for (int number = ERR_OK; number >= ERR_ARG; number--)
        assert(number == ERR_OK ? inet_error((err_t)number) == 0 : inet_error((err_t)number) < 0);
    if (size < 1 || size - 1 > sizeof(from.bytes))
        return 0;
    from.size = (uint32_t)(size - 1);
    memcpy(from.bytes, data + 1, from.size);
    if (size > 1 && data[0] & 2)
        from.family = socket.domain; /* most would be refused otherwise */
    if (from.size > sizeof(from.family))
        ASAN_POISON_MEMORY_REGION(from.bytes + from.size, sizeof(from.bytes) - from.size);
    error = inet_address_load(&socket, &from, &address, &port);
    assert(error == 0 || error == -EINVAL || error == -EAFNOSUPPORT || error == -ENODEV);
    if (from.size >= sizeof(from.in6) && from.family == socket.domain)
        assert(error == 0 || (socket.domain == LINUX_AF_INET6 && scoped(&from) && from.in6.scope_id > 255));
    if (error == 0) {
        loaded(&socket, &from, &address, port);
        used(&address);
    }
    ASAN_UNPOISON_MEMORY_REGION(from.bytes, sizeof(from.bytes));
    return 0;
}
