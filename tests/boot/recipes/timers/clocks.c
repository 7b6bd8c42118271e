/* Clocks: what they count, sleeping by them, and setting one. */
#include "cases.h"

static int64_t burn(int64_t nanoseconds)
{
    int64_t until = reading(CLOCK_MONOTONIC) + nanoseconds;

    while (reading(CLOCK_MONOTONIC) < until)
        ;
    return reading(CLOCK_THREAD_CPUTIME_ID);
}

static void *other(void *argument)
{
    (void)argument;
    return (void *)(intptr_t)burn(10 * MS);
}

static bool a_sleep_takes_none(void)
{
    struct timespec time = timespec(50 * MS);
    int64_t process = reading(CLOCK_PROCESS_CPUTIME_ID), thread = reading(CLOCK_THREAD_CPUTIME_ID);

    nanosleep(&time, NULL);
    return reading(CLOCK_PROCESS_CPUTIME_ID) - process < 40 * MS &&
           reading(CLOCK_THREAD_CPUTIME_ID) - thread < 40 * MS;
}

static bool another_thread_s_counts_for_the_process_only(void)
{
    int64_t process = reading(CLOCK_PROCESS_CPUTIME_ID), thread = reading(CLOCK_THREAD_CPUTIME_ID);
    clockid_t its;
    pthread_t id;
    void *result;

    EXPECT(pthread_create(&id, NULL, other, NULL) == 0 && pthread_getcpuclockid(id, &its) == 0);
    EXPECT(reading(its) >= 0 && pthread_join(id, &result) == 0);
    EXPECT(reading(CLOCK_PROCESS_CPUTIME_ID) - process >= (intptr_t)result);
    /* It began at nothing, and this one may have run in between. */
    return (intptr_t)result >= 4 * MS && (intptr_t)result < 100 * MS &&
           reading(CLOCK_THREAD_CPUTIME_ID) - thread < 10 * MS;
}

void processor_time(void)
{
    clockid_t its;

    in_the_end(a_sleep_takes_none);
    in_the_end(another_thread_s_counts_for_the_process_only);
    EXPECT(clock_getcpuclockid(0, &its) == 0 && reading(its) > 0);
    EXPECT(clock() > 0);
}

void clock_numbers(void)
{
    struct timespec time;

    EXPECT(clock_getres(CLOCK_MONOTONIC, &time) == 0 && time.tv_sec == 0 && time.tv_nsec == 1);
    EXPECT(clock_getres(CLOCK_THREAD_CPUTIME_ID, &time) == 0 && time.tv_nsec == 1);
    EXPECT(clock_gettime(99, &time) == -1 && errno == EINVAL);
    EXPECT(clock_getres(99, &time) == -1 && errno == EINVAL);
    EXPECT(clock_getcpuclockid(4711, &(clockid_t){0}) == EINVAL); /* what the C library makes of it */
    EXPECT(reading(CLOCK_REALTIME) > 1600000000000000000);
}

void absolute_sleeps(void)
{
    static const clockid_t clocks[] = {CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME};

    for (int i = 0; i < 3; i++) {
        int64_t when = reading(clocks[i]) + 5 * MS;
        struct timespec time = timespec(when), past = timespec(1);

        EXPECT(clock_nanosleep(clocks[i], TIMER_ABSTIME, &time, NULL) == 0 && reading(clocks[i]) >= when);
        EXPECT(clock_nanosleep(clocks[i], TIMER_ABSTIME, &past, NULL) == 0);
    }
    struct timespec bad = {0, 1000000000};
    EXPECT(clock_nanosleep(CLOCK_MONOTONIC, 0, &bad, NULL) == EINVAL);
    EXPECT(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &(struct timespec){0, 1}, NULL) == EINVAL);
}

static volatile int woken;

static void *sleeper(void *argument)
{
    struct timespec time = timespec(*(int64_t *)argument);

    EXPECT(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &time, NULL) == 0);
    woken = 1;
    return NULL;
}

/* Who sleeps until a moment of the time of day wakes when it is set past it; timers follow, lengths do not.
 */
void clock_is_set(void)
{
    int64_t now = reading(CLOCK_REALTIME), monotonic = reading(CLOCK_MONOTONIC), when = now + 3600000 * MS;
    struct timespec later = timespec(when + MS), back = timespec(now), little = timespec(5 * MS);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2};
    struct itimerspec spec = {.it_value = timespec(when)};
    sigset_t usr2;
    siginfo_t info;
    timer_t timer;
    pthread_t id;

    sigemptyset(&usr2);
    sigaddset(&usr2, SIGUSR2);
    sigprocmask(SIG_BLOCK, &usr2, NULL);
    EXPECT(timer_create(CLOCK_REALTIME, &event, &timer) == 0);
    EXPECT(timer_settime(timer, TIMER_ABSTIME, &spec, NULL) == 0);
    EXPECT(pthread_create(&id, NULL, sleeper, &when) == 0);
    nanosleep(&little, NULL);
    EXPECT(!woken && clock_settime(CLOCK_REALTIME, &later) == 0);
    EXPECT(pthread_join(id, NULL) == 0 && woken && sigwaitinfo(&usr2, &info) == SIGUSR2);
    EXPECT(reading(CLOCK_REALTIME) > when && reading(CLOCK_MONOTONIC) - monotonic < 1800000 * MS);
    EXPECT(clock_settime(CLOCK_REALTIME, &back) == 0 && reading(CLOCK_REALTIME) < when);
    EXPECT(clock_settime(CLOCK_MONOTONIC, &back) == -1 && errno == EINVAL && timer_delete(timer) == 0);
}
