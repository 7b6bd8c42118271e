/*
 * Numbers that nobody can guess.
 */
#include <clock.h>
#include <lwip/ip.h>
#include <random.h>
#include <string.h>

#include "hooks.h"
#include "siphash.h"

uint32_t lwip_random(void)
{
    uint32_t number;

    random_bytes(&number, sizeof(number));
    return number;
}

/* RFC 6528, section 3: a clock that ticks every 4 microseconds, and a keyed function of the four numbers. */
u32_t lwip_first_sequence_number(const ip_addr_t *local, u16_t local_port, const ip_addr_t *remote,
                                 u16_t remote_port)
{
    static uint64_t key[2];
    uint64_t words[2 * ((sizeof(ip_addr_t) + 7) / 8) + 1] = {0};

    if (key[0] == 0 && key[1] == 0)
        random_bytes(key, sizeof(key));
    memcpy(words, local, sizeof(*local));
    memcpy(words + (sizeof(ip_addr_t) + 7) / 8, remote, sizeof(*remote));
    words[sizeof(words) / 8 - 1] = (uint64_t)local_port << 16 | remote_port;
    return (u32_t)(siphash(key, words, sizeof(words) / 8) + (clock_monotonic() >> 12));
}
