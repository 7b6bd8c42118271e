#include <errno.h>

/* Linux, include/uapi/linux/sched.h. */
#define SCHED_OTHER 0
#define SCHED_FIFO 1
#define SCHED_RR 2
#define SCHED_BATCH 3
#define SCHED_IDLE 5

#define PRIORITY_MIN 1 /* of SCHED_FIFO and SCHED_RR; the others know one only */
#define PRIORITY_MAX 99

long sys_sched_get_priority_max(long policy);
long sys_sched_get_priority_min(long policy);

static long limit(long policy, long value)
{
    switch (policy) {
    case SCHED_FIFO:
    case SCHED_RR:
        return value;
    case SCHED_OTHER:
    case SCHED_BATCH:
    case SCHED_IDLE:
        return 0;
    default:
        return -EINVAL;
    }
}

long sys_sched_get_priority_max(long policy)
{
    return limit(policy, PRIORITY_MAX);
}

long sys_sched_get_priority_min(long policy)
{
    return limit(policy, PRIORITY_MIN);
}
