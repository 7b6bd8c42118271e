#include <errno.h>
#include <stdint.h>
#include <string.h>

/* Linux, include/uapi/linux/sched.h. */
#define SCHED_OTHER 0
#define SCHED_FIFO 1
#define SCHED_RR 2
#define SCHED_BATCH 3
#define SCHED_IDLE 5

#define PRIORITY_MIN 1 /* of SCHED_FIFO and SCHED_RR; the others know one only */
#define PRIORITY_MAX 99

#define SET_SIZE                                                                                             \
    sizeof(uint64_t)     /* bytes of a set of processors; Linux's has a whole number of words, too           \
                          */
#define ONLY UINT64_C(1) /* processor 0 */

long sys_getcpu(long processor, long node);
long sys_sched_get_priority_max(long policy);
long sys_sched_get_priority_min(long policy);
long sys_sched_getaffinity(long thread, long size, long set);
long sys_sched_setaffinity(long thread, long size, long set);

long sys_getcpu(long processor, long node)
{
    if (processor)
        *(unsigned *)processor = 0;
    if (node)
        *(unsigned *)node = 0;
    return 0;
}

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

/* The same for every thread, so it does not matter which. Returns how many bytes of the set mean something.
 */
long sys_sched_getaffinity(long thread, long size, long set)
{
    const uint64_t processors = ONLY;

    (void)thread;
    if ((unsigned long)size < SET_SIZE || size % (long)sizeof(long))
        return -EINVAL;
    memcpy((void *)set, &processors, SET_SIZE);
    return SET_SIZE;
}

/* A set must hold the one processor there is. */
long sys_sched_setaffinity(long thread, long size, long set)
{
    (void)thread;
    return size > 0 && (*(const uint8_t *)set & ONLY) ? 0 : -EINVAL;
}
