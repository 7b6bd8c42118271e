#include "../fault.h"

#include <trap_report.h>

/* struct ucontext with struct sigcontext inside: arch/x86/include/uapi/asm/{ucontext,sigcontext}.h. */
struct context {
    uint64_t flags;
    uint64_t link;
    uint64_t stack[3];
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
    uint16_t cs, gs, fs, ss;
    uint64_t error, vector, oldmask, cr2;
};

/* The host passes on what the processor said, vector and all; nothing has to be guessed from the signal. */
_Noreturn void traps_host_fault(int signal, const void *information, const void *context)
{
    const struct context *c = context;
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

    (void)signal;
    (void)information;
    trap_report(&frame, c->cr2);
}
