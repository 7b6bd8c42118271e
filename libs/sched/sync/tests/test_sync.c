// sources: ../../kthread-core/kthread.c ../../kthread-core/switch.c ../../kthread-core/report.c
// sources: ../../ktimer/ktimer.c ../../sched-cooperative/sched_cooperative.c
/* Queues, mutexes, semaphores and conditions between threads that give way at random. */
#include "../../kthread-core/tests/host_threads.h"

#include <errno.h>
#include <sync.h>

#define THREADS 20

static struct kthread threads[THREADS];
static char *stacks[THREADS];
static struct sync_mutex mutex;
static struct sync_semaphore semaphore;
static struct sync_condition condition;
static struct sync_queue queue;
static int inside, sum, left, order[THREADS], came;

static void start(int i, void (*entry)(void *), unsigned rank)
{
    memset(&threads[i], 0, sizeof threads[i]);
    threads[i].place.rank = (uint8_t)rank;
    left++;
    kthread_start(&threads[i], stacks[i] + HOST_STACK, entry, (void *)(intptr_t)i);
}

static _Noreturn void end(void)
{
    left--;
    kthread_exit(NULL);
}

static void finish(void)
{
    for (int i = 0; left && i < 100000; i++)
        kthread_block(host_time + 10, false);
    assert(left == 0 && kthread_count() == 1);
}

static void give_way(void)
{
    if (host_random(2))
        kthread_yield();
    else if (host_random(4) == 0)
        kthread_block(host_time + host_random(30), false);
}

static void lock_and_add(void *argument)
{
    (void)argument;
    for (int i = 0; i < 100; i++) {
        if (host_random(5) == 0) {
            while (!sync_mutex_try_lock(&mutex)) {
                host_time++; /* who spins uses time */
                kthread_yield();
            }
        } else {
            sync_mutex_lock(&mutex);
        }
        assert(inside++ == 0);
        int seen = sum;
        give_way();
        sum = seen + 1;
        assert(--inside == 0);
        sync_mutex_unlock(&mutex);
        give_way();
    }
    end();
}

static void hold_one(void *argument)
{
    (void)argument;
    for (int i = 0; i < 100; i++) {
        int outcome = sync_semaphore_down(&semaphore, host_time + host_random(200), true);

        if (outcome) {
            assert(outcome == -ETIMEDOUT);
            continue;
        }
        assert(++inside <= 3);
        give_way();
        inside--;
        sum++;
        sync_semaphore_up(&semaphore);
    }
    end();
}

static void wait_for_even(void *argument)
{
    for (int i = 0; i < 50; i++) {
        sync_mutex_lock(&mutex);
        while ((sum & 1) != ((intptr_t)argument & 1)) {
            int outcome = sync_condition_wait(&condition, &mutex, host_time + 1000, false);

            assert(mutex.holder == kthread_current() && (outcome == 0 || outcome == -ETIMEDOUT));
        }
        sum++;
        sync_condition_wake(&condition, host_random(2) ? 1 : SYNC_ALL);
        sync_mutex_unlock(&mutex);
    }
    end();
}

static void wait_in_order(void *argument)
{
    assert(sync_queue_wait(&queue, SYNC_FOR_EVER, false) == 0);
    order[came++] = (int)(intptr_t)argument;
    end();
}

static void test_queues(void)
{
    static const int ranks[] = {1, 0, 5, 1, 5}, expected[] = {2, 4, 0, 3, 1};

    for (int i = 0; i < 5; i++)
        start(i, wait_in_order, (unsigned)ranks[i]);
    kthread_yield();
    kthread_wake(&threads[1]); /* for another reason: it waits on */
    kthread_yield();
    assert(sync_queue_wake(&queue, 2) == 2 && sync_queue_wake(&queue, SYNC_ALL) == 3 && !queue.waiters);
    assert(sync_queue_wake(&queue, 1) == 0);
    finish();
    for (int i = 0; i < 5; i++)
        assert(order[i] == expected[i]);

    uint64_t begin = host_time;
    assert(sync_queue_wait(&queue, begin + 50, true) == -ETIMEDOUT && host_time == begin + 50 &&
           !queue.waiters);
    kthread_interrupt(kthread_current());
    assert(sync_queue_wait(&queue, SYNC_FOR_EVER, true) == -EINTR && !queue.waiters);
    kthread_uninterrupt(kthread_current());
}

int main(void)
{
    for (int i = 0; i < THREADS; i++)
        assert((stacks[i] = aligned_alloc(64, HOST_STACK)));
    test_queues();

    for (int i = 0; i < THREADS; i++)
        start(i, lock_and_add, 0);
    finish();
    assert(sum == THREADS * 100 && !mutex.holder && !mutex.queue.waiters);

    sum = 0;
    semaphore.count = 3;
    for (int i = 0; i < THREADS; i++)
        start(i, hold_one, 0);
    finish();
    assert(semaphore.count == 3 && !semaphore.queue.waiters && sum > 500);

    sum = 0;
    for (int i = 0; i < 10; i++)
        start(i, wait_for_even, 0);
    finish();
    assert(sum == 500 && !condition.queue.waiters && !mutex.holder);

    assert(PANICS(sync_mutex_unlock(&mutex)));
    sync_mutex_lock(&mutex);
    assert(PANICS(sync_mutex_lock(&mutex)));
    for (int i = 0; i < THREADS; i++)
        free(stacks[i]);
    puts("sync: ok");
    return 0;
}
