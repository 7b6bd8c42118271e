/* Which processors there are, and which of them a thread may run on. */
#include <config.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef CONFIG_LIB_SCHED_PARALLEL
#include <sched_parallel.h>
#define HERE sched_cpu()
#define PROCESSORS sched_parallel_processors()
#else
#define HERE 0
#define PROCESSORS 1u
#endif
#if defined(CONFIG_LIB_SCHED_PARALLEL) && defined(CONFIG_LIB_THREADS)
#include <posix_thread.h>
#define CHOICE /* a thread may be kept off processors */
#endif

#define SET_SIZE sizeof(uint64_t) /* bytes; Linux's sets have a whole number of words, too */

long sys_getcpu(long processor, long node);
long sys_sched_getaffinity(long thread, long size, long set);
long sys_sched_setaffinity(long thread, long size, long set);

long sys_getcpu(long processor, long node)
{
    if (processor)
        *(unsigned *)processor = HERE;
    if (node)
        *(unsigned *)node = 0;
    return 0;
}

#ifdef CHOICE
static struct sched_place *place_of(long thread)
{
    struct posix_thread *found = thread ? threads_find((int)thread) : threads_current();

    return found ? &found->kernel->place : NULL;
}
#endif

/* Returns how many bytes of the set mean something. Without a choice every thread has the same. */
long sys_sched_getaffinity(long thread, long size, long set)
{
    uint64_t processors = PROCESSORS;

    if ((unsigned long)size < SET_SIZE || size % (long)sizeof(long))
        return -EINVAL;
#ifdef CHOICE
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

/* A set must hold a processor that there is; others do no harm in it. */
long sys_sched_setaffinity(long thread, long size, long set)
{
    uint8_t wanted = size > 0 ? *(const uint8_t *)set & PROCESSORS : 0;

    if (!wanted)
        return -EINVAL;
#ifdef CHOICE
    struct sched_place *place = place_of(thread);
    if (!place)
        return -ESRCH;
    sched_parallel_avoid(place, (uint8_t)~wanted);
#else
    (void)thread;
#endif
    return 0;
}
