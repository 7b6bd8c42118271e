#include <clock.h>
#include <errno.h>
#include <linux_time.h>
#include <posix_time.h>

long sys_getrusage(long who, long usage);
long sys_times(long buffer);

/* Linux, include/uapi/linux/resource.h. */
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_SELF 0
#define RUSAGE_THREAD 1

#define TICK (NANOSECONDS / 100) /* USER_HZ is 100: include/asm-generic/param.h */

/* struct rusage: what nobody counts is 0. */
struct usage {
    struct linux_timeval user, system;
    int64_t counts[14];
};

/* struct tms, in ticks. */
struct tms {
    int64_t user, system, children_user, children_system;
};

/* The application and the kernel are one program: all of its time counts as the application's. */
static uint64_t time_of(long clock)
{
    uint64_t time = 0;

    posix_time_read(clock, &time);
    return time;
}

long sys_getrusage(long who, long usage)
{
    uint64_t time;

    switch (who) {
    case RUSAGE_SELF:
        time = time_of(LINUX_CLOCK_PROCESS_CPUTIME);
        break;
    case RUSAGE_THREAD:
        time = time_of(LINUX_CLOCK_THREAD_CPUTIME);
        break;
    case RUSAGE_CHILDREN:
        time = 0;
        break;
    default:
        return -EINVAL;
    }
    *(struct usage *)usage = (struct usage){
        .user = {(int64_t)(time / NANOSECONDS), (int64_t)(time % NANOSECONDS / 1000)},
    };
    return 0;
}

long sys_times(long buffer)
{
    if (buffer)
        *(struct tms *)buffer = (struct tms){.user = (int64_t)(time_of(LINUX_CLOCK_PROCESS_CPUTIME) / TICK)};
    return (long)(clock_monotonic() / TICK);
}
