/*
 * One timer of the host, whose signal plays the interrupt. The handler runs on the stack of the interrupted
 * thread, where the host has kept all of its state; if it switches to another thread, it returns when its own
 * thread's turn comes.
 */
#include <alarm.h>
#include <clock.h>
#include <errno.h>
#include <host_calls.h>
#include <host_linux.h>
#include <interrupts.h>
#include <kernel_guard.h>
#include <panic.h>
#include <stdbool.h>
#ifdef CONFIG_LIB_HOST_DESCRIPTOR
#include <host_descriptor.h>
#endif
#ifdef CONFIG_LIB_SIGNAL_CONTEXT_X86_64
#include <signal_context_x86_64.h>
#endif

#define MICROSECOND 1000 /* nanoseconds */
#define MICROSECONDS 1000000

/* include/uapi/asm-generic/signal.h and signal-defs.h */
#define SA_SIGINFO 4ul
#define SA_RESTORER 0x04000000ul
#define SA_RESTART 0x10000000ul
#define SA_NODEFER 0x40000000ul /* the handler may not return before the next signal */

/* struct sigaction of the kernel, not of any libc */
struct action {
    void (*handler)(int, const void *, const void *);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
};

/* struct itimerval */
struct itimer {
    struct {
        long seconds;
        long microseconds;
    } interval, value;
};

void interrupts_host_return(void);

static uint64_t armed = ALARM_NEVER;

#if defined(CONFIG_LIB_KERNEL_GUARD) && defined(CONFIG_LIB_SIGNAL_CONTEXT_X86_64)
/* The host does not mind that its handler never returns: it goes on from where it was, with all registers. */
static _Noreturn void deliver(const void *interrupted)
{
    char memory[signal_context_host_size(interrupted)];
    struct signal_context *context = signal_context_place(memory);

    signal_context_host(context, interrupted);
    kernel_guard_deliver(context);
    signal_context_resume(context);
}
#endif

static void arrived(int signal, const void *information, const void *interrupted)
{
    (void)signal, (void)information, (void)interrupted;
    armed = ALARM_NEVER;
#ifdef CONFIG_LIB_KERNEL_GUARD
    if (!kernel_guard_try())
        return;
    do {
        if (kernel_guard_run())
            kernel_guard_switch();
    } while (!kernel_guard_release());
#ifdef CONFIG_LIB_SIGNAL_CONTEXT_X86_64
    if (kernel_guard_delivers() && kernel_guard_try())
        deliver(interrupted);
#endif
#endif
}

static void setup(void)
{
    const struct action action = {arrived, SA_SIGINFO | SA_RESTORER | SA_RESTART | SA_NODEFER,
                                  interrupts_host_return, 0};
    static bool ready;

    if (ready)
        return;
    ready = true;
    if (host_call(HOST_CALL_RT_SIGACTION, SIGALRM, (long)&action, 0, sizeof action.mask, 0, 0) != 0)
        panic("interrupts: the host gives no signal");
}

int interrupts_attach(interrupts_handler *handler, void *argument)
{
    (void)handler, (void)argument;
    return -ENOSYS;
}

/* Signals are never held back. */
void interrupts_on(void)
{
    setup();
}

/* The alarm has no handler; descriptors of the host have. */
void interrupts_run(void)
{
#ifdef CONFIG_LIB_HOST_DESCRIPTOR
    const struct host_timespec now = {0, 0};

    host_descriptor_wait(&now);
#endif
}

void alarm_set(uint64_t deadline)
{
    struct itimer time = {0};
    uint64_t now, left;

    if (deadline >= armed)
        return;
    setup();
    now = clock_monotonic();
    left = deadline > now ? (deadline - now + MICROSECOND - 1) / MICROSECOND : 1; /* 0 would mean never */
    time.value.seconds = (long)(left / MICROSECONDS);
    time.value.microseconds = (long)(left % MICROSECONDS);
    armed = deadline;
    host_call(HOST_CALL_SETITIMER, ITIMER_REAL, (long)&time, 0, 0, 0, 0);
}
