#include "pvclock_time.h"

#include <stdbool.h>

#define NANOSECONDS UINT64_C(1000000000)

uint64_t pvclock_time_scaled(uint64_t ticks, uint32_t multiplier, int shift)
{
    ticks = shift >= 0 ? ticks << shift : ticks >> -shift;
    return (uint64_t)((unsigned __int128)ticks * multiplier >> 32);
}

/* The writer is another processor at most, and x86_64 keeps the order of stores and of loads: the compiler is
 * to. */
static uint32_t begin(const volatile uint32_t *version)
{
    uint32_t begun;

    while ((begun = __atomic_load_n(version, __ATOMIC_ACQUIRE)) & 1)
        ;
    return begun;
}

static bool unchanged(const volatile uint32_t *version, uint32_t begun)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(version, __ATOMIC_RELAXED) == begun;
}

uint64_t pvclock_time_read(const volatile struct pvclock_time *time, uint64_t (*counter)(void))
{
    uint64_t result;
    uint32_t version;

    do {
        version = begin(&time->version);
        result =
            time->nanoseconds + pvclock_time_scaled(counter() - time->counter, time->multiplier, time->shift);
    } while (!unchanged(&time->version, version));
    return result;
}

uint64_t pvclock_time_wall(const volatile struct pvclock_wall *wall)
{
    uint64_t result;
    uint32_t version;

    do {
        version = begin(&wall->version);
        result = wall->seconds * NANOSECONDS + wall->nanoseconds;
    } while (!unchanged(&wall->version, version));
    return result;
}
