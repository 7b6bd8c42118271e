/*
 * What a program pays for the kernel below it: the same source on Linux and on Unilith.
 *
 *     bench_kernel [ROUNDS]
 *
 * prints a line `BENCHMARK OPERATIONS NANOSECONDS` for each: what all operations of the quickest of five runs
 * took, by CLOCK_MONOTONIC. ROUNDS (100) scales the number of operations, in percent.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define RUNS 5
#define PAGE 4096

static void check(int ok, const char *what)
{
    if (!ok) {
        printf("failed: %s\n", what);
        exit(1);
    }
}

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static pthread_t start(void *(*function)(void *), void *argument)
{
    pthread_t thread;

    check(pthread_create(&thread, NULL, function, argument) == 0, "pthread_create");
    return thread;
}

static void system_call(long count)
{
    for (long i = 0; i < count; i++)
        getppid();
}

static void clock_reading(long count)
{
    struct timespec time;

    for (long i = 0; i < count; i++)
        clock_gettime(CLOCK_MONOTONIC, &time);
}

static void *yield(void *argument)
{
    for (long i = 0; i < (long)(intptr_t)argument / 2; i++)
        sched_yield();
    return NULL;
}

/* Two threads that give way to each other. */
static void yielding(long count)
{
    pthread_t other = start(yield, (void *)(intptr_t)count);

    yield((void *)(intptr_t)count);
    pthread_join(other, NULL);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long turn, turns;

static void *take_turns(void *argument)
{
    long mine = (long)(intptr_t)argument;

    pthread_mutex_lock(&lock);
    while (turn < turns) {
        if (turn % 2 == mine) {
            turn++;
            pthread_cond_signal(&changed);
        } else {
            pthread_cond_wait(&changed, &lock);
        }
    }
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* A mutex and a condition: each thread lets the other one go on. */
static void mutex_ping_pong(long count)
{
    pthread_t other;

    turn = 0;
    turns = count;
    other = start(take_turns, (void *)1);
    take_turns((void *)0);
    pthread_join(other, NULL);
}

static int there[2], back[2];

static void *answer(void *argument)
{
    char byte;

    for (long i = 0; i < (long)(intptr_t)argument; i++) {
        check(read(there[0], &byte, 1) == 1, "read");
        check(write(back[1], &byte, 1) == 1, "write");
    }
    return NULL;
}

static void pipe_ping_pong(long count)
{
    pthread_t other;
    char byte = 1;

    check(pipe(there) == 0 && pipe(back) == 0, "pipe");
    other = start(answer, (void *)(intptr_t)count);
    for (long i = 0; i < count; i++) {
        check(write(there[1], &byte, 1) == 1, "write");
        check(read(back[0], &byte, 1) == 1, "read");
    }
    pthread_join(other, NULL);
    for (int i = 0; i < 2; i++) {
        close(there[i]);
        close(back[i]);
    }
}

static void *nothing(void *argument)
{
    return argument;
}

static void create_and_join(long count)
{
    for (long i = 0; i < count; i++)
        pthread_join(start(nothing, NULL), NULL);
}

static void *map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    check(memory != MAP_FAILED, "mmap");
    return memory;
}

/* The first use of each page of a fresh mapping, with the mapping. */
static void page_faults(long count)
{
    volatile char *memory = map((size_t)count * PAGE);

    for (long i = 0; i < count; i++)
        memory[i * PAGE] = 1;
    munmap((void *)memory, (size_t)count * PAGE);
}

static void map_and_unmap(long count)
{
    for (long i = 0; i < count; i++)
        munmap(map(16 * PAGE), 16 * PAGE);
}

/* The same, with one page used. */
static void map_use_unmap(long count)
{
    for (long i = 0; i < count; i++) {
        volatile char *memory = map(16 * PAGE);

        *memory = 1;
        munmap((void *)memory, 16 * PAGE);
    }
}

/* Sizes as programs ask for them: mostly small, some of pages, few large enough to be mapped. */
static void malloc_and_free(long count)
{
    static void *held[256];
    uint32_t random = 1;

    for (long i = 0; i < count; i++) {
        random = random * 1664525 + 1013904223;
        unsigned place = random >> 24;
        size_t size = random >> 20 & 15 ? 16 + (random >> 8 & 255) : 16 + (random >> 4 & 16383);

        if ((random >> 8 & 0xfff) == 0)
            size = 200000;
        free(held[place]);
        held[place] = malloc(size);
        check(held[place] != NULL, "malloc");
        *(char *)held[place] = 1;
    }
    for (int i = 0; i < 256; i++) {
        free(held[i]);
        held[i] = NULL;
    }
}

static const struct {
    const char *name;
    void (*run)(long count);
    long count;
} benchmarks[] = {
    {"system_call", system_call, 200000},
    {"clock_reading", clock_reading, 100000},
    {"yielding", yielding, 20000},
    {"mutex_ping_pong", mutex_ping_pong, 10000},
    {"pipe_ping_pong", pipe_ping_pong, 5000},
    {"create_and_join", create_and_join, 1000},
    {"page_faults", page_faults, 4000},
    {"map_and_unmap", map_and_unmap, 5000},
    {"map_use_unmap", map_use_unmap, 5000},
    {"malloc_and_free", malloc_and_free, 50000},
};

int main(int argc, char **argv)
{
    long percent = argc > 1 ? atol(argv[1]) : 100;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < sizeof benchmarks / sizeof *benchmarks; i++) {
        uint64_t best = UINT64_MAX;
        long count = benchmarks[i].count * percent / 100;

        for (int run = 0; run < RUNS; run++) {
            uint64_t begin = now();

            benchmarks[i].run(count);
            uint64_t taken = now() - begin;
            best = taken < best ? taken : best;
        }
        printf("%s %ld %llu\n", benchmarks[i].name, count, (unsigned long long)best);
    }
    return 0;
}
