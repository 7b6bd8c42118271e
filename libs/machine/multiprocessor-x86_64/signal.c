#include "parts.h"

#include <interrupts_x86_64.h>

volatile bool multiprocessor_stopping;

void multiprocessor_ask(unsigned number)
{
    interrupts_send(multiprocessor_ids[number], INTERRUPTS_ASK);
}

bool multiprocessor_devices(void)
{
    return interrupts_expected();
}

/* STI takes effect after HLT has begun: no interrupt is missed in between. */
void multiprocessor_halt(bool (*unless)(void))
{
    __asm__ volatile("cli" : : : "memory");
    if (unless())
        __asm__ volatile("sti" : : : "memory");
    else
        __asm__ volatile("sti\n\thlt" : : : "memory");
}

/* Interrupts may be off where the others are, but not this one (Intel SDM volume 3, 6.7). */
void multiprocessor_stop(void)
{
    static unsigned who;
    unsigned self = multiprocessor_number() + 1, nobody = 0;

    if (!__atomic_compare_exchange_n(&who, &nobody, self, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        if (nobody == self)
            return;
        for (;;)
            __asm__ volatile("cli\n\thlt");
    }
    multiprocessor_stopping = true;
    if (multiprocessor_count > 1)
        interrupts_send(0, INTERRUPTS_SEND_STOP);
}
