#include "parts.h"

#include <errno.h>
#include <interrupts.h>
#include <kernel_guard.h>
#include <stddef.h>
#ifdef CONFIG_LIB_MULTIPROCESSOR
#include <multiprocessor.h>
#endif
#ifdef CONFIG_LIB_SIGNAL_CONTEXT_X86_64
#include <signal_context_x86_64.h>
#endif

#define CR4_OSXSAVE (UINT64_C(1) << 18)
#define FXSAVE_SIZE 512 /* Intel SDM volume 1, 10.5.1 */
#define XSAVE_HEADER 512
#define XSAVE_HEADER_SIZE 64
#define XSAVE_ALIGNMENT 64

/* Where there are several processors, the last vectors are for what they tell each other, and what is pending
 * is for whichever comes first. */
#ifdef CONFIG_LIB_MULTIPROCESSOR
#define INTERRUPTS_BEYOND INTERRUPTS_ASK
#define PEND(bit) ((void)__atomic_or_fetch(&interrupts_pending, bit, __ATOMIC_SEQ_CST))
#else
#define INTERRUPTS_BEYOND INTERRUPTS_SPURIOUS
#define PEND(bit) ((void)(interrupts_pending |= (bit)))
#endif

volatile uint32_t interrupts_pending;

static struct {
    interrupts_handler *run;
    void *argument;
} handlers[INTERRUPTS_COUNT];

static unsigned attached; /* handlers, counted from behind the alarm */
static bool ready;
static size_t state_size; /* of the vector registers as XSAVE stores them; 0: FXSAVE */

bool interrupts_arrived(unsigned vector);
#if defined(CONFIG_LIB_KERNEL_GUARD) && defined(CONFIG_LIB_SIGNAL_CONTEXT_X86_64)
_Noreturn void interrupts_deliver(const struct trap_frame *frame);
#endif

void interrupts_setup(void)
{
    uint64_t cr4;

    if (ready)
        return;
    ready = true;
    __asm__("mov %%cr4, %0" : "=r"(cr4));
    if (cr4 & CR4_OSXSAVE) {
        uint32_t eax = 0xd, ebx, ecx = 0, edx; /* EBX: bytes for what is enabled (SDM volume 1, 13.2) */

        __asm__("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
        state_size = ebx;
    }
    interrupts_tables();
    interrupts_apic_setup();
}

bool interrupts_attached(void)
{
    return attached > 0;
}

int interrupts_attach(interrupts_handler *handler, void *argument)
{
    unsigned number = attached + 1;

    if (INTERRUPTS_FIRST + number == INTERRUPTS_BEYOND)
        return -ENOSPC;
    interrupts_setup();
    handlers[number].run = handler;
    handlers[number].argument = argument;
    attached++;
    return (int)(INTERRUPTS_FIRST + number);
}

void interrupts_on(void)
{
    interrupts_setup();
    __asm__ volatile("sti" : : : "memory");
}

/* With interrupts off, they come in here; STI takes effect after the instruction that follows it. */
void interrupts_run(void)
{
    if (ready && !(interrupts_flags() & RFLAGS_IF))
        __asm__ volatile("sti\n\tnop\n\tcli" : : : "memory");
    if (!interrupts_pending)
        return;
    for (uint32_t due = __atomic_exchange_n(&interrupts_pending, 0, __ATOMIC_SEQ_CST); due; due &= due - 1) {
        int number = __builtin_ctz(due);

        if (handlers[number].run)
            handlers[number].run(handlers[number].argument);
    }
}

#ifdef CONFIG_LIB_KERNEL_GUARD
/* The interrupted code made no call: its vector registers are live, and kept on its stack. */
static void switch_thread(void)
{
    if (state_size) {
        char memory[state_size + XSAVE_ALIGNMENT];
        char *area = (char *)(((uintptr_t)memory + XSAVE_ALIGNMENT - 1) & ~(uintptr_t)(XSAVE_ALIGNMENT - 1));

        for (size_t i = 0; i < XSAVE_HEADER_SIZE; i++)
            area[XSAVE_HEADER + i] = 0; /* XSAVE writes a part of it, XRSTOR wants zeroes in the rest */
        __asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(-1), "d"(-1) : "memory");
        kernel_guard_switch();
        __asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"(-1), "d"(-1) : "memory");
    } else {
        char area[FXSAVE_SIZE] __attribute__((aligned(16)));

        __asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
        kernel_guard_switch();
        __asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
    }
}
#endif

#if defined(CONFIG_LIB_KERNEL_GUARD) && defined(CONFIG_LIB_SIGNAL_CONTEXT_X86_64)
/* On the interrupted thread's stack, with interrupts off. */
_Noreturn void interrupts_deliver(const struct trap_frame *frame)
{
    char memory[signal_context_whole()];
    struct signal_context *context = signal_context_place(memory);

    signal_context_interrupted(context, frame, 0);
    kernel_guard_try();
    __asm__ volatile("sti" : : : "memory");
    kernel_guard_deliver(context);
    signal_context_resume(context);
}
#endif

/* Called by the stubs, with interrupts off. Returns whether a signal is to be handled before the interrupted
 * code goes on. */
bool interrupts_arrived(unsigned vector)
{
    if (vector == INTERRUPTS_SPURIOUS)
        return false; /* has no end: SDM volume 3, 11.9 */
#ifdef CONFIG_LIB_MULTIPROCESSOR
    if (vector == INTERRUPTS_FORGET) {
        multiprocessor_answer();
        interrupts_apic_end();
        return false;
    }
#endif
    if (vector == INTERRUPTS_ALARM)
        interrupts_alarm_fired();
    PEND(UINT32_C(1) << (vector - INTERRUPTS_FIRST));
    interrupts_apic_end();
#ifdef CONFIG_LIB_KERNEL_GUARD
    if (!kernel_guard_try())
        return false;
    do {
        __asm__ volatile("sti" : : : "memory");
        if (kernel_guard_run())
            switch_thread();
        __asm__ volatile("cli" : : : "memory");
    } while (!kernel_guard_release());
    return kernel_guard_delivers();
#else
    return false;
#endif
}
