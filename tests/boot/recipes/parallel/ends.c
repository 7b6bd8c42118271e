/* Clocks, and how an image ends. */
#include "cases.h"

static double clock_of(clockid_t id)
{
    struct timespec now;

    EXPECT(clock_gettime(id, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static atomic_bool over;
static _Atomic double latest;

/* Nobody sees a time before one that somebody else saw already. */
static void *look(void *argument)
{
    (void)argument;
    for (int i = 0; i < 20000; i++) {
        double seen = latest, now = clock_of(CLOCK_MONOTONIC);

        EXPECT(now >= seen);
        latest = now;
    }
    return NULL;
}

static void *burn(void *argument)
{
    while (!over)
        continue;
    *(double *)argument = clock_of(CLOCK_THREAD_CPUTIME_ID);
    return NULL;
}

void times(void)
{
    double used[2], before, after, slept;
    pthread_t a = begin(look, NULL), b = begin(look, NULL);

    end(a);
    end(b);
    before = clock_of(CLOCK_PROCESS_CPUTIME_ID);
    slept = clock_of(CLOCK_MONOTONIC);
    a = begin(burn, &used[0]);
    b = begin(burn, &used[1]);
    usleep(100000);
    over = true;
    end(a);
    end(b);
    slept = clock_of(CLOCK_MONOTONIC) - slept;
    after = clock_of(CLOCK_PROCESS_CPUTIME_ID);
    EXPECT(slept >= 0.1 && used[0] > 0 && used[1] > 0);
    EXPECT(after - before >= used[0] + used[1] && after - before < processors() * slept);
}

static void *wait_for_ever(void *argument)
{
    pthread_mutex_t *mutex = argument;

    pthread_mutex_lock(mutex);
    pthread_mutex_lock(mutex);
    return NULL;
}

void deadlock(void)
{
    pthread_mutex_t mutexes[3] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                  PTHREAD_MUTEX_INITIALIZER};
    pthread_t thread = begin(wait_for_ever, &mutexes[0]);

    begin(wait_for_ever, &mutexes[1]);
    end(thread);
}

static void *fail_there(void *argument)
{
    pin(1);
    *(volatile char *)argument = 1;
    return NULL;
}

/* One reports; what the others would print does not come in between. */
static atomic_bool talks;

static void *talk(void *argument)
{
    (void)argument;
    for (;;) {
        write(1, "x\n", 2);
        talks = true;
    }
}

static void begin_to_talk(void)
{
    begin(talk, NULL);
    while (!talks)
        usleep(1000);
}

void crash(void)
{
    begin_to_talk();
    end(begin(fail_there, (void *)16));
}

/* Ends while another processor prints. */
void quit(void)
{
    begin_to_talk();
    exit(7);
}

/* The application runs in ring 0, too, and may look: what protects the first processor protects all of them.
 * Intel SDM volume 3, 2.5, and volume 4, table 2-2: EFER, the table of memory types. */
struct protection {
    uint64_t cr0, cr4, efer, types;
};

static uint64_t msr(uint32_t number)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return (uint64_t)high << 32 | low;
}

static struct protection look_at(int processor)
{
    struct protection found;

    pin(processor);
    __asm__ volatile("mov %%cr0, %0\n\tmov %%cr4, %1" : "=r"(found.cr0), "=r"(found.cr4));
    found.efer = msr(0xc0000080);
    found.types = msr(0x277);
    return found;
}

void registers(void)
{
    struct protection first = look_at(0), other;

    EXPECT((first.cr4 & (1 << 20 | 1 << 21 | 1 << 11)) ==
           (1 << 20 | 1 << 21 | 1 << 11)); /* SMEP, SMAP, UMIP */
    for (int i = 1; i < processors(); i++) {
        other = look_at(i);
        EXPECT(memcmp(&first, &other, sizeof first) == 0);
    }
}

extern volatile char boot_info[]; /* a variable of the kernel that is sealed */

void sealed(void)
{
    pin(1);
    boot_info[0] = 1;
}

/* The one thread that there is has its own thread-local storage wherever it wakes up. */
static _Thread_local int own = 1234;

void alone(void)
{
    for (int i = 0; i < 20; i++) {
        usleep(1000);
        pin(i % processors());
        EXPECT(own == 1234);
        usleep(1000);
        EXPECT(own == 1234 && sched_getcpu() == i % processors());
    }
}
