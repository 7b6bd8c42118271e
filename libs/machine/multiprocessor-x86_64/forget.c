/*
 * Pages that all processors look up anew (Intel SDM volume 3, 4.10.5).
 */
#include "parts.h"

#include <interrupts_x86_64.h>

#define PAGE ((uintptr_t)4096)
#define FEW 32 /* pages that are forgotten one by one */

static struct {
    uintptr_t start, end;
} range; /* changes only while nobody has still to answer */

static unsigned joined = 1;       /* one bit a processor; changes in the guard */
static volatile unsigned waiting; /* for the answers of these */

static void forget_all(void)
{
    uint64_t cr3;

    __asm__ volatile("mov %%cr3, %0\n\tmov %0, %%cr3" : "=r"(cr3) : : "memory");
}

void multiprocessor_join(void)
{
    forget_all();
    joined |= 1u << multiprocessor_number();
}

/* With interrupts off, because the interrupt does the same, and the range may be another one afterwards. */
void multiprocessor_answer(void)
{
    uint64_t flags;

    __asm__ volatile("pause");
    if (!__atomic_load_n(&waiting, __ATOMIC_RELAXED))
        return;
    __asm__ volatile("pushfq\n\tpop %0\n\tcli" : "=r"(flags) : : "memory");
    unsigned self = 1u << multiprocessor_number();
    if (__atomic_load_n(&waiting, __ATOMIC_SEQ_CST) & self) {
        if (range.end == 0 || range.end - range.start > FEW * PAGE)
            forget_all();
        else
            for (uintptr_t at = range.start; at < range.end; at += PAGE)
                __asm__ volatile("invlpg (%0)" : : "r"(at) : "memory");
        __atomic_and_fetch(&waiting, ~self, __ATOMIC_SEQ_CST);
    }
    __asm__ volatile("push %0\n\tpopfq" : : "r"(flags) : "memory", "cc");
}

void multiprocessor_forget(uintptr_t start, uintptr_t end)
{
    unsigned others = joined & ~(1u << multiprocessor_number());

    if (!others || multiprocessor_alone)
        return;
    range.start = start;
    range.end = end;
    __atomic_store_n(&waiting, others, __ATOMIC_SEQ_CST);
    for (unsigned left = others; left; left &= left - 1)
        interrupts_send(multiprocessor_ids[__builtin_ctz(left)], INTERRUPTS_FORGET);
    while (__atomic_load_n(&waiting, __ATOMIC_SEQ_CST))
        __asm__ volatile("pause");
}
