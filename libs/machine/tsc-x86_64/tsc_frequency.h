/*
 * What can be said about the time-stamp counter's frequency without touching the hardware.
 */
#pragma once

#include <stdint.h>

/* The leaves of CPUID that tell it; all zero where the processor has no such leaf. */
struct tsc_leaves {
    uint32_t denominator;    /* 15H EAX */
    uint32_t numerator;      /* 15H EBX: counter / crystal clock is numerator / denominator */
    uint32_t crystal;        /* 15H ECX: Hz */
    uint32_t base_mhz;       /* 16H EAX: the processor's base frequency */
    uint32_t hypervisor_khz; /* 40000010H EAX: the counter's frequency, as the hypervisor says */
};

/* The frequency in Hz, 0 if the leaves do not tell it. */
uint64_t tsc_frequency_told(const struct tsc_leaves *leaves);

/* The frequency in Hz when the counter went `ticks` further while the 8254 counted `count` of its own (not
 * 0). */
uint64_t tsc_frequency_measured(uint64_t ticks, unsigned count);
