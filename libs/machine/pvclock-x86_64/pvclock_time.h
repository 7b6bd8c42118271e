/*
 * What the hypervisor writes, and what is made of it.
 *
 * `version` is odd while it writes, and another one afterwards: a reading counts if it was even before and is
 * the same after. pvclock_time_read() calls `counter` for the processor's counter, between the two looks at
 * the version.
 */
#pragma once

#include <stdint.h>

/* struct pvclock_vcpu_time_info */
struct pvclock_time {
    uint32_t version;
    uint32_t padding0;
    uint64_t counter;     /* what the processor's counter read */
    uint64_t nanoseconds; /* at that moment */
    uint32_t multiplier;  /* nanoseconds a tick, as a binary fraction of 32 places, after the shift */
    int8_t shift;         /* of ticks: to the left, or by its absolute value to the right */
    uint8_t flags;
    uint8_t padding1[2];
};
_Static_assert(sizeof(struct pvclock_time) == 32, "the hypervisor's layout");

/* struct pvclock_wall_clock */
struct pvclock_wall {
    uint32_t version;
    uint32_t seconds;
    uint32_t nanoseconds;
};

uint64_t pvclock_time_scaled(uint64_t ticks, uint32_t multiplier, int shift);
uint64_t pvclock_time_read(const volatile struct pvclock_time *time, uint64_t (*counter)(void));
uint64_t pvclock_time_wall(const volatile struct pvclock_wall *wall);
