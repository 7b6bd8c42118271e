// instead: ../firewall_packet.c
// max-len: 160
/* Any bytes as a packet: addresses lie within, and there are ports only where they were read. */
#include "../firewall_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    struct firewall_packet packet;

    memcpy(copy, data, size);
    if (firewall_dissect(copy, size, &packet)) {
        size_t length = packet.six ? 16 : 4;

        assert(packet.source >= copy && packet.source + length <= copy + size);
        assert(packet.target >= copy && packet.target + length <= copy + size);
        assert(!packet.later_fragment || (packet.source_port == 0 && !packet.begins));
    }
    free(copy);
    return 0;
}
