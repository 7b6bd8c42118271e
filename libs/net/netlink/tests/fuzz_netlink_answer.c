// instead: ../netlink_answer.c
// max-len: 64
/* Any request, and any room for the answer: what comes back is whole messages that fit. */
#include "../netlink_messages.h"

#include <assert.h>
#include <net_stack.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

bool net_stack_interface(unsigned index, struct net_stack_interface *interface)
{
    if (index > 2)
        return false;
    *interface = (struct net_stack_interface){.index = index < 1 ? 1 : index,
                                              .name = "eth0",
                                              .mtu = 1500,
                                              .address = 0x0f02000a,
                                              .mask = 0x00ffffff,
                                              .address6_count = 1};
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t room = size != 0 ? (size_t)data[0] * 8 : 0, used, at = 0;
    char *answer = malloc(room + 1);
    uint8_t *copy = malloc(size + 1);

    memcpy(copy, data, size);
    used = netlink_answer(copy, size, 7, answer, room);
    assert(used <= room);
    while (at < used) {
        struct netlink_header header;

        assert(used - at >= sizeof(header));
        memcpy(&header, answer + at, sizeof(header));
        assert(header.length >= sizeof(header) && header.length <= used - at && header.port == 7);
        at += NETLINK_ALIGN(header.length);
    }
    assert(at == used);
    free(answer);
    free(copy);
    return 0;
}
