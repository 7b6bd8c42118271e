/* Random timers against a list of deadlines. */
#include <assert.h>
#include <ktimer.h>
#include <scheduler.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMERS 60

static struct ktimer timers[TIMERS];
static uint64_t model[TIMERS]; /* deadlines; KTIMER_NEVER: not armed */
static uint64_t alarm = KTIMER_NEVER, now, last;
static int expirations, again = -1;

void sched_alarm(uint64_t deadline)
{
    alarm = deadline;
}

static uint64_t earliest(void)
{
    uint64_t first = KTIMER_NEVER;

    for (int i = 0; i < TIMERS; i++)
        if (model[i] < first)
            first = model[i];
    return first;
}

static void check(void)
{
    assert(ktimer_first() == earliest() && alarm == earliest());
    for (int i = 0; i < TIMERS; i++)
        assert(ktimer_armed(&timers[i]) == (model[i] != KTIMER_NEVER));
}

static void expired(struct ktimer *timer)
{
    int i = (int)(timer - timers);

    assert(!ktimer_armed(timer) && model[i] <= now && model[i] >= last);
    last = model[i];
    model[i] = KTIMER_NEVER;
    expirations++;
    if (i == again) { /* starts another, which is due too, and stops a third */
        int other = (i + 1) % TIMERS, third = (i + 2) % TIMERS;

        again = -1;
        ktimer_start(&timers[other], last);
        model[other] = last;
        ktimer_stop(&timers[third]);
        model[third] = KTIMER_NEVER;
    }
}

int main(void)
{
    srand(7);
    for (int i = 0; i < TIMERS; i++) {
        timers[i].expired = expired;
        model[i] = KTIMER_NEVER;
    }
    for (int step = 0; step < 200000; step++) {
        int i = rand() % TIMERS;

        switch (rand() % 4) {
        case 0:
        case 1: /* near, equal and far ones; armed ones move */
            model[i] = now + (uint64_t)(rand() % (rand() % 8 ? 50 : 5000));
            ktimer_start(&timers[i], model[i]);
            break;
        case 2:
            ktimer_stop(&timers[i]);
            model[i] = KTIMER_NEVER;
            break;
        default:
            now += (uint64_t)(rand() % 10);
            again = rand() % 4 ? -1 : rand() % TIMERS;
            last = 0;
            ktimer_run(now);
            for (int j = 0; j < TIMERS; j++)
                assert(model[j] > now);
        }
        check();
    }
    assert(expirations > 10000);
    puts("ktimer: ok");
    return 0;
}
