/* What each further processor has of its own. */
#include "trap_tables.h"

#include <config.h>
#include <multiprocessor.h>
#include <seal.h>
#include <traps_x86_64.h>

static SEALED struct tss states[MULTIPROCESSOR_MAX];
static SEALED uint64_t tables[MULTIPROCESSOR_MAX][TRAP_GDT_ENTRIES];

static void set_stack(struct tss *state, unsigned number, uintptr_t end)
{
    state->ist[2 * (number - 1)] = (uint32_t)end;
    state->ist[2 * (number - 1) + 1] = (uint32_t)((uint64_t)end >> 32);
}

/* The image, and so the table, lies below 4 GiB. */
void traps_processor(unsigned number, uintptr_t stack_end, uintptr_t arrival_end)
{
    static const uint64_t first[] = TRAP_GDT;
    struct tss *state = &states[number];
    uint64_t base = (uintptr_t)state;

    set_stack(state, TRAP_IST, stack_end);
    set_stack(state, TRAP_IST + 1, arrival_end);
    state->io_map = sizeof *state;
    for (size_t i = 0; i < TRAP_GDT_ENTRIES; i++)
        tables[number][i] = first[i];
    tables[number][2] |= (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56;
}

void traps_processor_load(unsigned number)
{
    struct trap_table table = {sizeof tables[number] - 1, (uintptr_t)tables[number]};

    __asm__ volatile("lgdt %0\n\tltr %w1" : : "m"(table), "r"(TSS_SELECTOR) : "memory");
}
