#include "threads_parts.h"

#include <config.h>
#include <errno.h>
#include <linux_time.h>
#include <scheduler.h>
#ifdef CONFIG_LIB_USERS
#include <users.h>
#endif

/* Linux, include/uapi/linux/sched.h. */
#define SCHED_OTHER 0
#define SCHED_FIFO 1
#define SCHED_RR 2
#define SCHED_BATCH 3
#define SCHED_IDLE 5
#define SCHED_RESET_ON_FORK 0x40000000

#define PRIORITY_MAX 99 /* of SCHED_FIFO and SCHED_RR; they begin at 1 */

long sys_sched_yield(void);
long sys_sched_getscheduler(long id);
long sys_sched_setscheduler(long id, long policy, long parameters);
long sys_sched_getparam(long id, long parameters);
long sys_sched_setparam(long id, long parameters);
long sys_sched_rr_get_interval(long id, long interval);

unsigned threads_rank(const struct posix_thread *thread)
{
    return (unsigned)thread->priority;
}

bool threads_sliced(const struct posix_thread *thread)
{
    return thread->policy != SCHED_FIFO;
}

static int find(long id, struct posix_thread **thread)
{
    if (id < 0)
        return -EINVAL;
    *thread = id ? threads_find((int)id) : threads_current();
    return *thread ? 0 : -ESRCH;
}

static bool valid(int policy, int priority)
{
    switch (policy) {
    case SCHED_FIFO:
    case SCHED_RR:
        return priority >= 1 && priority <= PRIORITY_MAX;
    case SCHED_OTHER:
    case SCHED_BATCH:
    case SCHED_IDLE:
        return priority == 0;
    default:
        return false;
    }
}

static long set(struct posix_thread *thread, int policy, int priority)
{
    if (!valid(policy, priority))
        return -EINVAL;
#ifdef CONFIG_LIB_USERS
    if ((priority > thread->priority || (priority != 0 && policy != thread->policy)) && !users_are_root())
        return -EPERM; /* RLIMIT_RTPRIO is 0 for everybody */
#endif
    thread->policy = policy;
    thread->priority = priority;
#ifdef CONFIG_THREADS_PRIORITY_INHERITANCE
    threads_rank_again(thread, true);
#else
    kthread_rank(thread->kernel, threads_rank(thread), threads_sliced(thread));
#endif
    return 0;
}

long sys_sched_setscheduler(long id, long policy, long parameters)
{
    struct posix_thread *thread;
    int error = parameters ? find(id, &thread) : -EINVAL;

    return error ? error : set(thread, (int)policy & ~SCHED_RESET_ON_FORK, *(const int *)parameters);
}

long sys_sched_setparam(long id, long parameters)
{
    struct posix_thread *thread;
    int error = parameters ? find(id, &thread) : -EINVAL;

    return error ? error : set(thread, thread->policy, *(const int *)parameters);
}

long sys_sched_getscheduler(long id)
{
    struct posix_thread *thread;
    int error = find(id, &thread);

    return error ? error : thread->policy;
}

long sys_sched_getparam(long id, long parameters)
{
    struct posix_thread *thread;
    int error = parameters ? find(id, &thread) : -EINVAL;

    if (!error)
        *(int *)parameters = thread->priority;
    return error;
}

long sys_sched_rr_get_interval(long id, long interval)
{
    struct posix_thread *thread;
    int error = find(id, &thread);
    uint64_t slice;

    if (error)
        return error;
    slice = threads_sliced(thread) ? sched_slice() : 0;
    *(struct linux_timespec *)interval = (struct linux_timespec){
        .seconds = (int64_t)(slice / NANOSECONDS),
        .nanoseconds = (int64_t)(slice % NANOSECONDS),
    };
    return 0;
}

long sys_sched_yield(void)
{
    threads_current();
    kthread_yield();
    return 0;
}
