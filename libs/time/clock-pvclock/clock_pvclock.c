/*
 * On KVM the hypervisor says what the counter's ticks are worth, and goes on to do so when the machine is
 * moved to another processor; it also knows the time of day to the nanosecond. Elsewhere the counter's speed
 * is constant.
 */
#include <clock.h>
#include <cycle_counter.h>
#include <panic.h>
#include <pvclock.h>
#include <rtc.h>
#include <stdbool.h>

#define NANOSECONDS UINT64_C(1000000000)

static enum { UNKNOWN, HYPERVISOR, COUNTER } source;
static uint64_t scale;  /* nanoseconds a tick of the counter, as a binary fraction of 32 places */
static uint64_t latest; /* a machine that moves must not go back in time */
static uint64_t offset; /* what the time of day is ahead of the monotonic clock */
static bool offset_known;

static void find(void)
{
    uint64_t frequency;

    if (pvclock_start()) {
        source = HYPERVISOR;
        return;
    }
    frequency = cycle_counter_frequency();
    if (frequency == 0)
        panic("clock: nothing tells the frequency of the processor's counter");
    scale = (NANOSECONDS << 32) / frequency;
    source = COUNTER;
}

uint64_t clock_monotonic(void)
{
    uint64_t now;

    if (source == UNKNOWN)
        find();
    if (source == COUNTER)
        return (uint64_t)((unsigned __int128)cycle_counter_read() * scale >> 32);
    now = pvclock_read();
    if (now < latest)
        return latest;
    latest = now;
    return now;
}

static uint64_t find_offset(uint64_t now)
{
    uint64_t boot = source == HYPERVISOR ? pvclock_boot_time() : 0, seconds;

    if (boot != 0)
        return boot;
    return rtc_read(&seconds) == 0 ? seconds * NANOSECONDS - now : 0; /* without a date: 1970 */
}

uint64_t clock_realtime(void)
{
    uint64_t now = clock_monotonic();

    if (!offset_known) {
        offset = find_offset(now);
        offset_known = true;
    }
    return now + offset;
}

void clock_set_realtime(uint64_t now)
{
    offset = now - clock_monotonic();
    offset_known = true;
}
