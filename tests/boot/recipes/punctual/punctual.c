/* How late sleeps of several lengths end, and a timer's signals come, in nanoseconds. */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

static int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

static void print(const char *what, int64_t length, int64_t late)
{
    printf("%s %lld late %lld\n", what, (long long)length, (long long)late);
}

static const int64_t lengths[] = {1, 10000, 100000, 1000000, 3333333, 10000000, 50000000};

static void sleeps(void)
{
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct timespec time = {0, lengths[i]};
        int64_t worst = 0;

        for (int round = 0; round < 4; round++) {
            int64_t before = now();

            nanosleep(&time, NULL);
            int64_t late = now() - before - lengths[i];
            if (late < 0)
                printf("early by %lld\n", (long long)-late);
            worst = late > worst ? late : worst;
        }
        print("sleep", lengths[i], worst);
    }
}

static volatile int64_t came;

static void note(int signal)
{
    (void)signal;
    came = now();
}

static void timers(void)
{
    struct sigaction action = {.sa_handler = note};
    timer_t timer;

    sigaction(SIGALRM, &action, NULL);
    timer_create(CLOCK_MONOTONIC, NULL, &timer);
    for (size_t i = 1; i < 5; i++) { /* it computes meanwhile, which takes its time */
        struct itimerspec time = {.it_value = {0, lengths[i]}};
        int64_t before = now();

        came = 0;
        timer_settime(timer, 0, &time, NULL);
        while (!came)
            __asm__ volatile("" : : : "memory");
        print("timer", lengths[i], came - before - lengths[i]);
    }
}

static void condition(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    struct timespec time;

    pthread_mutex_lock(&mutex);
    for (size_t i = 1; i < sizeof lengths / sizeof *lengths; i++) {
        clock_gettime(CLOCK_REALTIME, &time);
        int64_t before = now(), end = time.tv_nsec + lengths[i];

        time.tv_sec += end / 1000000000;
        time.tv_nsec = end % 1000000000;
        pthread_cond_timedwait(&condition, &mutex, &time);
        print("condition", lengths[i], now() - before - lengths[i]);
    }
}

/* A reading needs no dispatch: what it takes is what calls of it take, one after the other. */
static void reading(void)
{
    struct timespec time;
    int64_t before = now();

    for (int i = 0; i < 1000; i++)
        clock_gettime(CLOCK_MONOTONIC, &time);
    print("reading", 0, (now() - before) / 1000);
}

int main(void)
{
    reading();
    sleeps(); /* the first one measures the alarm, too */
    puts("again");
    reading();
    sleeps();
    timers();
    condition();
    return 0;
}
