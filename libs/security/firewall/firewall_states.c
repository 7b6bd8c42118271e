/*
 * Who may answer whom. An exchange is known by a keyed hash of its ends, which nobody can find a second pair
 * for who does not know the key; so 64 bits stand for all of it.
 */
#include "firewall_parts.h"

#include <config.h>
#include <random.h>
#include <string.h>

#define WAYS 4u /* places for an exchange */
#define SETS (CONFIG_FIREWALL_STATES / WAYS)

static struct state {
    uint64_t exchange;
    uint32_t until; /* seconds; 0: free */
    bool ending;
} states[SETS][WAYS];

static uint64_t key[2];

void firewall_states_start(void)
{
    random_bytes(key, sizeof(key));
}

/* A round of multiplying and folding, as in wyhash: fast, and unforeseeable without the key. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t firewall_exchange(const struct firewall_packet *packet, bool from_here)
{
    size_t size = packet->six ? 16 : 4;
    const uint8_t *here = from_here ? packet->source : packet->target;
    const uint8_t *there = from_here ? packet->target : packet->source;
    uint16_t here_port = from_here ? packet->source_port : packet->target_port;
    uint16_t there_port = from_here ? packet->target_port : packet->source_port;
    uint64_t words[5] = {0}, hash = key[0];

    memcpy(words, here, size);
    memcpy(words + 2, there, size);
    words[4] = packet->later_fragment || packet->more_fragments
                   ? (uint64_t)packet->fragment << 16 | 1u << 8 | packet->protocol
                   : (uint64_t)here_port << 48 | (uint64_t)there_port << 32 | packet->protocol;
    for (unsigned i = 0; i < 5; i++)
        hash = mix(hash ^ words[i], key[1] | 1) + 0x9e3779b97f4a7c15u;
    return hash | 1;
}

static struct state *find(uint64_t exchange)
{
    struct state *set = states[(exchange >> 32) % SETS];

    for (unsigned i = 0; i < WAYS; i++)
        if (set[i].exchange == exchange)
            return &set[i];
    return NULL;
}

bool firewall_known(uint64_t exchange, const struct firewall_packet *packet, uint32_t now, uint32_t lifetime)
{
    struct state *state = find(exchange);

    if (state == NULL || state->until < now)
        return false;
    if (packet->begins)
        state->ending = false;
    if (packet->ends)
        state->ending = true;
    state->until = now + (state->ending && lifetime > FIREWALL_ENDING ? FIREWALL_ENDING : lifetime);
    return true;
}

/* A new one takes the place of the one that would be forgotten first: those that have only begun go before
 * those that last. */
void firewall_remember(uint64_t exchange, uint32_t now, uint32_t lifetime)
{
    struct state *set = states[(exchange >> 32) % SETS], *place = find(exchange);

    for (unsigned i = 0; place == NULL && i < WAYS; i++)
        if (set[i].until < now)
            place = &set[i];
    if (place == NULL) {
        place = set;
        for (unsigned i = 1; i < WAYS; i++)
            if (set[i].until < place->until)
                place = &set[i];
    }
    *place = (struct state){.exchange = exchange, .until = now + lifetime};
}
