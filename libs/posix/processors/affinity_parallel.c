/* Where there are several processors, and threads that may run on each. */
#include <config.h>
#ifdef CONFIG_LIB_SCHED_PARALLEL
#include "set.h"

#include <errno.h>
#include <sched_parallel.h>
#include <string.h>
#ifdef CONFIG_LIB_THREADS
#include <posix_thread.h>
#endif

long sys_getcpu(long processor, long node);
long sys_sched_getaffinity(long thread, long size, long set);
long sys_sched_setaffinity(long thread, long size, long set);

long sys_getcpu(long processor, long node)
{
    if (processor)
        *(unsigned *)processor = sched_cpu();
    if (node)
        *(unsigned *)node = 0;
    return 0;
}

#ifdef CONFIG_LIB_THREADS
static struct sched_place *place_of(long thread)
{
    struct posix_thread *found = thread ? threads_find((int)thread) : threads_current();

    return found ? &found->kernel->place : NULL;
}
#endif

/* Returns how many bytes of the set mean something. */
long sys_sched_getaffinity(long thread, long size, long set)
{
    uint64_t processors = sched_parallel_processors();

    if ((unsigned long)size < SET_SIZE || size % (long)sizeof(long))
        return -EINVAL;
#ifdef CONFIG_LIB_THREADS
    const struct sched_place *place = place_of(thread);
    if (!place)
        return -ESRCH;
    processors &= ~(uint64_t)place->avoided;
#else
    (void)thread;
#endif
    memcpy((void *)set, &processors, SET_SIZE);
    return SET_SIZE;
}

/* Processors that there are not do no harm in a set. */
long sys_sched_setaffinity(long thread, long size, long set)
{
    uint8_t wanted = size > 0 ? *(const uint8_t *)set & sched_parallel_processors() : 0;

    if (!wanted)
        return -EINVAL;
#ifdef CONFIG_LIB_THREADS
    struct sched_place *place = place_of(thread);
    if (!place)
        return -ESRCH;
    sched_parallel_avoid(place, (uint8_t)~wanted);
#else
    (void)thread;
#endif
    return 0;
}
#endif
