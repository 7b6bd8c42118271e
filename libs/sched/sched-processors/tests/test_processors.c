// instead: ../offer.c ../guard.c ../idle.c ../start.c
// sources: ../../kthread-core/kthread.c ../../kthread-core/switch.c ../../kthread-core/idle.c
// sources: ../../kthread-core/report.c ../../ktimer/ktimer.c
// cflags: -DCONFIG_LIB_SCHED_PARALLEL=1 -DCONFIG_LIB_MULTIPROCESSOR=1 -DCONFIG_LIB_KERNEL_GUARD=1
// cflags: -DCONFIG_SCHED_PROCESSORS_SLICE_MICROSECONDS=1
/*
 * Several processors and a few threads, in every order up to some departures from the usual one
 * (machine_model.h). Arguments, for longer runs by hand: delays, random runs of each scenario, processors,
 * and the number of the run whose steps are shown.
 */
#include "machine_explore.h"

#include <kernel_guard.h>
#include <sched_parallel.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 4
#define OTHER 0
#define HIGH 50

static struct kthread threads[THREADS];
static int delivered[THREADS], counts[THREADS];
static struct kthread *waiters[THREADS];
static void (*body)(int);

/* The lock that threads of the C library hold while they end: somebody else unlocks it. */
static bool ending;
static bool forgets; /* an end takes pages away */

static struct kthread *self(void)
{
    return kthread_current();
}

static int number_of(const struct kthread *thread)
{
    return (int)(thread - threads);
}

/* Between two instructions of a thread, which it does not notice. */
static void think(int thread)
{
    HOLDS(self() == &threads[thread] && threads[thread].state == KTHREAD_RUNNING);
    machine_point();
    HOLDS(self() == &threads[thread] && threads[thread].state == KTHREAD_RUNNING &&
          threads[thread].place.cpu == me);
}

static void down(int which)
{
    kernel_enter();
    while (counts[which] == 0) {
        waiters[which] = self();
        kthread_block(KTHREAD_FOR_EVER, false);
    }
    waiters[which] = NULL;
    counts[which]--;
    kernel_leave();
}

static void add(int which)
{
    counts[which]++;
    if (waiters[which])
        kthread_wake(waiters[which]);
}

static void up(int which)
{
    kernel_enter();
    add(which);
    kernel_leave();
}

static void avoid(int thread, unsigned processors)
{
    kernel_enter();
    if (threads[thread].state != KTHREAD_ENDED)
        sched_parallel_avoid(&threads[thread].place, (uint8_t)processors);
    kernel_leave();
}

static void pin(int processor)
{
    avoid(number_of(self()), ~(1u << processor));
    HOLDS(me == (unsigned)processor);
}

static void rank(int thread, unsigned value, bool sliced)
{
    kernel_enter();
    if (threads[thread].state != KTHREAD_ENDED)
        kthread_rank(&threads[thread], value, sliced);
    kernel_leave();
}

static void rest(uint64_t time)
{
    kernel_enter();
    kthread_block(now + time, false);
    kernel_leave();
}

static void yield(void)
{
    kernel_enter();
    kthread_yield();
    kernel_leave();
}

static void deliver(struct signal_context *interrupted)
{
    (void)interrupted;
    HOLDS(holder == me + 1);
    delivered[number_of(self())]++;
    kthread_uninterrupt(self());
}

static void interrupt_thread(int thread)
{
    kernel_enter();
    if (threads[thread].state != KTHREAD_ENDED)
        kthread_interrupt(&threads[thread]);
    kernel_leave();
}

static bool told;

static bool is_told(void)
{
    return told;
}

/* As an exception does it. */
static void fault(int adds_to)
{
    cpus[me].interrupts = false;
    bool seized = kernel_guard_seize();
    add(adds_to);
    if (forgets)
        multiprocessor_forget(0, 0);
    kernel_guard_cede(seized);
    cpus[me].interrupts = true;
}

static void gone(struct kthread *thread)
{
    HOLDS(thread->state == KTHREAD_ENDED && thread != self() && holder == me + 1);
    for (unsigned i = 0; i < FIBERS; i++)
        if (&fibers[i] == thread->context.stack)
            fibers[i].used = false;
    if (forgets)
        multiprocessor_forget(0, 0);
    ending = false;
    for (int i = 0; i < THREADS; i++)
        if (waiters[i] == &threads[i]) { /* for that lock */
            kthread_wake(&threads[i]);
            return;
        }
}

static void entry(void *argument)
{
    int thread = number_of(argument);

    body(thread);
    kernel_enter();
    while (ending) {
        waiters[thread] = self();
        kthread_block(KTHREAD_FOR_EVER, false);
        waiters[thread] = NULL;
    }
    ending = true;
    kernel_leave();
    think(thread); /* others come, and wait for it */
    kernel_enter();
    kthread_exit(gone);
}

static void start(int count, unsigned value, bool sliced)
{
    memset(counts, 0, sizeof counts);
    memset(delivered, 0, sizeof delivered);
    for (int i = 0; i < count; i++) {
        threads[i] = (struct kthread){.number = i + 1, .deliver = deliver};
        threads[i].place.rank = (uint8_t)value;
        threads[i].place.sliced = sliced;
        kthread_start(&threads[i], NULL, entry, &threads[i]);
    }
}

/* All on one processor when they end, which is where the next one may end. */
static void ends_on_the_last(int thread)
{
    pin((int)machine_cpus - 1);
    think(thread);
}

static void ends_together(void)
{
    body = ends_on_the_last;
    start(3, OTHER, true);
}

static void passes_on(int thread)
{
    pin(thread % (int)machine_cpus);
    for (int i = 0; i < 2; i++) {
        if (thread != 0)
            down(thread);
        think(thread);
        up((thread + 1) % 3);
        if (thread == 0)
            down(thread);
    }
}

static void a_ring(void)
{
    body = passes_on;
    start(3, OTHER, true);
}

static bool moved_on(void)
{
    return threads[0].place.cpu != 0;
}

/* One is moved away while it runs, and says so to the other when it has come. */
static void moves(int thread)
{
    if (thread == 0) {
        avoid(0, (uint8_t)~1u);
        up(1);
        machine_until(moved_on);
        HOLDS(me != 0);
    } else {
        down(1);
        think(thread);
        avoid(0, 1);
    }
}

static void moved_by_another(void)
{
    body = moves;
    start(2, OTHER, true);
}

static void wanders(int thread)
{
    for (unsigned i = 0; i < 2 * machine_cpus; i++)
        pin((int)((i + (unsigned)thread) % machine_cpus));
}

static void wandering(void)
{
    body = wanders;
    start(3, OTHER, true);
}

static bool is_delivered(void)
{
    return delivered[0] > 0;
}

/* While it runs, while the third does in its place, or while it waits. */
static void interrupts_it(int thread)
{
    if (thread == 1) {
        pin(1);
        interrupt_thread(0);
        up(0);
        return;
    }
    pin(0);
    if (thread == 0) {
        down(0);
        machine_until(is_delivered);
    }
    think(thread);
}

static void interrupted(void)
{
    body = interrupts_it;
    start(3, OTHER, true);
}

static void rests(int thread)
{
    for (int i = 0; i < 2; i++) {
        rest(100 + 50 * (uint64_t)thread);
        think(thread);
    }
}

static void timers(void)
{
    body = rests;
    start(3, OTHER, true);
}

/* What an exception does to others happens, though nobody leaves the kernel. */
static void faults(int thread)
{
    if (thread == 1) {
        rank(1, HIGH, false);
        pin(0);
        down(1);
        told = true;
    } else {
        pin(0);
        fault(1);
        machine_until(is_told);
    }
}

static void woken_by_a_fault(void)
{
    told = false;
    body = faults;
    start(2, OTHER, true);
}

/* More than there are processors, equal, and the last is waited for by the others: slices must end. */
static void shares(int thread)
{
    if (thread == 3)
        told = true;
    machine_until(is_told);
}

static void slices(void)
{
    told = false;
    body = shares;
    start(4, OTHER, true);
}

/* Who outranks the others runs at once, wherever it may. */
static void outranks(int thread)
{
    if (thread == 3) {
        rank(3, HIGH, false);
        pin(0);
        told = true;
    }
    machine_until(is_told);
    rank(thread, HIGH + 1, false);
    think(thread);
}

static void ranks_change(void)
{
    told = false;
    body = outranks;
    start(4, OTHER, true);
}

static void does_anything(int thread)
{
    unsigned all = (1u << machine_cpus) - 1;

    for (int i = 0; i < 6; i++) {
        int other = (int)machine_random(3);

        switch (machine_random(9)) {
        case 0:
            avoid(thread, ~(1u << machine_random(machine_cpus))); /* another may move it again at once */
            avoid(thread, 0);
            break;
        case 1:
            avoid(other, (unsigned)machine_random(all)); /* never all */
            break;
        case 2:
            rank(other, machine_random(2) ? HIGH : OTHER, machine_random(2));
            break;
        case 3:
            rest(machine_random(200));
            break;
        case 4:
            yield();
            break;
        case 5:
            interrupt_thread(other);
            break;
        case 6:
            fault(other);
            break;
        case 7:
            kernel_enter();
            kthread_wake(&threads[other]);
            kernel_leave();
            break;
        default:
            think(thread);
        }
    }
}

static void anything(void)
{
    body = does_anything;
    start(3, OTHER, true);
}

static void explore(unsigned processors, unsigned delays, unsigned random)
{
    static const struct {
        const char *name;
        void (*starts)(void);
    } all[] = {
        {"ends together", ends_together},       {"a ring", a_ring},
        {"moved by another", moved_by_another}, {"wandering", wandering},
        {"interrupted", interrupted},           {"timers", timers},
        {"woken by a fault", woken_by_a_fault}, {"slices", slices},
        {"ranks change", ranks_change},
    };
    unsigned long all_runs = 0;

    machine_begin(processors);
    for (int i = 0; i < 2; i++, forgets = true) {
        for (size_t s = 0; s < sizeof all / sizeof *all; s++)
            all_runs += machine_explore(all[s].name, all[s].starts, delays, random);
        all_runs += machine_explore("anything", anything, 0, 20 * random);
    }
    printf("%u processors: %lu runs, ok\n", processors, all_runs);
}

/* The machine is made once in a process. */
int main(int argc, char **argv)
{
    unsigned delays = argc > 1 ? (unsigned)atoi(argv[1]) : 1,
             random = argc > 2 ? (unsigned)atoi(argv[2]) : 100;
    unsigned only = argc > 3 ? (unsigned)atoi(argv[3]) : 0;

    shown = argc > 4 ? strtoul(argv[4], NULL, 0) : ~0ul;
    for (unsigned processors = 2; processors <= 4; processors++) {
        int status = 0;

        if (only && only != processors)
            continue;
        pid_t child = fork();
        if (child == 0) {
            explore(processors, delays, random);
            return 0;
        }
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
            return 1;
    }
    return 0;
}
