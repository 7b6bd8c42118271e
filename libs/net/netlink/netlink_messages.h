/*
 * Messages of netlink's route family: Linux's include/uapi/linux/{netlink,rtnetlink,if_link,if_addr,if}.h.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define NETLINK_ROUTE 0
#define NETLINK_ALIGN(size) (((size) + 3) & ~(size_t)3)

struct netlink_header {
    uint32_t length; /* bytes, with this header */
    uint16_t type;
    uint16_t flags;
    uint32_t sequence;
    uint32_t port;
};

#define NETLINK_FLAG_MULTI 2
#define NETLINK_FLAG_DUMP 0x300
#define NETLINK_ERROR 2
#define NETLINK_DONE 3
#define NETLINK_NEW_LINK 16
#define NETLINK_GET_LINK 18
#define NETLINK_NEW_ADDRESS 20
#define NETLINK_GET_ADDRESS 22

struct netlink_error {
    int32_t error; /* negated errno */
    struct netlink_header request;
};

struct netlink_link {
    uint8_t family, pad;
    uint16_t type;
    int32_t index;
    uint32_t flags, change;
};

struct netlink_address {
    uint8_t family, prefix, flags, scope;
    uint32_t index;
};

struct netlink_attribute {
    uint16_t length; /* bytes, with this header; the next one begins at a multiple of 4 */
    uint16_t type;
};

/*
 * Appends the answer to a request of `size` bytes at `request` to the `room` bytes at `answer`, and returns
 * how many bytes it has; 0 if the request is no message, or there is no room. `port` is the asker's.
 */
size_t netlink_answer(const void *request, size_t size, uint32_t port, void *answer, size_t room);
