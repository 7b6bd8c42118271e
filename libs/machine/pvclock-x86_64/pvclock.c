#include "pvclock_time.h"

#include <pvclock.h>

/* Linux, Documentation/virt/kvm/x86/cpuid.rst and msr.rst. */
#define LEAF_SIGNATURE 0x40000000
#define LEAF_FEATURES 0x40000001
#define FEATURE_CLOCK 0x8 /* KVM_FEATURE_CLOCKSOURCE2 */
#define MSR_WALL 0x4b564d00
#define MSR_TIME 0x4b564d01
#define MSR_TIME_ENABLED 1
#define CPUID_1_ECX_HYPERVISOR (1u << 31)

/* The hypervisor writes here. The image is mapped to its own addresses; neither crosses a page. */
static volatile struct pvclock_time time __attribute__((aligned(32)));
static volatile struct pvclock_wall wall __attribute__((aligned(16)));

static void cpuid(uint32_t leaf, uint32_t out[4])
{
    __asm__("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3]) : "a"(leaf), "c"(0));
}

static void write_msr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

/* Not before what comes earlier in the program: Intel SDM volume 2, RDTSC. */
static uint64_t counter(void)
{
    uint32_t low, high;

    __asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

static bool offered(void)
{
    uint32_t r[4];

    cpuid(1, r);
    if (!(r[2] & CPUID_1_ECX_HYPERVISOR))
        return false;
    cpuid(LEAF_SIGNATURE, r);
    if (r[1] != 0x4b4d564b || r[2] != 0x564b4d56 || r[3] != 0x4d) /* KVMKVMKVM */
        return false;
    cpuid(LEAF_FEATURES, r);
    return r[0] & FEATURE_CLOCK;
}

bool pvclock_start(void)
{
    if (!offered())
        return false;
    write_msr(MSR_TIME, (uintptr_t)&time | MSR_TIME_ENABLED);
    return time.version != 0 && time.multiplier != 0;
}

uint64_t pvclock_read(void)
{
    return pvclock_time_read(&time, counter);
}

uint64_t pvclock_boot_time(void)
{
    write_msr(MSR_WALL, (uintptr_t)&wall);
    return pvclock_time_wall(&wall);
}
