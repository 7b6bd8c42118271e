#include <config.h>
#include <errno.h>
#include <linux_time.h>
#include <panic.h>
#include <stdbool.h>
#include <stdint.h>
#ifdef CONFIG_LIB_CLOCK
#include <clock.h>
#endif

/* Linux, include/uapi/linux/futex.h. */
#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_REQUEUE 3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAKE_OP 5
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_PRIVATE_FLAG 128
#define FUTEX_CLOCK_REALTIME 256

long sys_futex(long address, long operation, long value, long timeout);

#ifdef CONFIG_LIB_CLOCK
static uint64_t now(bool realtime)
{
    return realtime ? clock_realtime() : clock_monotonic();
}
#endif

/* Nobody can wake the only thread, but its time may run out. Without a clock, no time is ever left. */
static long time_out(const struct linux_timespec *timeout, bool absolute, bool realtime)
{
    if (timeout->seconds < 0 || (uint64_t)timeout->nanoseconds >= NANOSECONDS) {
        return -EINVAL;
    }
#ifdef CONFIG_LIB_CLOCK
    uint64_t end = linux_timespec_nanoseconds(timeout);
    uint64_t start = absolute ? 0 : now(realtime);

    while (now(realtime) - start < end) {
    }
#else
    (void)absolute, (void)realtime;
#endif
    return -ETIMEDOUT;
}

long sys_futex(long address, long operation, long value, long timeout)
{
    const volatile int *word = (const int *)address;
    long command = operation & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);

    switch (command) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
        if (*word != (int)value) {
            return -EAGAIN;
        }
        if (timeout == 0) {
            panic("the only thread waits for %p, which no other can change (deadlock)",
                  (const void *)address);
        }
        return time_out((const struct linux_timespec *)timeout, command == FUTEX_WAIT_BITSET,
                        operation & FUTEX_CLOCK_REALTIME);
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
    case FUTEX_WAKE_OP:
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE:
        return 0; /* nobody waits */
    default:
        return -ENOSYS;
    }
}
