/* The tables that the processor is given. */
#pragma once

#include <descriptor_tables_x86_64.h>
#include <stddef.h>
#include <stdint.h>

#define TSS_SELECTOR 0x10
#define TRAP_IST 1

/* Intel SDM volume 3, 7.7: 64-bit TSS. Only the stacks for exceptions and for interrupts that arrive are
 * used. */
struct tss {
    uint32_t reserved_0;
    uint32_t rsp[6];
    uint32_t reserved_1[2];
    uint32_t ist[14]; /* seven addresses, each as its low and its high half, for they are not aligned to 8 */
    uint32_t reserved_2[2];
    uint16_t reserved_3;
    uint16_t io_map; /* behind the limit: no port is open to user mode */
};
_Static_assert(sizeof(struct tss) == 104, "SDM figure 7-11");

/* Written by the processor, which marks the TSS as busy. Intel SDM volume 3, 3.4.5 and 7.2.3. */
#define TRAP_GDT_ENTRIES 4
#define TRAP_GDT                                                                                             \
    {                                                                                                        \
        0, 0x00af9b000000ffff,                             /* 64-bit code, accessed */                       \
            0x0000890000000000 | (sizeof(struct tss) - 1), /* available 64-bit TSS; its base follows */      \
            0,                                                                                               \
    }
