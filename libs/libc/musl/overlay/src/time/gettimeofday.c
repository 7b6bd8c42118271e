/* Upstream divides with an instruction that takes long, and passes through clock_gettime(). */
#include <stdint.h>
#include <sys/time.h>
#include <time.h>

#include "syscall.h"

#define INVERSE UINT64_C(274877907) /* 2^38 / 1000, rounded up: exact for all that is below 10^9 */

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    struct timespec now;

    (void)zone;
    if (time == NULL)
        return 0;
    /* cppcheck-suppress uninitvar ; the call writes it */
    __syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = (suseconds_t)((uint64_t)now.tv_nsec * INVERSE >> 38);
    return 0;
}
