/*
 * What the libraries ask of the machine of machine_model.h: the words and requests of processors, interrupts,
 * clock and alarm, contexts. A panic ends the run.
 */
#pragma once

#include "machine_model.h"

/* Who has the guard is not seen by others. */
static void outside(void)
{
    if (holder != me + 1)
        machine_point();
}

void multiprocessor_word_add(struct multiprocessor_word *first, unsigned by)
{
    outside();
    first[me].value += by;
}

unsigned multiprocessor_word_get(const struct multiprocessor_word *first)
{
    outside();
    return first[me].value;
}

void multiprocessor_word_set(struct multiprocessor_word *first, unsigned value)
{
    outside();
    first[me].value = value;
}

void *multiprocessor_own(const void *first)
{
    return *(void *const *)((const char *)first + me * sizeof(struct multiprocessor_word));
}

unsigned multiprocessor_number(void)
{
    return me;
}

volatile bool multiprocessor_stopping, multiprocessor_alone;

void multiprocessor_answer(void)
{
    wait_for(WANTS_GUARD, NULL);
    answer_now();
}

void multiprocessor_forget(uintptr_t start, uintptr_t end)
{
    (void)start, (void)end;
    HOLDS(holder == me + 1 && unanswered == 0);
    unanswered = joined & ~(1u << me);
    for (unsigned i = 0; i < machine_cpus; i++)
        if (unanswered >> i & 1)
            cpus[i].forgets = true;
    wait_for(WANTS_ANSWERS, NULL);
    HOLDS(unanswered == 0);
}

void multiprocessor_join(void)
{
    HOLDS(holder == me + 1);
    joined |= 1u << me;
}

void multiprocessor_ask(unsigned number)
{
    cpus[number].asked = true;
}

void multiprocessor_halt(bool (*unless)(void))
{
    bool no;

    machine_point();
    cpus[me].interrupts = false;
    machine_point();
    no = unless();
    machine_point();
    cpus[me].interrupts = true;
    if (!no)
        wait_for(HALTED, NULL);
    machine_point();
}

bool multiprocessor_devices(void)
{
    return true;
}

void *multiprocessor_thread_pointer(void)
{
    return NULL;
}

static void (*processor_entry)(unsigned number);

static void begin_processor(void)
{
    processor_entry(me);
}

unsigned multiprocessor_start(void (*entry)(unsigned number))
{
    processor_entry = entry;
    for (unsigned i = 1; i < machine_cpus; i++)
        cpus[i].at = fiber_new(begin_processor);
    return machine_cpus;
}

void interrupts_on(void)
{
    cpus[me].interrupts = true;
}

void interrupts_run(void)
{
    machine_point();
    if (wanted)
        kthread_wake(boot_thread);
}

uint64_t clock_monotonic(void)
{
    return now;
}

void alarm_set(uint64_t deadline)
{
    if (deadline < cpus[me].armed)
        cpus[me].armed = cpus[me].alarm = deadline;
}

void context_prepare(struct context *context, void *stack_end, void (*entry)(void), void *thread_pointer)
{
    (void)stack_end;
    context->stack = fiber_new(entry);
    context->thread_pointer = thread_pointer;
}

void context_switch(struct context *from, struct context *to)
{
    HOLDS(holder == me + 1 && cpus[me].interrupts);
    from->stack = running;
    fiber_go(to->stack);
}

void *context_thread_pointer(void)
{
    return NULL;
}

uintptr_t context_frame(const struct context *context)
{
    (void)context;
    return 0;
}

void panic_begin(void) {}

void panic_print(const char *text, ...)
{
    (void)text;
}

void panic_backtrace(uintptr_t pc, uintptr_t frame)
{
    (void)pc, (void)frame;
}

void platform_crash(void)
{
    wrong("deadlock");
}

void panic(const char *text, ...)
{
    wrong(text);
}
