#include <config.h>
#include <seal.h>
#include <trap_report.h>
#include <traps_x86_64.h>

#define CODE_SELECTOR 0x08
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

/* Intel SDM volume 3, 6.14.1 */
struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t ist;
    uint8_t type;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

#define GATE_INTERRUPT 0x8e /* present, for ring 0, interrupts off inside */

struct pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

extern char trap_stubs[];

static SEALED struct tss tss;
static SEALED struct gate idt[TRAP_COUNT];

/* Written by the processor, which marks the TSS as busy. Intel SDM volume 3, 3.4.5 and 7.2.3. */
#define GDT                                                                                                  \
    {                                                                                                        \
        0, 0x00af9b000000ffff,                      /* 64-bit code, accessed */                              \
            0x0000890000000000 | (sizeof(tss) - 1), /* available 64-bit TSS; its base follows */             \
            0,                                                                                               \
    }
#ifdef CONFIG_LIB_SEAL
static const uint64_t first_gdt[] = GDT;
static SEALED uint64_t gdt[sizeof first_gdt / sizeof *first_gdt];
#else
static uint64_t gdt[] = GDT;
#endif

void traps_init(void)
{
    uint64_t base = (uintptr_t)&tss;
    struct pointer gdt_pointer = {sizeof gdt - 1, (uintptr_t)gdt};
    struct pointer idt_pointer = {sizeof idt - 1, (uintptr_t)idt};

#ifdef CONFIG_LIB_SEAL
    for (size_t i = 0; i < sizeof gdt / sizeof *gdt; i++)
        gdt[i] = first_gdt[i];
#endif
    tss.ist[0] = (uint32_t)(uintptr_t)trap_stack_top; /* the image lies below 4 GiB */
#ifdef CONFIG_LIB_PAGE_FAULT
    tss.ist[2] = (uint32_t)(uintptr_t)trap_arrival_top; /* the second, for interrupts */
#endif
    tss.io_map = sizeof tss;
    gdt[2] |= (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56;
    for (size_t i = 0; i < TRAP_COUNT; i++) {
        uintptr_t stub = (uintptr_t)trap_stubs + 8 * i;

        idt[i].offset_low = (uint16_t)stub;
        idt[i].selector = CODE_SELECTOR;
        idt[i].ist = TRAP_IST;
        idt[i].type = GATE_INTERRUPT;
        idt[i].offset_middle = (uint16_t)(stub >> 16);
    }
    __asm__ volatile("lgdt %0\n\tltr %w2\n\tlidt %1"
                     :
                     : "m"(gdt_pointer), "m"(idt_pointer), "r"(TSS_SELECTOR)
                     : "memory");
}
