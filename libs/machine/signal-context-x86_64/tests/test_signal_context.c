// sources: ../switch.S ../probe.S
// cflags: -D_GNU_SOURCE
/* Contexts of this program itself: captured, changed, taken from the host's signals; probes of its memory. */
#include <access_probe.h>
#include <assert.h>
#include <signal.h>
#include <signal_context_x86_64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

/* This library shows no layout, but the host's is the same. */
static greg_t *registers(struct signal_context *context)
{
    return ((ucontext_t *)context)->uc_mcontext.gregs;
}

/* Of MXCSR: no library of mathematics is at hand. */
enum { NEAREST = 0, UPWARD = 0x4000, ROUNDING = 0x6000 };

static unsigned rounding(void)
{
    return __builtin_ia32_stmxcsr() & ROUNDING;
}

static void set_rounding(unsigned mode)
{
    __builtin_ia32_ldmxcsr((__builtin_ia32_stmxcsr() & ~(unsigned)ROUNDING) | mode);
}

static void layout(void)
{
    char memory[signal_context_size()];

    for (int shift = 0; shift < 64; shift += 8) {
        struct signal_context *context = signal_context_place(memory + shift % 8);

        assert((char *)context >= memory && ((uintptr_t)context + 424) % 64 == 0);
        assert(registers(context) == (greg_t *)((char *)context + 40));
        assert((char *)signal_context_mask(context) == (char *)&((ucontext_t *)context)->uc_sigmask);
        assert((char *)signal_context_stack(context) == (char *)&((ucontext_t *)context)->uc_stack);
        assert(signal_context_placed(memory + shift % 8) == context);
    }
    assert(signal_context_whole() >= signal_context_size());
}

static void captured(void)
{
    static int rounds; /* what changes between the two returns must lie in memory */
    char memory[signal_context_size()];
    struct signal_context *context = signal_context_place(memory);

    set_rounding(UPWARD);
    int result = signal_context_capture(context);
    rounds++;
    if (result == 0) {
        assert(rounds == 1 && registers(context)[REG_RAX] == 1);
        set_rounding(NEAREST);
        signal_context_resume(context);
    }
    assert(rounding() == UPWARD);
    if (result == 1) {
        assert(rounds == 2);
        registers(context)[REG_RAX] = 42;
        registers(context)[REG_EFL] |= 0x200ull << 32; /* not the handler's to change */
        signal_context_resume(context);
    }
    assert(result == 42 && rounds == 3);
    set_rounding(NEAREST);
}

static char stack[65536] __attribute__((aligned(16)));
static int called;

static void handler(int signal, struct linux_siginfo *info, struct signal_context *context)
{
    char *here = __builtin_frame_address(0);

    assert(signal == 11 && info->code == 7 && registers(context)[REG_RAX] == 99 && (uintptr_t)here % 16 == 0);
    assert(rounding() == NEAREST);
    called = here > stack && here < stack + sizeof stack ? 2 : 1;
}

static void calls(void)
{
    char memory[signal_context_size()];
    struct signal_context *context = signal_context_place(memory);
    struct linux_siginfo info = {.code = 7};

    registers(context)[REG_RAX] = 99;
    signal_context_call(0, (uintptr_t)handler, 11, &info, context);
    assert(called == 1);
    signal_context_call((uintptr_t)stack + sizeof stack - 3, (uintptr_t)handler, 11, &info, context);
    assert(called == 2);
}

/* Goes on from a handler of the host by our own means, all registers with it. */
static void on_undefined(int signal, siginfo_t *info, void *host)
{
    static char memory[1 << 16];
    struct signal_context *context = signal_context_place(memory);
    sigset_t set;

    (void)info;
    assert(signal_context_host_size(host) <= sizeof memory);
    signal_context_host(context, host);
    assert(registers(context)[REG_R12] == 1212);
    registers(context)[REG_R13] = 1313;
    registers(context)[REG_RIP] += 2;
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    signal_context_resume(context);
}

static void from_the_host(void)
{
    struct sigaction action = {.sa_sigaction = on_undefined, .sa_flags = SA_SIGINFO};
    uint64_t r12, r13, low, high;
    unsigned char carry;

    sigaction(SIGILL, &action, NULL);
    for (int i = 0; i < 3; i++) {
        __asm__ volatile("mov $1212, %%r12\n\txor %%r13, %%r13\n\tmov $7, %%eax\n\tmovq %%rax, %%xmm4\n\t"
                         "mov $8, %%eax\n\tmovq %%rax, %%xmm11\n\tstc\n\tud2\n\tsetc %4\n\t"
                         "mov %%r12, %0\n\tmov %%r13, %1\n\tmovq %%xmm4, %2\n\tmovq %%xmm11, %3"
                         : "=m"(r12), "=m"(r13), "=m"(low), "=m"(high), "=m"(carry)
                         :
                         : "rax", "r12", "r13", "xmm4", "xmm11", "cc");
        assert(r12 == 1212 && r13 == 1313 && low == 7 && high == 8 && carry == 1);
    }
}

static void on_fault(int signal, siginfo_t *info, void *host)
{
    greg_t *rip = &((ucontext_t *)host)->uc_mcontext.gregs[REG_RIP];
    uintptr_t exit = access_probe_exit((uintptr_t)*rip);

    (void)signal, (void)info;
    if (!exit)
        abort();
    *rip = (greg_t)exit;
}

static void probes(void)
{
    static const char constant[64] = "constant";
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *next = mmap(page + 4096, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    sigaction(SIGSEGV, &action, NULL);
    memset(page, 'a', 4096);
    assert(access_probe_read(page, 4096) && access_probe_write(page, 4096) && page[0] == 'a' &&
           page[4095] == 'a');
    assert(access_probe_read(constant, sizeof constant) &&
           !access_probe_write((void *)(uintptr_t)constant, 8));
    assert(!access_probe_read((void *)16, 1) && !access_probe_write((void *)16, 1));
    assert(access_probe_read((void *)16, 0) && access_probe_write((void *)16, 0));
    assert(!access_probe_read((void *)-1l, 8) && !access_probe_read((void *)0x8000000000000000ul, 1));
    if (next == page + 4096)
        assert(!access_probe_read(page + 4000, 200) && !access_probe_write(page + 4000, 97) &&
               access_probe_write(page + 4000, 96));
    assert(access_probe_exit((uintptr_t)probes) == 0);
}

int main(void)
{
    layout();
    captured();
    calls();
    from_the_host();
    probes();
    puts("signal-context: ok");
    return 0;
}
