#include "parts.h"

#include <alarm.h>
#include <clock.h>
#include <idle.h>
#include <interrupts.h>

uint64_t idle_time;

bool idle(uint64_t deadline)
{
    uint64_t flags, since;

    if (deadline == IDLE_FOR_EVER && !interrupts_attached())
        return false;
    interrupts_setup();
    alarm_set(deadline);
    flags = interrupts_flags();
    since = clock_monotonic();
    __asm__ volatile("cli" : : : "memory");
    /* STI takes effect after HLT has begun: no interrupt is missed in between. */
    if (!interrupts_pending)
        __asm__ volatile("sti\n\thlt" : : : "memory");
    if (flags & RFLAGS_IF)
        __asm__ volatile("sti" : : : "memory");
    else
        __asm__ volatile("cli" : : : "memory");
    idle_time += clock_monotonic() - since;
    interrupts_run();
    return true;
}
