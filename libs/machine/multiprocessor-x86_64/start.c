/*
 * The first processor starts the others one by one (Intel SDM volume 3, 8.4.4.1: INIT, then the startup
 * interrupt, which is repeated where nobody has come).
 */
#include "madt.h"
#include "parts.h"

#include <acpi.h>
#include <clock.h>
#include <config.h>
#include <descriptor_tables_x86_64.h>
#include <interrupts_x86_64.h>
#include <page_protection.h>
#include <pages.h>
#include <seal.h>
#include <traps_x86_64.h>
#ifdef CONFIG_LIB_LOG
#include <log.h>
#endif

#define MILLISECOND UINT64_C(1000000)
#define AFTER_INIT (10 * MILLISECOND)
#define PATIENCE (20 * MILLISECOND)        /* before the second attempt, */
#define PATIENCE_LAST (2000 * MILLISECOND) /* and after it: a busy host may keep a processor waiting */

#define EFER_ACTIVE (UINT64_C(1) << 10) /* set by the processor when it is in long mode */

/* A processor's pages: two for exceptions, the first of which guards the stack, then a guard and its stack.
 */
#define TRAP_PAGES 2
#define ARRIVAL 128 /* bytes of the stack for interrupts' arrival, as in trap_stubs.S */
#define STACK_PAGES (MULTIPROCESSOR_STACK / PAGE_SIZE)
#define PAGES (TRAP_PAGES + 1 + STACK_PAGES)

struct words {
    uint32_t cr0, cr3, efer;
    uint32_t target;
    uint16_t selector;
    uint16_t table_limit;
    uint32_t table;
} __attribute__((packed));

extern const char multiprocessor_trampoline[], multiprocessor_trampoline_end[],
    multiprocessor_trampoline_words[];
extern char multiprocessor_begin[];

volatile uint32_t multiprocessor_ticket;
SEALED uintptr_t multiprocessor_stacks[MULTIPROCESSOR_MAX];
SEALED uint32_t multiprocessor_ids[MULTIPROCESSOR_MAX];
volatile bool multiprocessor_arrived[MULTIPROCESSOR_MAX];
unsigned multiprocessor_count = 1;
SEALED void (*multiprocessor_entry)(unsigned number);
SEALED struct multiprocessor_registers multiprocessor_registers;

static void read_registers(struct multiprocessor_registers *r)
{
    __asm__ volatile("mov %%cr0, %0\n\tmov %%cr3, %1\n\tmov %%cr4, %2"
                     : "=r"(r->cr0), "=r"(r->cr3), "=r"(r->cr4));
    r->efer = multiprocessor_msr(MSR_EFER);
    r->pat = multiprocessor_msr(MSR_PAT);
    if (r->cr4 & CR4_OSXSAVE) {
        uint32_t low, high;

        __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
        r->xcr0 = (uint64_t)high << 32 | low;
    }
}

/* The page stays as it is: one that comes late finds what it needs in order to stop. */
static bool make_trampoline(void)
{
    char *page = (char *)multiprocessor_low_page;
    uintptr_t start = (uintptr_t)multiprocessor_trampoline;
    size_t size = (uintptr_t)multiprocessor_trampoline_end - start;
    struct words *words = (struct words *)(page + ((uintptr_t)multiprocessor_trampoline_words - start));
    struct trap_table table;

    for (size_t i = 0; i < size; i++)
        page[i] = multiprocessor_trampoline[i];
    __asm__ volatile("sgdt %0" : "=m"(table));
    words->cr0 = (uint32_t)multiprocessor_registers.cr0;
    words->cr3 = (uint32_t)multiprocessor_registers.cr3;
    words->efer = (uint32_t)(multiprocessor_registers.efer & ~EFER_ACTIVE);
    words->target = (uint32_t)(uintptr_t)multiprocessor_begin;
    words->table_limit = table.limit;
    words->table = (uint32_t)table.base;
    return page_protect((uintptr_t)page, 1, PAGE_READ | PAGE_EXEC) == 0;
}

static bool give_stacks(unsigned number)
{
    char *pages = pages_alloc(PAGES);
    uintptr_t trap = (uintptr_t)pages + PAGE_SIZE, guard = trap + PAGE_SIZE;

    if (!pages)
        return false;
    if (page_protect((uintptr_t)pages, 1, PAGE_NONE) || page_protect(guard, 1, PAGE_NONE)) {
        page_protect((uintptr_t)pages, 1, PAGE_READ | PAGE_WRITE);
        pages_free(pages, PAGES);
        return false;
    }
    traps_processor(number, trap + PAGE_SIZE, trap + ARRIVAL);
    multiprocessor_stacks[number] = (uintptr_t)pages + PAGES * PAGE_SIZE;
    return true;
}

static bool wait_for(unsigned number, uint64_t patience)
{
    uint64_t end = clock_monotonic() + patience;

    while (!multiprocessor_arrived[number] && clock_monotonic() < end)
        __asm__ volatile("pause");
    return multiprocessor_arrived[number];
}

static bool start(unsigned number, uint32_t id)
{
    uint32_t startup = INTERRUPTS_SEND_STARTUP | (uint32_t)(multiprocessor_low_page / PAGE_SIZE);

    __atomic_store_n(&multiprocessor_ticket, number, __ATOMIC_SEQ_CST);
    interrupts_send(id, startup);
    if (wait_for(number, PATIENCE))
        return true;
    interrupts_send(id, startup);
    if (wait_for(number, PATIENCE_LAST))
        return true;
    /* It may have taken the ticket this moment: then it comes indeed. */
    return __atomic_exchange_n(&multiprocessor_ticket, 0, __ATOMIC_SEQ_CST) == 0 &&
           wait_for(number, PATIENCE_LAST);
}

unsigned multiprocessor_start(void (*entry)(unsigned number))
{
    uint32_t found[MULTIPROCESSOR_MAX + 1];
    size_t length, listed;
    const void *table = acpi_table("APIC", &length);

    interrupts_setup();
    multiprocessor_ids[0] = interrupts_processor_id();
    multiprocessor_entry = entry;
    read_registers(&multiprocessor_registers);
    listed = table ? multiprocessor_listed(table, length, found, MULTIPROCESSOR_MAX) : 0;
    if (listed < 2 || !multiprocessor_low_page || !make_trampoline())
        return multiprocessor_count;
    for (size_t i = 0; i < listed; i++)
        if (found[i] != multiprocessor_ids[0])
            interrupts_send(found[i], INTERRUPTS_SEND_INIT);
    for (uint64_t end = clock_monotonic() + AFTER_INIT; clock_monotonic() < end;)
        __asm__ volatile("pause");
    for (size_t i = 0; i < listed && multiprocessor_count < MULTIPROCESSOR_MAX; i++) {
        if (found[i] == multiprocessor_ids[0])
            continue;
        if (give_stacks(multiprocessor_count) && start(multiprocessor_count, found[i])) {
            multiprocessor_count++;
            continue;
        }
#ifdef CONFIG_LIB_LOG
        log_write(LOG_WARNING, "processors: the one with local APIC %u does not start", found[i]);
#endif
    }
#ifdef CONFIG_LIB_LOG
    log_write(LOG_INFO, "processors: %u of %u run", multiprocessor_count, (unsigned)listed);
#endif
    return multiprocessor_count;
}
