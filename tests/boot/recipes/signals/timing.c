/* Signals that come while the program computes. */
#include "cases.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdint.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

static volatile int count;
static siginfo_t got;
static sigjmp_buf back;
static int ends[2];

static void every(long microseconds)
{
    struct itimerval time = {{0, microseconds}, {0, microseconds}};

    EXPECT(setitimer(ITIMER_REAL, &time, NULL) == 0);
}

#define MAGIC 0x5eed5eed5eed5eedul

/* The interrupted loop is recognised by a register, and ended by another one. */
static void end_the_loop(int signal, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    EXPECT(signal == SIGALRM);
    got = *info;
    if ((uint64_t)uc->uc_mcontext.gregs[REG_R12] != MAGIC)
        return;
    uc->uc_mcontext.gregs[REG_R13] = 1;
    uc->uc_mcontext.fpregs->_xmm[9].element[0] = 4711;
    count++;
}

void interrupted_loop(void)
{
    count = 0;
    handle(SIGALRM, end_the_loop, 0);
    every(500);
    for (int i = 0; i < 50; i++) {
        uint64_t rounds = 0, low, other;

        __asm__ volatile("mov %3, %%r12\n\txor %%r13, %%r13\n\tpxor %%xmm9, %%xmm9\n\tmov $99, %%eax\n\t"
                         "movq %%rax, %%xmm10\n"
                         "1:\tinc %0\n\ttest %%r13, %%r13\n\tjz 1b\n\t"
                         "xor %%r12, %%r12\n\tmovq %%xmm9, %1\n\tmovq %%xmm10, %2"
                         : "+r"(rounds), "=&r"(low), "=&r"(other)
                         : "r"(MAGIC)
                         : "r12", "r13", "rax", "xmm9", "xmm10", "cc", "memory");
        EXPECT(rounds > 0 && low == 4711 && other == 99);
    }
    every(0);
    EXPECT(count >= 50 && got.si_signo == SIGALRM && got.si_code == SI_KERNEL);
}

static void jump(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info, (void)context;
    count++;
    siglongjmp(back, 1);
}

void jumps_out_of_loops(void)
{
    count = 0;
    handle(SIGALRM, jump, 0);
    while (count < 100) {
        if (sigsetjmp(back, 1))
            continue;
        every(300);
        for (;;)
            __asm__ volatile("" : : : "memory");
    }
    every(0);
}

static char alternate[16384];

static void on_alternate(int signal, siginfo_t *info, void *context)
{
    char local;

    (void)signal, (void)info, (void)context;
    EXPECT(&local > alternate && &local < alternate + sizeof alternate);
    count++;
}

void preempted_on_alternate(void)
{
    stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};

    count = 0;
    EXPECT(sigaltstack(&stack, NULL) == 0);
    handle(SIGALRM, on_alternate, SA_ONSTACK);
    every(300);
    while (count < 100)
        __asm__ volatile("" : : : "memory");
    every(0);
}

static void only_count(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    got = *info;
    count++;
}

/* What was interrupted tells so, and how much was left; with SA_RESTART it does too, if it is a sleep. */
void interrupted_sleep(void)
{
    struct timespec long_time = {100, 0}, left = {0, 0};
    const struct itimerval once = {.it_value = {0, 20000}};

    count = 0;
    handle(SIGALRM, only_count, SA_RESTART);
    setitimer(ITIMER_REAL, &once, NULL);
    EXPECT(nanosleep(&long_time, &left) == -1 && errno == EINTR && count == 1);
    EXPECT(left.tv_sec == 99 && left.tv_nsec > 0);
    setitimer(ITIMER_REAL, &once, NULL);
    EXPECT(pause() == -1 && errno == EINTR && count == 2);
    EXPECT(alarm(0) == 0 && alarm(100) == 0 && alarm(0) == 100);
}

/* The handler has run when the call returns, even if nobody else did meanwhile. */
void interrupted_poll(void)
{
    const struct itimerval once = {.it_value = {0, 20000}};
    sigset_t none;
    struct timespec ever = {1000, 0};

    count = 0;
    sigemptyset(&none);
    handle(SIGALRM, only_count, SA_RESTART);
    setitimer(ITIMER_REAL, &once, NULL);
    EXPECT(poll(NULL, 0, -1) == -1 && errno == EINTR && count == 1);
    setitimer(ITIMER_REAL, &once, NULL);
    EXPECT(poll(NULL, 0, 100000) == -1 && errno == EINTR && count == 2);
    setitimer(ITIMER_REAL, &once, NULL);
    EXPECT(ppoll(NULL, 0, &ever, &none) == -1 && errno == EINTR && count == 3);
}

static void put(int signal, siginfo_t *info, void *context)
{
    only_count(signal, info, context);
    EXPECT(write(ends[1], "x", 1) == 1);
}

/* With SA_RESTART a read goes on, and finds what the handler wrote. */
void restarted_read(void)
{
    const struct itimerval once = {.it_value = {0, 20000}};
    char byte = 0;

    count = 0;
    EXPECT(pipe(ends) == 0);
    handle(SIGALRM, put, SA_RESTART);
    setitimer(ITIMER_REAL, &once, NULL);
    EXPECT(read(ends[0], &byte, 1) == 1 && byte == 'x' && count == 1);
    handle(SIGALRM, only_count, 0);
    setitimer(ITIMER_REAL, &once, NULL);
    EXPECT(read(ends[0], &byte, 1) == -1 && errno == EINTR && count == 2);
    EXPECT(close(ends[0]) == 0 && close(ends[1]) == 0);
}
