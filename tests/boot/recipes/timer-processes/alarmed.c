/* alarmed counts|dies|leaves: a child with timers of its own. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int count;

static void note(int signal)
{
    (void)signal;
    count++;
}

int main(int argc, char **argv)
{
    struct itimerval time = {{0, 5000}, {0, 5000}}, inherited;
    struct itimerspec spec = {.it_value = {0, 3000000}};
    timer_t timer;

    if (argc != 2 || getitimer(ITIMER_REAL, &inherited) || inherited.it_value.tv_sec ||
        inherited.it_value.tv_usec)
        return 1;
    if (strcmp(argv[1], "counts") == 0) {
        signal(SIGALRM, note);
        setitimer(ITIMER_REAL, &time, NULL);
        while (count < 10)
            __asm__ volatile("" : : : "memory");
        return 10;
    }
    if (timer_create(CLOCK_MONOTONIC, NULL, &timer) || timer_settime(timer, 0, &spec, NULL))
        return 2;
    if (strcmp(argv[1], "dies") == 0)
        for (;;)
            pause();
    return 20; /* with both armed */
}
