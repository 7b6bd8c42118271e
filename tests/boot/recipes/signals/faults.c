/* Exceptions of the processor as signals, and what their handlers may change. */
#include "cases.h"

#include <errno.h>
#include <fenv.h>
#include <setjmp.h>
#include <stdint.h>
#include <ucontext.h>

static volatile int seen;
static siginfo_t got;
static ucontext_t at;
static sigjmp_buf back;

static void note(int signal, siginfo_t *info, void *context)
{
    seen = signal;
    got = *info;
    at = *(ucontext_t *)context;
}

static void jump(int signal, siginfo_t *info, void *context)
{
    note(signal, info, context);
    siglongjmp(back, 1);
}

void null_pointer(void)
{
    volatile int *volatile pointer = (int *)(uintptr_t)0x18;

    handle(SIGSEGV, jump, 0);
    for (int i = 0; i < 3; i++) {
        seen = 0;
        if (!sigsetjmp(back, 1))
            *pointer = i;
        EXPECT(seen == SIGSEGV && got.si_signo == SIGSEGV && got.si_code == SEGV_MAPERR);
        EXPECT(got.si_addr == (void *)0x18);
        EXPECT(at.uc_mcontext.gregs[REG_TRAPNO] == 14 && (at.uc_mcontext.gregs[REG_ERR] & 2));
        EXPECT(at.uc_mcontext.gregs[REG_CR2] == 0x18);
    }
}

/* The handler steps over the instruction, and gives the quotient. */
static void step_over(int signal, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    note(signal, info, context);
    uc->uc_mcontext.gregs[REG_RAX] = 4711;
    uc->uc_mcontext.gregs[REG_RIP] += 2; /* idiv %ecx; ud2 */
}

void divide_by_zero(void)
{
    int quotient = 7, rest = 0;
    void *place;

    handle(SIGFPE, step_over, 0);
    __asm__ volatile("lea 1f(%%rip), %2\n1:\tidiv %3" : "+a"(quotient), "+d"(rest), "=&r"(place) : "c"(0));
    EXPECT(seen == SIGFPE && got.si_code == FPE_INTDIV && got.si_addr == place && quotient == 4711);
    EXPECT(at.uc_mcontext.gregs[REG_RIP] == (greg_t)place && at.uc_mcontext.gregs[REG_RCX] == 0);
}

void undefined(void)
{
    void *place;
    int value = 0;

    handle(SIGILL, step_over, 0);
    __asm__ volatile("lea 1f(%%rip), %1\n1:\tud2" : "+a"(value), "=&r"(place));
    EXPECT(seen == SIGILL && got.si_code == ILL_ILLOPN && got.si_addr == place && value == 4711);
}

void breakpoint(void)
{
    handle(SIGTRAP, note, 0);
    __asm__ volatile("int3");
    EXPECT(seen == SIGTRAP && got.si_code == SI_KERNEL && at.uc_mcontext.gregs[REG_TRAPNO] == 3);
    /* A single step: the trap comes after the instruction that follows the one that asks for it. */
    __asm__ volatile(
        "pushfq\n\torl $0x100, (%%rsp)\n\tpopfq\n\tnop\n\tpushfq\n\tandl $~0x100, (%%rsp)\n\tpopfq"
        :
        :
        : "memory", "cc");
    EXPECT(got.si_code == TRAP_TRACE && at.uc_mcontext.gregs[REG_TRAPNO] == 1);
}

/* By the x87 unit, whose exceptions emulated processors raise, too. */
void floating_point(void)
{
    handle(SIGFPE, jump, 0);
    if (!sigsetjmp(back, 1)) {
        unsigned short control = 0x37f & ~(1u << 2); /* divisions by zero are not masked */

        __asm__ volatile("fldcw %0\n\tfld1\n\tfldz\n\tfdivrp\n\tfwait" : : "m"(control));
        EXPECT(!"reached");
    }
    EXPECT(seen == SIGFPE && got.si_code == FPE_FLTDIV && at.uc_mcontext.gregs[REG_TRAPNO] == 16);
    EXPECT(at.uc_mcontext.fpregs->swd & 4);
    fesetenv(FE_DFL_ENV);
}

/* Every register is what it was, and becomes what the handler wants. */
static void change(int signal, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    note(signal, info, context);
    for (int i = REG_R8; i <= REG_R15; i++)
        uc->uc_mcontext.gregs[i] += 100;
    uc->uc_mcontext.gregs[REG_RBX] += 100;
    uc->uc_mcontext.gregs[REG_RDI] += 100;
    uc->uc_mcontext.gregs[REG_RSI] += 100;
    uc->uc_mcontext.gregs[REG_EFL] |= 1;
    uc->uc_mcontext.gregs[REG_RIP] += 2;
}

void context_registers(void)
{
    static uint64_t after[12];
    unsigned char carry;

    handle(SIGILL, change, 0);
    __asm__ volatile(
        "mov $8, %%r8\n\tmov $9, %%r9\n\tmov $10, %%r10\n\tmov $11, %%r11\n\tmov $12, %%r12\n\t"
        "mov $13, %%r13\n\tmov $14, %%r14\n\tmov $15, %%r15\n\tmov $1, %%rbx\n\tmov $2, %%rdi\n\t"
        "mov $3, %%rsi\n\tclc\n\tud2\n\t"
        "mov %%r8, %1\n\tmov %%r9, 8+%1\n\tmov %%r10, 16+%1\n\tmov %%r11, 24+%1\n\t"
        "mov %%r12, 32+%1\n\tmov %%r13, 40+%1\n\tmov %%r14, 48+%1\n\tmov %%r15, 56+%1\n\t"
        "mov %%rbx, 64+%1\n\tmov %%rdi, 72+%1\n\tmov %%rsi, 80+%1\n\tsetc %0"
        : "=m"(carry), "=m"(after)
        :
        : "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rbx", "rdi", "rsi", "memory", "cc");
    for (int i = 0; i < 8; i++) {
        EXPECT(after[i] == 108 + (uint64_t)i);
        EXPECT(at.uc_mcontext.gregs[REG_R8 + i] == 8 + i);
    }
    EXPECT(after[8] == 101 && after[9] == 102 && after[10] == 103 && carry == 1);
    EXPECT(at.uc_mcontext.gregs[REG_RBX] == 1 && !(at.uc_mcontext.gregs[REG_EFL] & 1));
}

static char alternate[16384];
static volatile int depth;

static int descend(volatile int *above)
{
    volatile int here[256];

    here[0] = *above;
    depth++;
    return descend(here) + here[0];
}

static void overflown(int signal, siginfo_t *info, void *context)
{
    char local;

    note(signal, info, context);
    EXPECT(&local > alternate && &local < alternate + sizeof alternate);
    EXPECT(at.uc_stack.ss_sp == alternate && at.uc_stack.ss_size == sizeof alternate);
    stack_t now;
    EXPECT(sigaltstack(NULL, &now) == 0 && now.ss_flags == SS_ONSTACK);
    siglongjmp(back, 1);
}

void overflow_on_alternate(void)
{
    stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate}, now;
    volatile int zero = 0;

    EXPECT(sigaltstack(&stack, NULL) == 0);
    handle(SIGSEGV, overflown, SA_ONSTACK);
    for (int i = 0; i < 3; i++) {
        seen = 0;
        depth = 0;
        if (!sigsetjmp(back, 1))
            descend(&zero);
        EXPECT(seen == SIGSEGV && depth > 4);
        EXPECT(sigaltstack(NULL, &now) == 0 && now.ss_flags == 0);
    }
}

static volatile int depth_of_handlers;

/* A fault of another kind inside the handler, and one of the same kind, which SA_NODEFER lets through. */
static void divided(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info;
    depth_of_handlers += 100;
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_RCX] = 1; /* divide again, by this */
}

static void again(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info;
    if (depth_of_handlers < 1) {
        depth_of_handlers++;
        __asm__ volatile("ud2");
    } else {
        int value = 6;

        __asm__ volatile("cltd\n\tidivl %%ecx" : "+a"(value) : "c"(0) : "rdx");
        depth_of_handlers += value;
    }
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 2;
}

void nested_faults(void)
{
    handle(SIGILL, again, SA_NODEFER);
    handle(SIGFPE, divided, 0);
    __asm__ volatile("ud2");
    EXPECT(depth_of_handlers == 1 + 100 + 6);
}

static void destroy(int signal, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    (void)signal, (void)info;
    __asm__ volatile("pcmpeqd %%xmm7, %%xmm7\n\tpcmpeqd %%xmm3, %%xmm3\n\tfldpi" : : : "xmm7", "xmm3");
    uc->uc_mcontext.fpregs->_xmm[5].element[0] = 77;
    uc->uc_mcontext.gregs[REG_RIP] += 2;
}

void float_state(void)
{
    uint64_t three, five, seven;

    handle(SIGILL, destroy, 0);
    __asm__ volatile("mov $3, %%eax\n\tmovq %%rax, %%xmm3\n\tmov $5, %%eax\n\tmovq %%rax, %%xmm5\n\t"
                     "mov $7, %%eax\n\tmovq %%rax, %%xmm7\n\tud2\n\t"
                     "movq %%xmm3, %0\n\tmovq %%xmm5, %1\n\tmovq %%xmm7, %2"
                     : "=r"(three), "=r"(five), "=r"(seven)
                     :
                     : "rax", "xmm3", "xmm5", "xmm7");
    EXPECT(three == 3 && five == 77 && seven == 7);
    EXPECT(fegetround() == FE_TONEAREST);
}

/* A system call does not fault in the program's place. */
void bad_pointers(void)
{
    static const char constant[8] = "constant";
    int ends[2];
    char byte;

    handle(SIGSEGV, jump, 0);
    seen = 0;
    EXPECT(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
    EXPECT(write(ends[1], (void *)0x10, 5) == -1 && errno == EFAULT);
    EXPECT(write(ends[1], (void *)-1l, 5) == -1 && errno == EFAULT);
    EXPECT(write(ends[1], (void *)0x10, 0) == 0);
    EXPECT(read(ends[0], (void *)0x10, 5) == -1 && errno == EFAULT);
    EXPECT(read(ends[0], (void *)(uintptr_t)constant, 5) == -1 && errno == EFAULT);
    EXPECT(read(ends[0], &byte, 1) == 1 && byte == 'x' && seen == 0);
    EXPECT(close(ends[0]) == 0 && close(ends[1]) == 0);
}
