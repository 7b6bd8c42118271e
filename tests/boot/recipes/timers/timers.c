/* Timers: what they send, when, to whom, and how many times they were missed. */
#include "cases.h"

static volatile int count;
static siginfo_t got;
static pthread_t by;

static void note(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    got = *info;
    by = pthread_self();
    count++;
}

static void handle(int signal)
{
    struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};

    EXPECT(sigaction(signal, &action, NULL) == 0);
    count = 0;
}

static timer_t timer_on(clockid_t clock, int signal, int value)
{
    struct sigevent event = {
        .sigev_notify = SIGEV_SIGNAL, .sigev_signo = signal, .sigev_value.sival_int = value};
    timer_t timer;

    EXPECT(timer_create(clock, &event, &timer) == 0);
    return timer;
}

static void set(timer_t timer, int flags, int64_t value, int64_t interval)
{
    struct itimerspec time = {timespec(interval), timespec(value)};

    EXPECT(timer_settime(timer, flags, &time, NULL) == 0);
}

static int64_t left(timer_t timer)
{
    struct itimerspec time;

    EXPECT(timer_gettime(timer, &time) == 0);
    return time.it_value.tv_sec * 1000000000 + time.it_value.tv_nsec;
}

void one_shot(void)
{
    timer_t timer = timer_on(CLOCK_MONOTONIC, SIGUSR1, 42);
    int64_t before = reading(CLOCK_MONOTONIC);

    handle(SIGUSR1);
    EXPECT(left(timer) == 0);
    set(timer, 0, 1000000 * MS, 0);
    int64_t rest = left(timer);
    EXPECT(rest > 0 && rest <= 1000000 * MS);
    set(timer, 0, 50 * MS, 0);
    while (!count)
        __asm__ volatile("" : : : "memory");
    EXPECT(reading(CLOCK_MONOTONIC) - before >= 50 * MS && left(timer) == 0);
    EXPECT(got.si_code == SI_TIMER && got.si_value.sival_int == 42 && got.si_overrun == 0);
    set(timer, 0, 1000000 * MS, 0);
    set(timer, 0, 0, 0);
    EXPECT(left(timer) == 0 && count == 1 && timer_delete(timer) == 0);
    EXPECT(timer_delete(timer) != 0);
}

void interval_and_overrun(void)
{
    timer_t timer = timer_on(CLOCK_REALTIME, SIGRTMIN + 2, 7);
    sigset_t set_of;
    siginfo_t info;

    handle(SIGRTMIN + 2);
    set(timer, 0, 2 * MS, 2 * MS);
    while (count < 10)
        pause();
    EXPECT(got.si_value.sival_int == 7);
    sigemptyset(&set_of);
    sigaddset(&set_of, SIGRTMIN + 2);
    EXPECT(sigprocmask(SIG_BLOCK, &set_of, NULL) == 0);
    set(timer, 0, 2 * MS, 2 * MS);
    struct timespec time = timespec(50 * MS);
    nanosleep(&time, NULL);
    EXPECT(sigwaitinfo(&set_of, &info) == SIGRTMIN + 2 && info.si_code == SI_TIMER);
    /* 50 ms are 25 times 2, the first of which is the signal itself. */
    EXPECT(info.si_overrun >= 23 && timer_getoverrun(timer) == info.si_overrun);
    set(timer, 0, 0, 0);
    EXPECT(sigprocmask(SIG_UNBLOCK, &set_of, NULL) == 0 && timer_delete(timer) == 0);
}

void absolute(void)
{
    timer_t timer = timer_on(CLOCK_REALTIME, SIGUSR1, 0);
    int64_t when = reading(CLOCK_REALTIME) + 5 * MS;
    sigset_t usr1, none;

    handle(SIGUSR1);
    sigemptyset(&none);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    EXPECT(sigprocmask(SIG_BLOCK, &usr1, NULL) == 0); /* so that it cannot come just before the wait */
    set(timer, TIMER_ABSTIME, when, 0);
    while (!count)
        sigsuspend(&none);
    EXPECT(reading(CLOCK_REALTIME) >= when);
    set(timer, TIMER_ABSTIME, 1000, 0); /* long ago */
    while (count < 2)
        sigsuspend(&none);
    EXPECT(sigprocmask(SIG_UNBLOCK, &usr1, NULL) == 0 && timer_delete(timer) == 0);
}

static volatile int called;
static pthread_t caller;

static void call(union sigval value)
{
    EXPECT(value.sival_int == 11);
    caller = pthread_self();
    called++;
}

/* The C library makes a thread for such a timer, which gets signals of its own. */
void by_thread(void)
{
    struct sigevent event = {
        .sigev_notify = SIGEV_THREAD, .sigev_notify_function = call, .sigev_value.sival_int = 11};
    timer_t timer;
    struct timespec little = timespec(MS);

    EXPECT(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    set(timer, 0, MS, MS);
    while (called < 10)
        nanosleep(&little, NULL);
    EXPECT(!pthread_equal(caller, pthread_self()) && timer_delete(timer) == 0);
}

void many_timers(void)
{
    timer_t timers[64];
    struct timespec little = timespec(MS);

    handle(SIGRTMIN + 5);
    for (int i = 0; i < 64; i++) {
        timers[i] = timer_on(CLOCK_MONOTONIC, SIGRTMIN + 5, i);
        set(timers[i], 0, (64 - i) * MS / 8, 0);
    }
    while (count < 64)
        nanosleep(&little, NULL);
    for (int i = 0; i < 64; i++)
        EXPECT(left(timers[i]) == 0 && timer_delete(timers[i]) == 0);
    EXPECT(count == 64);
}

static timer_t of_processor_time;

/* While the process sleeps its own time does not pass. */
static bool a_sleep_is_not_counted(void)
{
    struct timespec time = timespec(20 * MS);
    int64_t before = reading(CLOCK_PROCESS_CPUTIME_ID);
    bool slept;

    handle(SIGUSR1);
    set(of_processor_time, 0, 15 * MS, 0);
    slept = nanosleep(&time, NULL) == 0 && count == 0;
    while (!count)
        __asm__ volatile("" : : : "memory");
    EXPECT(reading(CLOCK_PROCESS_CPUTIME_ID) - before >= 15 * MS);
    return slept;
}

void processor_time_timer(void)
{
    of_processor_time = timer_on(CLOCK_PROCESS_CPUTIME_ID, SIGUSR1, 0);
    in_the_end(a_sleep_is_not_counted);
    EXPECT(timer_delete(of_processor_time) == 0);
}

void virtual_and_profiling(void)
{
    struct itimerval time = {{0, 2000}, {0, 2000}}, none = {{0, 0}, {0, 0}};

    handle(SIGVTALRM);
    handle(SIGPROF);
    EXPECT(setitimer(ITIMER_VIRTUAL, &time, NULL) == 0);
    while (count < 3)
        __asm__ volatile("" : : : "memory");
    EXPECT(got.si_signo == SIGVTALRM && setitimer(ITIMER_VIRTUAL, &none, NULL) == 0);
    count = 0;
    EXPECT(setitimer(ITIMER_PROF, &time, NULL) == 0);
    while (count < 3)
        __asm__ volatile("" : : : "memory");
    EXPECT(got.si_signo == SIGPROF && setitimer(ITIMER_PROF, &none, NULL) == 0);
}

void itimer_values(void)
{
    struct itimerval time = {{3, 0}, {10000, 500}}, got_time, bad = {{0, 0}, {0, 1000000}};

    EXPECT(setitimer(ITIMER_REAL, &time, NULL) == 0 && getitimer(ITIMER_REAL, &got_time) == 0);
    EXPECT(got_time.it_interval.tv_sec == 3 && got_time.it_value.tv_sec >= 9000 &&
           got_time.it_value.tv_sec <= 10000);
    EXPECT(setitimer(ITIMER_REAL, &bad, NULL) == -1 && errno == EINVAL);
    EXPECT(getitimer(7, &got_time) == -1 && errno == EINVAL);
    unsigned rest = alarm(5000);
    EXPECT(rest >= 9000 && rest <= 10001);
    rest = alarm(0);
    EXPECT(rest >= 4000 && rest <= 5000 && alarm(0) == 0);
}
