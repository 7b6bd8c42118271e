#include "set.h"

#include <config.h>
#include <errno.h>
#include <string.h>

/* Where there are several processors, affinity_parallel.c has these. */
#ifndef CONFIG_LIB_SCHED_PARALLEL
#define ONLY UINT64_C(1) /* processor 0 */

long sys_getcpu(long processor, long node);
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
#endif
