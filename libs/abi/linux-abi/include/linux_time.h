/* Times as Linux passes them on 64-bit machines: include/uapi/linux/time_types.h, include/uapi/linux/time.h.
 */
#pragma once

#include <stdint.h>

#define NANOSECONDS 1000000000ull /* in a second */

/* struct __kernel_timespec; nanoseconds in [0, NANOSECONDS). */
struct linux_timespec {
    int64_t seconds;
    int64_t nanoseconds;
};

/* struct timeval. */
struct linux_timeval {
    int64_t seconds;
    int64_t microseconds;
};

/* struct timezone. */
struct linux_timezone {
    int32_t minutes_west;
    int32_t daylight_saving;
};

#define LINUX_CLOCK_REALTIME 0
#define LINUX_CLOCK_MONOTONIC 1
#define LINUX_CLOCK_PROCESS_CPUTIME 2
#define LINUX_CLOCK_THREAD_CPUTIME 3
#define LINUX_CLOCK_MONOTONIC_RAW 4
#define LINUX_CLOCK_REALTIME_COARSE 5
#define LINUX_CLOCK_MONOTONIC_COARSE 6
#define LINUX_CLOCK_BOOTTIME 7
#define LINUX_CLOCK_TAI 11

#define LINUX_TIMER_ABSTIME 1

/* A valid time that is not negative, in nanoseconds; what does not fit is the longest time there is (584
 * years). */
static inline uint64_t linux_timespec_nanoseconds(const struct linux_timespec *time)
{
    if ((uint64_t)time->seconds >= UINT64_MAX / NANOSECONDS) {
        return UINT64_MAX;
    }
    return (uint64_t)time->seconds * NANOSECONDS + (uint64_t)time->nanoseconds;
}
