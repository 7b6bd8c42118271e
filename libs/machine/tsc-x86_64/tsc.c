/*
 * The time-stamp counter (Intel SDM volume 3, 19.17). Where CPUID does not tell its frequency it is measured
 * against channel 2 of the 8254 timer, the one that no interrupt hangs on.
 */
#include "tsc_frequency.h"

#include <cycle_counter.h>
#include <port_io.h>

#define TIMER_CHANNEL2 0x42
#define TIMER_CONTROL 0x43
#define CONTROL_CHANNEL2_MODE0 0xb0 /* low byte then high byte, count down once */
#define CONTROL_READ_BACK 0xc8      /* latch status and count of channel 2 */
#define STATUS_OUT 0x80             /* the count reached 0 */
#define STATUS_NULL 0x40            /* the count that was written is not loaded yet */
#define PORT_B 0x61                 /* bit 0: gate of channel 2, bit 1: loudspeaker */

#define MEASURED 11932   /* counts, 10 ms */
#define PATIENCE 1000000 /* samples; a timer that does not count must not hang the image */
#define ATTEMPTS 100     /* a busy host may stop us for longer than the timer counts, many times in a row */

struct sample {
    uint64_t ticks;
    uint8_t status;
    unsigned count;
};

static void cpuid(uint32_t leaf, uint32_t out[4])
{
    __asm__("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3]) : "a"(leaf), "c"(0));
}

/* Intel SDM volume 2, CPUID; the hypervisor's range and its leaf 40000010H are a convention of the
 * hypervisors. */
static struct tsc_leaves read_leaves(void)
{
    struct tsc_leaves leaves = {0};
    uint32_t r[4];

    cpuid(1, r);
    if (r[2] >> 31) {
        cpuid(0x40000000, r);
        if (r[0] >= 0x40000010 && r[0] <= 0x400000ff) {
            cpuid(0x40000010, r);
            leaves.hypervisor_khz = r[0];
        }
    }
    cpuid(0, r);
    uint32_t last = r[0];
    if (last >= 0x15) {
        cpuid(0x15, r);
        leaves.denominator = r[0];
        leaves.numerator = r[1];
        leaves.crystal = r[2];
    }
    if (last >= 0x16) {
        cpuid(0x16, r);
        leaves.base_mhz = r[0] & 0xffff;
    }
    return leaves;
}

/* Both clocks at (nearly) one moment: the timer's count is latched right before the counter is read. */
static struct sample sample(void)
{
    struct sample s;

    port_write8(TIMER_CONTROL, CONTROL_READ_BACK);
    s.ticks = cycle_counter_read();
    s.status = port_read8(TIMER_CHANNEL2);
    s.count = port_read8(TIMER_CHANNEL2);
    s.count |= (unsigned)port_read8(TIMER_CHANNEL2) << 8;
    return s;
}

static uint64_t measure(void)
{
    port_write8(PORT_B, (port_read8(PORT_B) & ~2) | 1);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        port_write8(TIMER_CONTROL, CONTROL_CHANNEL2_MODE0);
        port_write8(TIMER_CHANNEL2, 0xff);
        port_write8(TIMER_CHANNEL2, 0xff);

        int patience = PATIENCE;
        struct sample first = sample();
        while ((first.status & STATUS_NULL) && --patience > 0)
            first = sample();
        struct sample last = first;
        while (!(last.status & STATUS_OUT) && first.count - last.count < MEASURED && --patience > 0)
            last = sample();

        if (patience <= 0)
            break; /* nobody answers at the port */
        /* Past 0 the count starts over: the host kept us away for 55 ms. */
        if (!(last.status & STATUS_OUT))
            return tsc_frequency_measured(last.ticks - first.ticks, first.count - last.count);
    }
    return 0;
}

uint64_t cycle_counter_read(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

uint64_t cycle_counter_frequency(void)
{
    struct tsc_leaves leaves = read_leaves();
    uint64_t frequency = tsc_frequency_told(&leaves);

    return frequency != 0 ? frequency : measure();
}
