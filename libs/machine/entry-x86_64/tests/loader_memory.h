/* The memory that a loader wrote to, for tests and fuzzers: guest addresses [0, LOADER_MEMORY). */
#pragma once

#include "../boot_protocol.h"

#define LOADER_MEMORY 0x8000

static unsigned char loader_memory[LOADER_MEMORY];

const void *boot_reach(uint64_t address, uint64_t size)
{
    if (address == 0 || size > LOADER_MEMORY || address > LOADER_MEMORY - size)
        return NULL;
    return loader_memory + address;
}
