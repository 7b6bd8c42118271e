/*
 * The local APIC's timer, in one-shot mode (Intel SDM volume 3, 11.5.4). How fast it counts is measured
 * against the clock when it is first needed.
 */
#include "parts.h"

#include <alarm.h>
#include <clock.h>
#include <config.h>
#ifdef CONFIG_LIB_MULTIPROCESSOR
#include <multiprocessor.h>
#endif

#define APIC_TIMER 0x320
#define APIC_INITIAL_COUNT 0x380
#define APIC_CURRENT_COUNT 0x390
#define APIC_DIVIDE 0x3e0
#define DIVIDE_BY_1 0xb
#define LOCAL_MASKED 0x10000

#define MEASURED 100000 /* nanoseconds */
#define BELIEVABLE                                                                                           \
    5000 /* nanoseconds that a reading of both may take; longer, and the host was elsewhere                  \
          */
#define ATTEMPTS 8

static uint64_t scale; /* ticks a nanosecond, as a binary fraction of 32 places; 0: not measured yet */

/* Each processor has its own timer. */
#ifdef CONFIG_LIB_MULTIPROCESSOR
static uint64_t armed_here[MULTIPROCESSOR_MAX] = {[0 ... MULTIPROCESSOR_MAX - 1] = ALARM_NEVER};
#define armed armed_here[multiprocessor_number()]
#else
static uint64_t armed = ALARM_NEVER;
#endif

struct reading {
    uint64_t time;
    uint32_t count;
};

static struct reading read_both(void)
{
    struct reading reading = {0, 0};
    uint64_t before;

    for (int i = 0; i < ATTEMPTS; i++) {
        before = clock_monotonic();
        reading.count = interrupts_apic_read(APIC_CURRENT_COUNT);
        reading.time = clock_monotonic();
        if (reading.time - before < BELIEVABLE)
            break;
    }
    return reading;
}

static void measure(void)
{
    interrupts_apic_write(APIC_DIVIDE, DIVIDE_BY_1);
    interrupts_apic_write(APIC_TIMER, LOCAL_MASKED | INTERRUPTS_ALARM);
    interrupts_apic_write(APIC_INITIAL_COUNT, UINT32_MAX);

    struct reading first = read_both(), last;
    while (last = read_both(), last.time - first.time < MEASURED) {
    }
    scale = ((uint64_t)(first.count - last.count) << 32) / (last.time - first.time);
    interrupts_apic_write(APIC_INITIAL_COUNT, 0);
    interrupts_apic_write(APIC_TIMER, INTERRUPTS_ALARM);
}

void interrupts_alarm_fired(void)
{
    armed = ALARM_NEVER;
}

/* Writing a register is what costs: an alarm that is set already and comes before is as good. */
void alarm_set(uint64_t deadline)
{
    uint64_t now, ticks;

    if (deadline >= armed)
        return;
    interrupts_setup();
    if (!scale)
        measure();
    now = clock_monotonic();
    ticks = deadline > now ? (uint64_t)((unsigned __int128)(deadline - now) * scale >> 32) + 1 : 1;
    armed = deadline;
    interrupts_apic_write(APIC_INITIAL_COUNT, ticks < UINT32_MAX ? (uint32_t)ticks : UINT32_MAX);
}

#ifdef CONFIG_LIB_MULTIPROCESSOR
/* It counts as fast as that of the first processor: the bus clock is one (SDM volume 3, 10.5.4). */
void interrupts_alarm_prepare(void)
{
    interrupts_apic_write(APIC_DIVIDE, DIVIDE_BY_1);
    interrupts_apic_write(APIC_TIMER, INTERRUPTS_ALARM);
}
#endif
