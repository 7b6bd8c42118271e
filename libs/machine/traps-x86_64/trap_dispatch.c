/* An exception that is not the end: memory that is given when it is touched, and what the application
 * handles. */
#include "trap_dispatch.h"

#include <config.h>
#include <stdbool.h>
#ifdef CONFIG_LIB_ACCESS_PROBE
#include <access_probe.h>
#endif
#ifdef CONFIG_LIB_FAULT_SIGNAL
#include <fault_signal.h>
#include <signal_context_fault.h>
#include <signal_context_x86_64.h>
#endif
#ifdef CONFIG_LIB_PAGE_FAULT
#include <page_fault.h>
#endif
#ifdef CONFIG_LIB_MULTIPROCESSOR
#include <multiprocessor.h>
#endif
#ifdef CONFIG_LIB_SCHED_PARALLEL
#include <sched_parallel.h>
#endif

#ifdef CONFIG_LIB_MULTIPROCESSOR
#define TRAP_NMI 2
#define HERE [multiprocessor_number()] /* each processor has its own */
#define EACH [MULTIPROCESSOR_MAX]
#else
#define HERE
#define EACH
#endif

#ifdef CONFIG_LIB_PAGE_FAULT
/* Page-fault error code, Intel SDM volume 3, 4.7. */
#define FAULT_PROTECTION 0x01
#define FAULT_WRITE 0x02
#define FAULT_RESERVED 0x08
#define FAULT_EXECUTE 0x10

#if defined(CONFIG_LIB_SCHED_PARALLEL) && defined(CONFIG_LIB_FAULT_SIGNAL)
/* Why a fault is not resolved is asked before another processor resolves one. */
static struct {
    struct fault fault;
    bool known;
} reasons[MULTIPROCESSOR_MAX];
#endif

static bool resolve(const struct trap_frame *frame, uint64_t address)
{
    static bool resolving EACH; /* a fault of the one who resolves faults overwrites the first one's frame */
    uint64_t error = frame->error;
    bool resolved;

    if (resolving HERE || (error & FAULT_RESERVED))
        return false;
    resolving HERE = true;
#ifdef CONFIG_LIB_SCHED_PARALLEL
    bool seized = kernel_guard_seize();
#endif
    resolved = page_fault_resolve(address, (error & FAULT_EXECUTE ? PAGE_FAULT_EXECUTE
                                            : error & FAULT_WRITE ? PAGE_FAULT_WRITE
                                                                  : PAGE_FAULT_READ) |
                                               (error & FAULT_PROTECTION ? PAGE_FAULT_PRESENT : 0));
#ifdef CONFIG_LIB_SCHED_PARALLEL
#ifdef CONFIG_LIB_FAULT_SIGNAL
    reasons HERE.known = !resolved && signal_context_fault(frame, address, &reasons HERE.fault);
#endif
    kernel_guard_cede(seized);
#endif
    resolving HERE = false;
    return resolved;
}
#endif

#ifdef CONFIG_LIB_FAULT_SIGNAL
#define RFLAGS_IF (UINT64_C(1) << 9)
#define RFLAGS_USER UINT64_C(0x50dd5) /* what a program may change: Intel SDM volume 1, 3.4.3 */

/* A fault on its way to the stack on which it will be handled. Until it is there nothing else happens, for
 * interrupts are off, but page faults of that stack. */
static struct {
    struct trap_frame frame;
    uint64_t address;
    struct fault fault;
    bool under_way;
} passed_fault EACH;
#define passed (passed_fault HERE)

/* On that stack. Its first words are filled in here, where a fault can be dealt with. */
static _Noreturn void arrive(void)
{
    char memory[signal_context_whole()];
    struct signal_context *context = signal_context_place(memory);
    struct fault fault = passed.fault;

    ((uintptr_t *)__builtin_frame_address(0))[1] = passed.frame.rip; /* for backtraces */
    signal_context_interrupted(context, &passed.frame, passed.address);
    passed.under_way = false;
    if (passed.frame.rflags & RFLAGS_IF)
        __asm__ volatile("sti" : : : "memory");
    fault_signal_deliver(&fault, context);
}

/* Whether it is the application's, and what it is to it. */
static bool explain(const struct trap_frame *frame, uint64_t address, struct fault *fault)
{
#if defined(CONFIG_LIB_SCHED_PARALLEL) && defined(CONFIG_LIB_PAGE_FAULT)
    if (frame->vector == TRAP_PAGE_FAULT) {
        bool known = reasons HERE.known;

        *fault = reasons HERE.fault;
        reasons HERE.known = false;
        return known;
    }
#endif
    return signal_context_fault(frame, address, fault);
}

static bool pass(struct trap_frame *frame, uint64_t address)
{
    uintptr_t stack;

    if (passed.under_way)
        trap_report(&passed.frame, passed.address); /* there is no room for it */
    if (!explain(frame, address, &passed.fault))
        return false;
    stack = fault_signal_stack(&passed.fault);
    if (!stack)
        return false;
    passed.frame = *frame;
    passed.address = address;
    passed.under_way = true;
    frame->rip = (uintptr_t)arrive;
    frame->rsp = (stack & ~(uintptr_t)15) - 8;
    frame->rflags &= ~(RFLAGS_IF | RFLAGS_USER);
    return true;
}
#endif

void trap_dispatch(struct trap_frame *frame, uint64_t address)
{
#ifdef CONFIG_LIB_MULTIPROCESSOR
    if (multiprocessor_stopping) {
        if (frame->vector == TRAP_NMI)
            multiprocessor_stopped(frame->rip, frame->rbp);
        trap_report(frame, address); /* the end has begun; the guard may be with one that is stopped */
    }
#endif
#ifdef CONFIG_LIB_PAGE_FAULT
    if (frame->vector == TRAP_PAGE_FAULT && resolve(frame, address))
        return;
#endif
#ifdef CONFIG_LIB_ACCESS_PROBE
    uintptr_t exit = access_probe_exit(frame->rip);
    if (exit) {
        frame->rip = exit;
        return;
    }
#endif
#ifdef CONFIG_LIB_FAULT_SIGNAL
    if (pass(frame, address))
        return;
#endif
    trap_report(frame, address);
}
