/*
 * What a threaded program gains by further processors: the same source on Linux and on Unilith.
 *
 * Does the same work by one thread, and by one on each processor, each kind in the quickest of some runs, and
 * prints a line `BENCHMARK NANOSECONDS NANOSECONDS` for each: by one, by all.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RUNS 3
#define THREADS 8

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static volatile uint32_t results[THREADS][16]; /* a line of the cache each */
static volatile uint32_t shared;

static uint32_t step(uint32_t x, long count)
{
    for (long i = 0; i < count; i++)
        x = x * 1664525 + 1013904223;
    return x;
}

static void computing(int thread, long count)
{
    results[thread][0] = step(results[thread][0], count);
}

/* A lock that is held for a hundredth of the time. */
static void locking(int thread, long count)
{
    for (long i = 0; i < count; i++) {
        results[thread][0] = step(results[thread][0], 10000);
        pthread_mutex_lock(&mutex);
        shared = step(shared, 100);
        pthread_mutex_unlock(&mutex);
    }
}

static void allocating(int thread, long count)
{
    for (long i = 0; i < count; i++) {
        size_t size = 16 + (size_t)(i * 2654435761u) % 2000;
        char *memory = malloc(size);

        memset(memory, thread, size);
        results[thread][0] += (uint32_t)memory[size / 2];
        free(memory);
    }
}

/* The kernel is one processor's at a time: there is nothing to gain. */
static void calling(int thread, long count)
{
    for (long i = 0; i < count; i++)
        results[thread][0] += (uint32_t)getppid();
}

static const struct {
    const char *name;
    void (*run)(int thread, long count);
    long count;
} benchmarks[] = {
    {"computing", computing, 400000000},
    {"locking", locking, 30000},
    {"allocating", allocating, 400000},
    {"calling", calling, 1000000},
};

struct share {
    pthread_t thread;
    void (*run)(int thread, long count);
    int number;
    long count;
};

static void *begin(void *argument)
{
    const struct share *share = argument;

    share->run(share->number, share->count);
    return NULL;
}

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint64_t quickest(void (*run)(int, long), long count, int threads)
{
    uint64_t best = UINT64_MAX;

    for (int i = 0; i < RUNS; i++) {
        struct share shares[THREADS];
        uint64_t start = now(), taken;

        for (int t = 0; t < threads; t++) {
            shares[t] = (struct share){.run = run, .number = t, .count = count / threads};
            if (pthread_create(&shares[t].thread, NULL, begin, &shares[t]) != 0)
                exit(1);
        }
        for (int t = 0; t < threads; t++)
            pthread_join(shares[t].thread, NULL);
        taken = now() - start;
        best = taken < best ? taken : best;
    }
    return best;
}

int main(void)
{
    int processors = (int)sysconf(_SC_NPROCESSORS_ONLN);

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < sizeof benchmarks / sizeof *benchmarks; i++) {
        uint64_t one = quickest(benchmarks[i].run, benchmarks[i].count, 1);
        uint64_t all = quickest(benchmarks[i].run, benchmarks[i].count, processors);

        printf("%s %llu %llu\n", benchmarks[i].name, (unsigned long long)one, (unsigned long long)all);
    }
    return 0;
}
