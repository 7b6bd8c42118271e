// instead: ../configuration_text.c
// max-len: 40
/* Any text as addresses: what is taken is read alike by the host's C library. */
#include "../configuration_text.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void network(const char *text)
{
    uint32_t address, mask, host_order;
    char said[INET_ADDRSTRLEN], whole[sizeof(said) + 3];

    if (!configuration_parse_network(text, &address, &mask))
        return;
    host_order = ntohl(mask);
    assert((~host_order & (~host_order + 1)) == 0); /* ones, then zeroes */
    assert(inet_ntop(AF_INET, &address, said, sizeof(said)) != NULL);
    snprintf(whole, sizeof(whole), "%s/%d", said, __builtin_popcount(mask));
    assert(strcmp(text, whole) == 0 || (strcmp(text, said) == 0 && mask == htonl(0xffffff00)));
}

static void servers(const char *text)
{
    uint32_t found[NET_STACK_SERVERS];
    unsigned count = configuration_parse_servers(text, found);
    char said[NET_STACK_SERVERS * (INET_ADDRSTRLEN + 1)] = "";

    assert(count <= NET_STACK_SERVERS);
    for (unsigned i = 0; i < count; i++) {
        size_t at = strlen(said);

        if (i > 0)
            said[at++] = ',';
        assert(inet_ntop(AF_INET, &found[i], said + at, (socklen_t)(sizeof(said) - at)) != NULL);
    }
    assert(count == 0 || strcmp(text, said) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    memcpy(text, data, size);
    text[size] = '\0';
    network(text);
    servers(text);
    free(text);
    return 0;
}
