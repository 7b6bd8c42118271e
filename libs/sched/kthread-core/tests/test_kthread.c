// sources: ../../ktimer/ktimer.c ../../sched-cooperative/sched_cooperative.c
/* Threads block, are woken, time out, are interrupted and end; random ones against a model of who should run.
 */
#include "host_threads.h"

#include <errno.h>
#include <kthread.h>

#define THREADS 40

static struct kthread threads[THREADS];
static char *stacks[THREADS];
static char trace[200];
static int ended;

static void note(const char *text)
{
    strcat(trace, text);
}

static void after(struct kthread *thread)
{
    assert(thread->state == KTHREAD_ENDED && thread != kthread_current());
    memset(stacks[thread - threads], 0x5a, HOST_STACK); /* its stack is free */
    ended++;
}

static struct kthread *start(int i, void (*entry)(void *))
{
    memset(&threads[i], 0, sizeof threads[i]);
    threads[i].number = i + 1;
    kthread_start(&threads[i], stacks[i] + HOST_STACK, entry, &threads[i]);
    return &threads[i];
}

static void wait_for_ended(int count)
{
    for (int i = 0; i < 1000 && ended < count; i++)
        kthread_yield();
    assert(ended == count);
    ended = 0;
    assert(kthread_count() == 1 && kthread_first == kthread_current());
}

static void take_turns(void *argument)
{
    char name[] = {(char)('a' + ((struct kthread *)argument - threads)), '\0'};

    for (int i = 0; i < 3; i++) {
        note(name);
        kthread_yield();
    }
    kthread_exit(after);
}

static void test_turns(void)
{
    trace[0] = '\0';
    for (int i = 0; i < 3; i++)
        start(i, take_turns);
    assert(kthread_count() == 4);
    wait_for_ended(3);
    assert(strcmp(trace, "abcabcabc") == 0);
}

static uint64_t deadline;
static bool interruptible;
static int outcome;

static void block(void *argument)
{
    (void)argument;
    outcome = 1;
    outcome = kthread_block(deadline, interruptible);
    kthread_exit(after);
}

static void test_waits(void)
{
    struct kthread *thread;
    uint64_t begin = host_time;

    deadline = begin + 500;
    interruptible = false;
    thread = start(0, block);
    kthread_yield();
    assert(outcome == 1 && thread->state == KTHREAD_BLOCKED);
    kthread_interrupt(thread); /* marks only */
    kthread_yield();
    assert(outcome == 1);
    assert(kthread_block(begin + 400, true) == -ETIMEDOUT && outcome == 1 && host_time == begin + 400);
    assert(kthread_block(begin + 600, true) == -ETIMEDOUT && outcome == -ETIMEDOUT &&
           host_time == begin + 600);
    wait_for_ended(1);

    interruptible = true;
    deadline = KTHREAD_FOR_EVER;
    thread = start(0, block);
    kthread_yield();
    kthread_interrupt(thread);
    wait_for_ended(1);
    assert(outcome == -EINTR);

    deadline = host_time + 1000;
    thread = start(0, block);
    kthread_yield();
    kthread_wake(thread);
    kthread_wake(thread); /* it is ready already */
    wait_for_ended(1);
    assert(outcome == 0 && ktimer_first() == KTIMER_NEVER);

    kthread_interrupt(kthread_current());
    assert(kthread_block(KTHREAD_FOR_EVER, true) == -EINTR);
    assert(kthread_block(host_time + 5, false) == -ETIMEDOUT);
    kthread_uninterrupt(kthread_current());
    assert(kthread_block(host_time + 5, true) == -ETIMEDOUT);
}

static void test_times(void)
{
    uint64_t before = kthread_cpu_time(kthread_current());

    host_time += 70;
    assert(kthread_cpu_time(kthread_current()) == before + 70);
    kthread_block(host_time + 1000, false); /* nobody has run meanwhile */
    assert(kthread_cpu_time(kthread_current()) == before + 70);
}

/* Random lives: each thread draws what it does, and says beforehand what must come of it. */
static int woken[THREADS], blocked[THREADS], interrupted[THREADS];
static long steps;

static void live(void *argument)
{
    struct kthread *self = argument;
    int me = (int)(self - threads);

    for (int i = 0; i < 60; i++) {
        struct kthread *other = &threads[host_random(THREADS)];
        int it = (int)(other - threads);
        uint64_t end = host_random(3) ? host_time + 1 + host_random(300) : KTHREAD_FOR_EVER;
        int result;

        steps++;
        host_time += host_random(20);
        switch (host_random(4)) {
        case 0:
            kthread_yield();
            assert(kthread_current() == self);
            break;
        case 1:
            if (other->state != KTHREAD_BLOCKED)
                blocked[it] = 0; /* its time has run out already, though it has not run since */
            kthread_wake(other);
            woken[it] += blocked[it];
            blocked[it] = 0;
            break;
        case 2:
            if (interrupted[it])
                break;
            kthread_interrupt(other);
            interrupted[it] = 1;
            blocked[it] = 0;
            break;
        default:
            if (end == KTHREAD_FOR_EVER && !interrupted[me])
                end = host_time + 10000;
            woken[me] = 0;
            blocked[me] = !interrupted[me];
            result = kthread_block(end, true);
            assert(kthread_current() == self && ring_held(&self->place.queue) == false);
            if (result == 0)
                assert(woken[me] == 1);
            else if (result == -EINTR)
                assert(interrupted[me] && !woken[me]);
            else
                assert(result == -ETIMEDOUT && host_time >= end && !woken[me]);
            blocked[me] = 0;
            if (interrupted[me]) {
                interrupted[me] = 0;
                kthread_uninterrupt(self);
            }
        }
    }
    kthread_exit(after);
}

static void test_random_lives(void)
{
    for (int round = 0; round < 20; round++) {
        memset(interrupted, 0, sizeof interrupted);
        memset(blocked, 0, sizeof blocked);
        for (int i = 0; i < THREADS; i++)
            start(i, live);
        while (ended < THREADS)
            kthread_block(host_time + 100000, false);
        wait_for_ended(THREADS);
        assert(ktimer_first() == KTIMER_NEVER);
    }
    assert(steps == 20 * THREADS * 60);
}

static void test_deadlock(void)
{
    deadline = KTHREAD_FOR_EVER;
    start(0, block);
    kthread_yield();
    assert(PANICS(kthread_block(KTHREAD_FOR_EVER, true)));
    assert(strstr(host_report, "panic: all threads wait for each other (deadlock), 2 of them\n  thread 1\n"));
}

int main(void)
{
    for (int i = 0; i < THREADS; i++)
        assert((stacks[i] = aligned_alloc(64, HOST_STACK)));
    test_turns();
    test_waits();
    test_times();
    test_random_lives();
    test_deadlock();
    for (int i = 0; i < THREADS; i++)
        free(stacks[i]);
    puts("kthread: ok");
    return 0;
}
