/*
 * A machine of some processors inside a host program, on which the scheduler, the guard and kthread-core run
 * as they are, and which decides at every step which processor goes on, or takes an interrupt.
 *
 * A step ends where another processor can see a difference: at each look at a processor's own words outside
 * of the guard, where the guard is waited for, where a processor halts, and between two instructions of a
 * thread (machine_point()). Contexts are fibers made of ucontext; each processor is in one of them.
 */
#pragma once

#include "../lock.c"
#include "../queue.c"

#include <alarm.h>
#include <clock.h>
#include <context.h>
#include <interrupts.h>
#include <kthread.h>
#include <panic.h>
#include <platform_exit.h>
#include <sanitizer/common_interface_defs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define STACK ((size_t)256 << 10)
#define FIBERS 32
#define STEPS 4000 /* of one run, at most */

struct fiber {
    ucontext_t context;
    void (*entry)(void);
    const void *bottom;
    size_t size;
    void *fake; /* the sanitizer's */
    bool used;
};

enum wait { GOES_ON, WANTS_GUARD, WANTS_ANSWERS, HALTED, UNTIL };
enum event { RUN, ASKED, FORGETS, ALARMED, TIME };

static struct machine_cpu {
    struct fiber *at; /* where it is while another one goes on */
    enum wait wait;
    bool (*until)(void);
    bool interrupts; /* are on */
    bool asked, forgets, alarmed;
    uint64_t armed, alarm; /* what the alarm was set to, and what it is */
    enum event event;      /* why it goes on */
} cpus[SCHED_CPUS];

static unsigned machine_cpus, me; /* how many there are, and whose step it is */
static uint64_t now = 1000;

static struct fiber fibers[FIBERS], explorer, *running = &explorer, *came_from;
static struct kthread *boot_thread;
static void (*scenario)(void); /* starts threads */
static bool wanted;            /* that it does */

/* What was decided in this run, where there was a choice, and how many there were. */
static unsigned char chosen[STEPS], choices[STEPS];
static unsigned decided, replayed, steps;
static unsigned long runs, shown; /* of this scenario so far, and which is shown step by step */
static bool random_run;
static const char *scenario_name;

static uint64_t machine_random(uint64_t limit)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) % limit;
}

static void show(void)
{
    for (unsigned i = 0; i < machine_cpus; i++)
        fprintf(stderr,
                "processor %u: waits %d, depth %u, due %u, idle %d, halted %d, outranked %d, runs %d\n", i,
                cpus[i].wait, kernel_guard_depth[i].value, kernel_guard_waiting[i].value, sched_cpus[i].idle,
                sched_cpus[i].halted, sched_cpus[i].outranked, sched_cpus[i].running != NULL);
    for (const struct kthread *t = kthread_first; t; t = t->all_next)
        fprintf(stderr, "thread %d: state %d, queued %d, timer %d, processor %u, rank %u, avoids %x\n",
                t->number, t->state, ring_held(&t->place.queue), ktimer_armed(&t->timer), t->place.cpu,
                t->place.rank, t->place.avoided);
}

static _Noreturn void wrong(const char *what)
{
    fprintf(stderr, "%s: %s, in step %u of run %lu; processor %u, guard of %u\n", scenario_name, what, steps,
            runs, me, holder);
    show();
    abort();
}

#define HOLDS(condition) ((condition) ? (void)0 : wrong(#condition))

/* Fibers. */
static void fiber_go(struct fiber *to)
{
    struct fiber *self = running;

    came_from = self;
    running = to;
    __sanitizer_start_switch_fiber(&self->fake, to->bottom, to->size);
    HOLDS(swapcontext(&self->context, &to->context) == 0);
    __sanitizer_finish_switch_fiber(self->fake, &came_from->bottom, &came_from->size);
}

static void fiber_begin(void)
{
    __sanitizer_finish_switch_fiber(NULL, &came_from->bottom, &came_from->size);
    running->entry();
}

static void fiber_prepare(struct fiber *fiber, char *stack, void (*entry)(void))
{
    fiber->used = true;
    fiber->entry = entry;
    fiber->bottom = stack;
    fiber->size = STACK;
    HOLDS(getcontext(&fiber->context) == 0);
    fiber->context.uc_stack.ss_sp = stack;
    fiber->context.uc_stack.ss_size = STACK;
    makecontext(&fiber->context, fiber_begin, 0);
}

static struct fiber *fiber_new(void (*entry)(void))
{
    static char *stacks[FIBERS];
    unsigned i = 0;

    while (fibers[i].used)
        HOLDS(++i < FIBERS);
    if (!stacks[i])
        stacks[i] = malloc(STACK);
    fiber_prepare(&fibers[i], stacks[i], entry);
    return &fibers[i];
}

/* The first who waits for a processor is not overlooked by it, unless there is one that has still to choose:
 * that looks who else waits. Holds whenever the guard is free. */
static void nobody_is_forgotten(const struct sched_place *place, const struct sched_cpu *by)
{
    const struct sched_place *other = by->running;

    if (other ? by->outranked || other->rank > place->rank : !by->idle)
        return;
    if (other && other->rank == place->rank && (!other->sliced || by->slice_end != SCHED_NEVER))
        return;
    for (unsigned i = 0; i < machine_cpus; i++) {
        const struct sched_cpu *cpu = &sched_cpus[i];

        if (cpu->runs && (cpu->running ? cpu->outranked : cpu->halted && !cpu->idle))
            return;
    }
    wrong("a thread waits, and a processor that may run it knows nothing of it");
}

static void look_at_queue(void)
{
    for (unsigned i = 0; i < machine_cpus; i++) {
        const struct sched_place *place = sched_first(i);

        if (place && sched_cpus[i].runs)
            nobody_is_forgotten(place, &sched_cpus[i]);
    }
}

/* Between processors: who has still to forget pages. */
static unsigned joined = 1, unanswered;

static bool goes_on(unsigned i)
{
    switch (cpus[i].wait) {
    case GOES_ON:
        return true;
    case WANTS_GUARD:
        return holder == 0 || (unanswered >> i & 1);
    case WANTS_ANSWERS:
        return unanswered == 0;
    case UNTIL:
        return cpus[i].until();
    case HALTED:
        break;
    }
    return false;
}

/* Which of `count` things happens: usually the first. */
static unsigned decide(unsigned count)
{
    unsigned which = 0;

    if (count == 1)
        return 0;
    HOLDS(decided < STEPS);
    if (random_run)
        which = machine_random(6) == 0 ? (unsigned)machine_random(count) : 0;
    else if (decided < replayed)
        which = chosen[decided];
    HOLDS(which < count && (decided >= replayed || random_run || choices[decided] == count));
    choices[decided] = (unsigned char)count;
    chosen[decided++] = (unsigned char)which;
    return which;
}

/* Whose step is next, and what it is; false: all is done, or nothing can ever happen again. */
static bool next(unsigned *who, enum event *what)
{
    struct {
        unsigned cpu;
        enum event event;
    } all[5 * SCHED_CPUS];

    HOLDS(++steps < STEPS);
    if (holder == 0)
        look_at_queue();
    for (;;) {
        unsigned count = 0, first = SCHED_CPUS, which;

        for (unsigned k = 0; k < machine_cpus; k++) {
            unsigned i = (me + k) % machine_cpus;
            const struct machine_cpu *c = &cpus[i];
            const bool possible[] = {goes_on(i), c->interrupts && c->asked, c->interrupts && c->forgets,
                                     c->interrupts && c->alarmed};

            for (enum event event = RUN; event < TIME; event++)
                if (possible[event]) {
                    all[count].cpu = i;
                    all[count++].event = event;
                }
        }
        for (unsigned i = 0; i < machine_cpus; i++)
            if (cpus[i].alarm != ALARM_NEVER && (first == SCHED_CPUS || cpus[i].alarm < cpus[first].alarm))
                first = i;
        if (first < SCHED_CPUS) {
            all[count].cpu = first;
            all[count++].event = TIME;
        }
        if (count == 0)
            return false;
        which = decide(count);
        *who = all[which].cpu;
        *what = all[which].event;
        if (runs == shown) {
            show();
            fprintf(stderr, "step %u: processor %u, event %d\n", steps, *who, *what);
        }
        if (*what != TIME)
            return true;
        if (cpus[first].alarm > now)
            now = cpus[first].alarm;
        cpus[first].alarm = ALARM_NEVER;
        cpus[first].alarmed = true;
    }
}

static void answer_now(void)
{
    unanswered &= ~(1u << me);
}

/* As interrupts-x86_64 does, on the stack of whoever is interrupted. */
static void interrupt(enum event event)
{
    struct signal_context *nothing = NULL;

    cpus[me].interrupts = false;
    if (event == FORGETS) {
        cpus[me].forgets = false;
        answer_now();
        cpus[me].interrupts = true;
        return;
    }
    if (event == ALARMED) {
        cpus[me].alarmed = false;
        cpus[me].armed = ALARM_NEVER;
    } else {
        cpus[me].asked = false;
    }
    if (kernel_guard_try()) {
        do {
            cpus[me].interrupts = true;
            if (kernel_guard_run())
                kernel_guard_switch();
            cpus[me].interrupts = false;
        } while (!kernel_guard_release());
        if (kernel_guard_delivers()) {
            HOLDS(kernel_guard_try());
            cpus[me].interrupts = true;
            kernel_guard_deliver(nothing);
        }
    }
    cpus[me].interrupts = true;
}

/* The processor has come to the end of a step. It may be another one when this returns, as after any
 * interrupt. */
static void wait_for(enum wait wait, bool (*until)(void))
{
    for (;;) {
        unsigned who;
        enum event what;

        cpus[me].wait = wait;
        cpus[me].until = until;
        if (!next(&who, &what)) {
            cpus[me].at = running;
            fiber_go(&explorer);
            what = cpus[me].event;
        } else if (who != me) {
            cpus[me].at = running;
            cpus[who].event = what;
            me = who;
            fiber_go(cpus[who].at);
            what = cpus[me].event;
        }
        cpus[me].wait = GOES_ON;
        if (what == RUN)
            return;
        interrupt(what);
        if (wait == HALTED)
            return;
    }
}

static void machine_point(void)
{
    wait_for(GOES_ON, NULL);
}

static void machine_until(bool (*until)(void))
{
    wait_for(UNTIL, until);
}
