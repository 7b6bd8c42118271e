#include "parts.h"

#include <interrupts_x86_64.h>

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
