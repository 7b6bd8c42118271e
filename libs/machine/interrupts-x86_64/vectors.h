/* Which vectors are used: those after the processor's exceptions (Intel SDM volume 3, 6.2). Assembly includes
 * this too. */
#pragma once

#define INTERRUPTS_FIRST 32
#define INTERRUPTS_COUNT 32
#define INTERRUPTS_ALARM 32 /* the local APIC's timer */
#define INTERRUPTS_SPURIOUS                                                                                  \
    63 /* its low four bits are ones, as some processors want (SDM volume 3, 11.9)                           \
        */
