#include "fault.h"

#include <config.h>
#include <host_calls.h>
#include <host_linux.h>
#include <stddef.h>
#if defined(CONFIG_LIB_FAULT_SIGNAL) || defined(CONFIG_LIB_PAGE_FAULT)
#include <host_signal_return.h>
#endif

#define SIGILL 4
#define SIGTRAP 5
#define SIGBUS 7
#define SIGFPE 8
#define SIGSEGV 11

/* include/uapi/asm-generic/signal.h and signal-defs.h */
#define SA_SIGINFO 4ul
#define SA_RESTORER 0x04000000ul
#define SA_ONSTACK 0x08000000ul
#define SA_NODEFER 0x40000000ul

#define REPORT_STACK ((size_t)16 << 10) /* for the report itself, beside the processor's state, */
#define STATES 2                        /* of a fault, and of one while that is handled */

#if defined(CONFIG_LIB_FAULT_SIGNAL) || defined(CONFIG_LIB_PAGE_FAULT)
#define RESTORER host_signal_return
#else
#define RESTORER NULL /* the handler never returns */
#endif

/* struct sigaction of the kernel, not of any libc */
struct action {
    void (*handler)(int, const void *, void *);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
};

/* stack_t */
struct stack {
    void *start;
    int flags;
    size_t size;
};

int traps_host_install(void)
{
    static const unsigned char faults[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV};
    /* The faults are not held back while one is handled: a fault in the report comes here again, and
     * panic_begin() ends the image. The alarm is, which would switch to other threads on this stack. */
    const struct action action = {
        .handler = traps_host_fault,
        .flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTORER,
        .restorer = RESTORER,
        .mask = 1ul << (SIGALRM - 1),
    };
    /* The size of the processor's state is the host's to say: its vector registers may grow. */
    struct stack stack = {.size = REPORT_STACK + STATES * host_auxiliary(AT_MINSIGSTKSZ)};

    long start = host_call(HOST_CALL_MMAP, 0, (long)stack.size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start < 0)
        return (int)start;
    stack.start = (void *)start;
    long error = host_call(HOST_CALL_SIGALTSTACK, (long)&stack, 0, 0, 0, 0, 0);
    for (size_t i = 0; error == 0 && i < sizeof(faults); i++)
        error = host_call(HOST_CALL_RT_SIGACTION, faults[i], (long)&action, 0, sizeof(action.mask), 0, 0);
    return (int)error;
}
