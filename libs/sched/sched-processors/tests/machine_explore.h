/*
 * Scenarios on the machine of machine_model.h, in every order that they can happen in.
 *
 * machine_explore() runs a scenario again and again. Each time the machine begins idle, and must be idle in
 * the end, with all threads gone. Usually a processor goes on as long as it can, and takes no interrupts
 * before it halts; the runs differ in where that is not so: every way to depart from it `delays` times (each
 * by one place in the list of what could happen), then `random` runs that depart anywhere.
 */
#pragma once

#include "machine_calls.h"

int sched_parallel_init(void);

/* The boot's thread begins what is to happen, whenever a device wants it. */
static void machine_boot(void)
{
    boot_thread = kthread_current();
    kernel_enter();
    HOLDS(sched_parallel_init() == 0);
    kernel_leave();
    for (;;) {
        kernel_enter();
        while (!wanted)
            kthread_block(KTHREAD_FOR_EVER, false);
        wanted = false;
        scenario();
        kernel_leave();
    }
}

static void machine_run(void)
{
    unsigned who;
    enum event what;

    steps = decided = 0;
    if (next(&who, &what)) {
        cpus[who].event = what;
        me = who;
        fiber_go(cpus[who].at);
    }
    HOLDS(holder == 0 && kthread_count() == 1 && !sched_waits() && unanswered == 0);
    for (unsigned i = 0; i < machine_cpus; i++) {
        HOLDS(cpus[i].wait == HALTED && sched_cpus[i].idle && kernel_guard_depth[i].value == 0);
        cpus[i].alarm = cpus[i].armed = ALARM_NEVER;
    }
}

static void machine_begin(unsigned count)
{
    machine_cpus = count;
    for (unsigned i = 0; i < SCHED_CPUS; i++)
        cpus[i].alarm = cpus[i].armed = ALARM_NEVER;
    scenario_name = "boot";
    cpus[0].at = fiber_new(machine_boot);
    machine_run();
    now = 1000; /* the boot has set an alarm for the end of time */
}

static void one_run(void)
{
    runs++;
    boot_thread->place.cpu = 0;
    boot_thread->place.left = 0;
    me = 0;
    wanted = true;
    cpus[0].asked = true;
    machine_run();
}

/* The next way to depart `delays` times in all at most; false: that was the last. */
static bool another(unsigned delays)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < decided; i++)
        sum += chosen[i];
    for (unsigned i = decided; i-- > 0;) {
        if (sum < delays && chosen[i] + 1 < choices[i]) {
            chosen[i]++;
            replayed = i + 1;
            return true;
        }
        sum -= chosen[i];
    }
    return false;
}

static unsigned long machine_explore(const char *name, void (*starts)(void), unsigned delays, unsigned random)
{
    runs = 0;
    scenario_name = name;
    scenario = starts;
    random_run = false;
    replayed = 0;
    do {
        one_run();
    } while (another(delays));
    replayed = 0;
    random_run = true;
    for (unsigned i = 0; i < random; i++)
        one_run();
    random_run = false;
    return runs;
}
