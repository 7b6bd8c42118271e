#include "netlink_messages.h"

#include <errno.h>
#include <linux_socket.h>
#include <net_stack.h>
#include <stdbool.h>
#include <string.h>

/* if_arp.h: ARPHRD_ETHER, ARPHRD_LOOPBACK; if.h: IFF_UP, ... */
#define TYPE_ETHERNET 1
#define TYPE_LOOPBACK 772
#define FLAG_UP 0x1
#define FLAG_BROADCAST 0x2
#define FLAG_LOOPBACK 0x8
#define FLAG_RUNNING 0x40
#define FLAG_MULTICAST 0x1000
#define LINK_ADDRESS 1
#define LINK_BROADCAST 2
#define LINK_NAME 3
#define LINK_MTU 4
#define ADDRESS_ADDRESS 1
#define ADDRESS_LOCAL 2
#define ADDRESS_LABEL 3
#define ADDRESS_BROADCAST 4
#define SCOPE_HOST 254
#define SCOPE_LINK 253
#define PERMANENT 0x80

struct writer {
    char *at;
    size_t room, used;
    struct netlink_header *message; /* being written */
    bool full;
};

static void *append(struct writer *writer, size_t size)
{
    void *at = writer->at + writer->used;

    if (writer->full || NETLINK_ALIGN(size) > writer->room - writer->used) {
        writer->full = true;
        return NULL;
    }
    memset(at, 0, NETLINK_ALIGN(size));
    writer->used += NETLINK_ALIGN(size);
    if (writer->message != NULL)
        writer->message->length += (uint32_t)NETLINK_ALIGN(size);
    return at;
}

static void *begin(struct writer *writer, const struct netlink_header *request, uint16_t type, uint16_t flags,
                   uint32_t port, size_t body)
{
    writer->message = NULL;
    writer->message = append(writer, sizeof(*writer->message));
    if (writer->message == NULL)
        return NULL;
    *writer->message = (struct netlink_header){.length = sizeof(*writer->message),
                                               .type = type,
                                               .flags = flags,
                                               .sequence = request->sequence,
                                               .port = port};
    return append(writer, body);
}

static void attribute(struct writer *writer, uint16_t type, const void *value, size_t size)
{
    struct netlink_attribute *to = append(writer, sizeof(*to) + size);

    if (to == NULL)
        return;
    *to = (struct netlink_attribute){.length = (uint16_t)(sizeof(*to) + size), .type = type};
    memcpy(to + 1, value, size);
}

static void write_link(struct writer *writer, const struct netlink_header *request, uint32_t port,
                       const struct net_stack_interface *interface)
{
    static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, nobody[6];
    struct netlink_link *link =
        begin(writer, request, NETLINK_NEW_LINK, NETLINK_FLAG_MULTI, port, sizeof(*link));
    uint32_t mtu = interface->mtu;

    if (link == NULL)
        return;
    link->type = interface->loopback ? TYPE_LOOPBACK : TYPE_ETHERNET;
    link->index = (int32_t)interface->index;
    link->flags = FLAG_UP | (interface->link ? FLAG_RUNNING : 0) |
                  (interface->loopback ? FLAG_LOOPBACK : FLAG_BROADCAST | FLAG_MULTICAST);
    attribute(writer, LINK_NAME, interface->name, strlen(interface->name) + 1);
    attribute(writer, LINK_MTU, &mtu, sizeof(mtu));
    attribute(writer, LINK_ADDRESS, interface->hardware, sizeof(interface->hardware));
    attribute(writer, LINK_BROADCAST, interface->loopback ? nobody : everybody, sizeof(nobody));
}

static void write_address4(struct writer *writer, const struct netlink_header *request, uint32_t port,
                           const struct net_stack_interface *interface)
{
    struct netlink_address *address;
    uint32_t broadcast = interface->address | ~interface->mask;

    if (interface->address == 0)
        return;
    address = begin(writer, request, NETLINK_NEW_ADDRESS, NETLINK_FLAG_MULTI, port, sizeof(*address));
    if (address == NULL)
        return;
    address->family = LINUX_AF_INET;
    for (uint32_t mask = interface->mask; mask != 0; mask &= mask - 1)
        address->prefix++;
    address->flags = PERMANENT;
    address->scope = interface->loopback ? SCOPE_HOST : 0;
    address->index = interface->index;
    attribute(writer, ADDRESS_ADDRESS, &interface->address, sizeof(interface->address));
    attribute(writer, ADDRESS_LOCAL, &interface->address, sizeof(interface->address));
    if (!interface->loopback)
        attribute(writer, ADDRESS_BROADCAST, &broadcast, sizeof(broadcast));
    attribute(writer, ADDRESS_LABEL, interface->name, strlen(interface->name) + 1);
}

static void write_address6(struct writer *writer, const struct netlink_header *request, uint32_t port,
                           const struct net_stack_interface *interface, const uint8_t *six)
{
    struct netlink_address *address =
        begin(writer, request, NETLINK_NEW_ADDRESS, NETLINK_FLAG_MULTI, port, sizeof(*address));
    bool local = six[0] == 0xfe && (six[1] & 0xc0) == 0x80; /* RFC 4291, 2.5.6 */

    if (address == NULL)
        return;
    address->family = LINUX_AF_INET6;
    address->prefix = interface->loopback ? 128 : 64;
    address->flags = PERMANENT;
    address->scope = interface->loopback ? SCOPE_HOST : local ? SCOPE_LINK : 0;
    address->index = interface->index;
    attribute(writer, ADDRESS_ADDRESS, six, 16);
}

static void write_all(struct writer *writer, const struct netlink_header *request, uint32_t port,
                      uint8_t family)
{
    struct net_stack_interface interface;

    for (unsigned index = 1; net_stack_interface(index, &interface); index = interface.index + 1) {
        if (request->type == NETLINK_GET_LINK) {
            write_link(writer, request, port, &interface);
            continue;
        }
        if (family != LINUX_AF_INET6)
            write_address4(writer, request, port, &interface);
        for (unsigned i = 0; i < interface.address6_count && family != LINUX_AF_INET; i++)
            write_address6(writer, request, port, &interface, interface.address6[i]);
    }
    begin(writer, request, NETLINK_DONE, NETLINK_FLAG_MULTI, port, sizeof(int32_t));
}

size_t netlink_answer(const void *from, size_t size, uint32_t port, void *answer, size_t room)
{
    struct writer writer = {.at = answer, .room = room};
    struct netlink_header request;
    struct netlink_error *error;

    if (size < sizeof(request))
        return 0;
    memcpy(&request, from, sizeof(request));
    if (request.length < sizeof(request) || request.length > size)
        return 0;
    if ((request.type == NETLINK_GET_LINK || request.type == NETLINK_GET_ADDRESS) &&
        (request.flags & NETLINK_FLAG_DUMP) && request.length > sizeof(request)) {
        write_all(&writer, &request, port, ((const uint8_t *)from)[sizeof(request)]);
    } else {
        error = begin(&writer, &request, NETLINK_ERROR, 0, port, sizeof(*error));
        if (error != NULL)
            *error = (struct netlink_error){-EOPNOTSUPP, request};
    }
    return writer.full ? 0 : writer.used;
}
