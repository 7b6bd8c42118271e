/*
 * select(2), by way of poll(2): its three sets of bits become a list of descriptors.
 */
#include "poll_parts.h"

#include <errno.h>
#include <fd_table.h>
#include <heap.h>
#include <linux_time.h>
#include <readiness.h>

#define ON_STACK 16 /* descriptors */

/* What makes a descriptor stay in each set: POLLIN_SET, POLLOUT_SET and POLLEX_SET in Linux's fs/select.c. */
#define READABLE (READINESS_READABLE | READINESS_RDBAND | READINESS_HUP | READINESS_ERR)
#define WRITABLE (READINESS_WRITABLE | READINESS_WRBAND | READINESS_ERR)
#define EXCEPTIONAL READINESS_PRI

#define SETS 3

long sys_pselect6(long count, long readable, long writable, long exceptional, long timeout, long mask);
long sys_select(long count, long readable, long writable, long exceptional, long timeout);

typedef unsigned long set;

static const unsigned meaning[SETS] = {READABLE, WRITABLE, EXCEPTIONAL};

static bool is_in(const set *set, unsigned fd)
{
    return set != NULL && set[fd / LINUX_FD_SET_BITS] >> fd % LINUX_FD_SET_BITS & 1;
}

/* Lists what is in any of the sets; returns how many that are, or -EBADF if one of them is not open. */
static long list(set *const sets[SETS], unsigned count, struct linux_pollfd *fds)
{
    long listed = 0;

    for (unsigned fd = 0; fd < count; fd++) {
        unsigned events = 0;
        struct open_file *file;

        for (unsigned i = 0; i < SETS; i++)
            events |= is_in(sets[i], fd) ? meaning[i] : 0;
        if (events == 0)
            continue;
        if (fds != NULL) {
            fds[listed] = (struct linux_pollfd){.fd = (int)fd, .events = (int16_t)events};
        } else {
            file = fd_get(fd);
            if (file == NULL)
                return -EBADF;
            fd_put(file);
        }
        listed++;
    }
    return listed;
}

/* Leaves in the sets what has happened; returns how many bits that are. */
static long deliver(set *const sets[SETS], const struct linux_pollfd *fds, long listed)
{
    long bits = 0;

    for (unsigned i = 0; i < SETS; i++) {
        if (sets[i] == NULL)
            continue;
        for (long n = 0; n < listed; n++) {
            unsigned fd = (unsigned)fds[n].fd;
            bool stays = is_in(sets[i], fd) && ((uint16_t)fds[n].returned & meaning[i]);
            set bit = 1ul << fd % LINUX_FD_SET_BITS;

            if (!stays)
                sets[i][fd / LINUX_FD_SET_BITS] &= ~bit;
            bits += stays;
        }
    }
    return bits;
}

static long select_until(long count, set *const sets[SETS], uint64_t deadline, const linux_sigset *mask)
{
    struct linux_pollfd few[ON_STACK], *fds = few;
    long listed, result;

    if ((int)count < 0)
        return -EINVAL;
    if (count > LINUX_FD_SETSIZE)
        count = LINUX_FD_SETSIZE;
    listed = list(sets, (unsigned)count, NULL);
    if (listed < 0)
        return listed;
    if (listed > ON_STACK) {
        fds = heap_alloc((size_t)listed * sizeof(*fds));
        if (fds == NULL)
            return -ENOMEM;
    }
    list(sets, (unsigned)count, fds);
    result = poll_wait(fds, (size_t)listed, deadline, mask);
    if (result >= 0)
        result = deliver(sets, fds, listed);
    if (fds != few)
        heap_free(fds);
    return result;
}

long sys_select(long count, long readable, long writable, long exceptional, long timeout)
{
    set *const sets[SETS] = {(set *)readable, (set *)writable, (set *)exceptional};
    const struct linux_timeval *time = (const struct linux_timeval *)timeout;
    uint64_t deadline = WAIT_FOR_EVER;

    if (time != NULL) {
        struct linux_timespec length;

        if (time->seconds < 0 || time->microseconds < 0)
            return -EINVAL;
        length.seconds = time->seconds + time->microseconds / 1000000;
        length.nanoseconds = time->microseconds % 1000000 * 1000;
        deadline = poll_deadline(linux_timespec_nanoseconds(&length));
    }
    return select_until(count, sets, deadline, NULL);
}

long sys_pselect6(long count, long readable, long writable, long exceptional, long timeout, long mask)
{
    set *const sets[SETS] = {(set *)readable, (set *)writable, (set *)exceptional};
    const struct linux_timespec *time = (const struct linux_timespec *)timeout;
    const struct {
        const linux_sigset *set;
        size_t size;
    } *given = (const void *)mask;
    uint64_t deadline = WAIT_FOR_EVER;

    if (given != NULL && given->set != NULL && given->size != sizeof(linux_sigset))
        return -EINVAL;
    if (time != NULL) {
        if (time->seconds < 0 || (uint64_t)time->nanoseconds >= NANOSECONDS)
            return -EINVAL;
        deadline = poll_deadline(linux_timespec_nanoseconds(time));
    }
    return select_until(count, sets, deadline, given != NULL ? given->set : NULL);
}
