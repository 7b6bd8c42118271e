#include "../fault.h"

#include <config.h>
#include <stdbool.h>
#include <stddef.h>
#include <trap_report.h>
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

/* struct ucontext with struct sigcontext inside: arch/x86/include/uapi/asm/{ucontext,sigcontext}.h. */
struct context {
    uint64_t flags;
    uint64_t link;
    uint64_t stack[3];
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
    uint16_t cs, gs, fs, ss;
    uint64_t error, vector, oldmask, cr2;
};

#if defined(CONFIG_LIB_PAGE_FAULT)
/* Page-fault error code, Intel SDM volume 3, 4.7. */
#define FAULT_PROTECTION 0x01
#define FAULT_WRITE 0x02
#define FAULT_EXECUTE 0x10

static bool resolve(const struct context *c)
{
    static bool resolving; /* a fault of the one who resolves faults */
    bool resolved;

    if (c->vector != TRAP_PAGE_FAULT || resolving)
        return false;
    resolving = true;
    resolved = page_fault_resolve(c->cr2, (c->error & FAULT_EXECUTE ? PAGE_FAULT_EXECUTE
                                           : c->error & FAULT_WRITE ? PAGE_FAULT_WRITE
                                                                    : PAGE_FAULT_READ) |
                                              (c->error & FAULT_PROTECTION ? PAGE_FAULT_PRESENT : 0));
    resolving = false;
    return resolved;
}
#endif

/* The host passes on what the processor said, vector and all; nothing has to be guessed from the signal. */
static _Noreturn void report(const struct context *c)
{
    const struct trap_frame frame = {
        .rax = c->rax,
        .rbx = c->rbx,
        .rcx = c->rcx,
        .rdx = c->rdx,
        .rsi = c->rsi,
        .rdi = c->rdi,
        .rbp = c->rbp,
        .r8 = c->r8,
        .r9 = c->r9,
        .r10 = c->r10,
        .r11 = c->r11,
        .r12 = c->r12,
        .r13 = c->r13,
        .r14 = c->r14,
        .r15 = c->r15,
        .vector = c->vector,
        .error = c->error,
        .rip = c->rip,
        .cs = c->cs,
        .rflags = c->rflags,
        .rsp = c->rsp,
        .ss = c->ss,
    };

    trap_report(&frame, c->cr2);
}

#ifdef CONFIG_LIB_FAULT_SIGNAL
/* siginfo of the host, as far as it is needed. */
struct information {
    int signal, error, code, padding;
    uint64_t address;
};

/* What the stack on which a fault will be handled holds first. */
struct passed {
    struct fault fault;
    char context[];
};

static _Noreturn void arrive(void *argument)
{
    struct passed *passed = argument;
    struct fault fault = passed->fault;

    fault_signal_deliver(&fault, signal_context_placed(passed->context));
}

static void describe(struct fault *fault, const struct information *information, const struct context *c)
{
    *fault = (struct fault){information->signal, information->code, information->address, c->rsp};
#ifdef CONFIG_LIB_PAGE_FAULT
    if (c->vector == TRAP_PAGE_FAULT)
        signal_context_page_fault(fault, c->cr2, c->error);
#endif
}

/* Everything is passed on to that stack here: the host holds its alarm back until the handler returns. */
static bool pass(const struct information *information, struct context *c)
{
    static const struct context *under_way;
    struct fault fault;
    uintptr_t stack;

    if (under_way) /* and the stack has no room for it: what the fault was stands on the stack of the first
                      call */
        return false;
    describe(&fault, information, c);
    stack = fault_signal_stack(&fault);
    if (!stack)
        return false;
    struct passed *passed =
        (struct passed *)((stack - sizeof *passed - signal_context_host_size(c)) & ~(uintptr_t)15);
    under_way = c;
    passed->fault = fault;
    signal_context_host(signal_context_place(passed->context), c);
    under_way = NULL;
    signal_context_host_enter(c, arrive, passed, (uintptr_t)passed);
    return true;
}
#endif

void traps_host_fault(int signal, const void *information, void *context)
{
    (void)signal, (void)information;
#ifdef CONFIG_LIB_PAGE_FAULT
    if (resolve(context))
        return;
#endif
#ifdef CONFIG_LIB_ACCESS_PROBE
    struct context *c = context;
    uintptr_t exit = access_probe_exit(c->rip);
    if (exit) {
        c->rip = exit;
        return;
    }
#endif
#ifdef CONFIG_LIB_FAULT_SIGNAL
    if (pass(information, context))
        return;
#endif
    report(context);
}
