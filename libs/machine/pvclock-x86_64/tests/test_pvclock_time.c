// instead: ../pvclock_time.c
// cflags: -pthread
/* The arithmetic, and readings while somebody writes. */
#include "../pvclock_time.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

static void arithmetic(void)
{
    /* 1 GHz: a tick is a nanosecond, which is 2^31 after a shift by 1. */
    assert(pvclock_time_scaled(12345, 0x80000000, 1) == 12345);
    /* 4 GHz: a quarter. */
    assert(pvclock_time_scaled(4000000000, 0x80000000, -1) == 1000000000);
    /* 2.5 GHz, as KVM writes it: 0.4 ns a tick are 0.8 after a shift to the right. */
    assert(pvclock_time_scaled(2500000000, 0xcccccccd, -1) == 1000000000);
    /* 50 MHz: 20 ns a tick, 0.625 after a shift by 5. A year of it does not overflow. */
    assert(pvclock_time_scaled(50000000ull * 31556952, 0xa0000000, 5) == 31556952ull * 1000000000);
    assert(pvclock_time_scaled(0, 0xffffffff, 31) == 0);
}

static uint64_t ticks;

static uint64_t count(void)
{
    return ticks;
}

static void one_reading(void)
{
    struct pvclock_time time = {
        .version = 2, .counter = 1000, .nanoseconds = 5000, .multiplier = 0x80000000, .shift = 1};
    struct pvclock_wall wall = {.version = 4, .seconds = 1700000000, .nanoseconds = 999999999};

    ticks = 1000;
    assert(pvclock_time_read(&time, count) == 5000);
    ticks = 1700;
    assert(pvclock_time_read(&time, count) == 5700);
    assert(pvclock_time_wall(&wall) == 1700000000999999999);
}

/* The hypervisor writes again between the two looks: the reading begins anew. */
static struct pvclock_time changing;
static int calls;

static uint64_t write_meanwhile(void)
{
    if (calls++ < 3) {
        changing.version += 2;
        changing.nanoseconds += 100;
    }
    return 0;
}

static void read_again(void)
{
    changing = (struct pvclock_time){.version = 8, .multiplier = 1};
    assert(pvclock_time_read(&changing, write_meanwhile) == 300 && calls == 4);
}

/* Every state that is ever whole says the same time for the same counter; a mixture would not. */
static struct pvclock_time shared = {.version = 2, .multiplier = 0x80000000, .shift = 1};
static atomic_bool done;

static void *writer(void *argument)
{
    (void)argument;
    for (uint64_t i = 1; !atomic_load(&done); i++) {
        volatile struct pvclock_time *time = &shared;

        __atomic_store_n(&shared.version, shared.version + 1, __ATOMIC_SEQ_CST);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        time->counter = i * 977;
        time->nanoseconds = i * 977;
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        __atomic_store_n(&shared.version, shared.version + 1, __ATOMIC_SEQ_CST);
    }
    return NULL;
}

static uint64_t far(void)
{
    return UINT64_C(1) << 50;
}

static void concurrent(void)
{
    pthread_t thread;

    assert(pthread_create(&thread, NULL, writer, NULL) == 0);
    for (int i = 0; i < 200000; i++)
        assert(pvclock_time_read(&shared, far) == UINT64_C(1) << 50);
    atomic_store(&done, true);
    assert(pthread_join(thread, NULL) == 0);
}

int main(void)
{
    arithmetic();
    one_reading();
    read_again();
    concurrent();
    puts("pvclock: ok");
    return 0;
}
