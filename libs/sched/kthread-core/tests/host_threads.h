/*
 * Threads of kthread-core inside a host program: contexts made of ucontext, told to the address sanitizer as
 * fibers; a clock that goes on when there is nothing else to do; a panic that ends the program, or comes back
 * to where it is expected.
 */
#pragma once

#include <assert.h>
#include <clock.h>
#include <context.h>
#include <idle.h>
#include <panic.h>
#include <platform_exit.h>
#include <sanitizer/common_interface_defs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define HOST_STACK ((size_t)256 << 10) /* of every thread */

struct fiber {
    ucontext_t context;
    void (*entry)(void);
    const void *bottom;
    size_t size;
    void *fake; /* the sanitizer's */
};

static uint64_t host_time = 1000;
static struct fiber host_boot, *host_from;

uint64_t clock_monotonic(void)
{
    return host_time;
}

uint64_t clock_realtime(void)
{
    return host_time + 1000000;
}

bool idle(uint64_t deadline)
{
    if (deadline == IDLE_FOR_EVER)
        return false;
    if (deadline > host_time)
        host_time = deadline;
    return true;
}

/* At the upper end of the thread's stack. */
static void host_begin(void)
{
    struct fiber *from = host_from, *self;

    __sanitizer_finish_switch_fiber(NULL, &from->bottom, &from->size);
    self = (struct fiber *)from->context.uc_link; /* borrowed for the way */
    self->entry();
}

void context_prepare(struct context *context, void *stack_end, void (*entry)(void), void *thread_pointer)
{
    struct fiber *fiber = (struct fiber *)((uintptr_t)stack_end & ~(uintptr_t)63) - 1;

    memset(fiber, 0, sizeof *fiber);
    assert(getcontext(&fiber->context) == 0);
    fiber->entry = entry;
    fiber->bottom = (char *)stack_end - HOST_STACK;
    fiber->size = (size_t)((char *)fiber - (const char *)fiber->bottom);
    fiber->context.uc_stack.ss_sp = (void *)fiber->bottom;
    fiber->context.uc_stack.ss_size = fiber->size;
    makecontext(&fiber->context, host_begin, 0);
    context->stack = fiber;
    context->thread_pointer = thread_pointer;
}

void context_switch(struct context *from, struct context *to)
{
    struct fiber *target = to->stack, *self = from->stack ? from->stack : &host_boot;

    from->stack = self;
    host_from = self;
    self->context.uc_link = (ucontext_t *)target;
    __sanitizer_start_switch_fiber(&self->fake, target->bottom, target->size);
    assert(swapcontext(&self->context, &target->context) == 0);
    __sanitizer_finish_switch_fiber(self->fake, &host_from->bottom, &host_from->size);
}

void *context_thread_pointer(void)
{
    return &host_boot;
}

uintptr_t context_frame(const struct context *context)
{
    (void)context;
    return 0;
}

static char host_report[4096];
static jmp_buf host_panicked;
static bool host_panic_expected;

static void host_print(const char *text, va_list values)
{
    size_t length = strlen(host_report);

    vsnprintf(host_report + length, sizeof host_report - length, text, values);
}

void panic_begin(void) {}

void panic_print(const char *text, ...)
{
    va_list values;

    va_start(values, text);
    host_print(text, values);
    va_end(values);
}

void panic_backtrace(uintptr_t pc, uintptr_t frame)
{
    (void)pc, (void)frame;
}

_Noreturn void platform_crash(void)
{
    if (host_panic_expected)
        longjmp(host_panicked, 1);
    fprintf(stderr, "%s\n", host_report);
    abort();
}

_Noreturn void panic(const char *text, ...)
{
    va_list values;

    va_start(values, text);
    host_print(text, values);
    va_end(values);
    platform_crash();
}

/* Whether `statement` panics; only on the thread that the program began on. */
#define PANICS(statement)                                                                                    \
    (host_panic_expected = true, host_report[0] = '\0',                                                      \
     setjmp(host_panicked) ? (host_panic_expected = false, true)                                             \
                           : ((void)(statement), host_panic_expected = false, false))

/* The same numbers in every run. */
static unsigned host_random(unsigned limit)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 11) % limit;
}
