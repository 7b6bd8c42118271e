/* The end: one processor stops the others, to be alone with what they left. */
#include "parts.h"

#include <clock.h>
#include <interrupts_x86_64.h>

#define PATIENCE UINT64_C(1000000000) /* nanoseconds: a busy host may keep a processor from running */

volatile bool multiprocessor_stopping, multiprocessor_alone;

static struct {
    uintptr_t pc, frame;
    volatile bool stopped;
} places[MULTIPROCESSOR_MAX];

static _Noreturn void halt(void)
{
    for (;;)
        __asm__ volatile("cli\n\thlt");
}

_Noreturn void multiprocessor_stopped(uintptr_t pc, uintptr_t frame)
{
    unsigned self = multiprocessor_number();

    places[self].pc = pc;
    places[self].frame = frame;
    __atomic_store_n(&places[self].stopped, true, __ATOMIC_SEQ_CST);
    halt();
}

bool multiprocessor_place(unsigned number, uintptr_t *pc, uintptr_t *frame)
{
    if (number >= multiprocessor_count || !places[number].stopped)
        return false;
    *pc = places[number].pc;
    *frame = places[number].frame;
    return true;
}

/* Interrupts may be off where the others are, but not this one (Intel SDM volume 3, 6.7). It is sent to each:
 * a processor that is being started could not take it. */
void multiprocessor_stop(void)
{
    static unsigned who;
    unsigned self = multiprocessor_number(), nobody = 0;
    uint64_t end;

    if (!__atomic_compare_exchange_n(&who, &nobody, self + 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        if (nobody == self + 1)
            return;
        halt();
    }
    multiprocessor_stopping = true;
    if (multiprocessor_count == 1)
        return;
    for (unsigned i = 0; i < multiprocessor_count; i++)
        if (i != self)
            interrupts_send(multiprocessor_ids[i], INTERRUPTS_SEND_STOP);
    end = clock_monotonic() + PATIENCE;
    for (unsigned i = 0; i < multiprocessor_count; i++)
        while (i != self && !places[i].stopped && clock_monotonic() < end)
            __asm__ volatile("pause");
    multiprocessor_alone = true;
}
