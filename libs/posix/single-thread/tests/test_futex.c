// cflags: -DCONFIG_LIB_CLOCK=1
/* Waits of a thread that nobody can wake: refused, timed out, or reported. */
#include <assert.h>
#include <errno.h>
#include <linux_time.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

long sys_futex(long address, long operation, long value, long timeout);
long sys_gettid(void);
long sys_sched_yield(void);
long sys_set_robust_list(long head, long size);
long sys_set_tid_address(long address);

enum { WAIT = 0, WAKE = 1, LOCK_PI = 6, WAIT_BITSET = 9, PRIVATE = 128, REALTIME = 256 };

static jmp_buf panicked;
static char reason[160];
static uint64_t time_now = 1000; /* monotonic; a clock that ticks when it is read */

_Noreturn void panic(const char *message, ...)
{
    va_list values;

    va_start(values, message);
    vsnprintf(reason, sizeof reason, message, values);
    va_end(values);
    longjmp(panicked, 1);
}

uint64_t clock_monotonic(void)
{
    return time_now += 7;
}

uint64_t clock_realtime(void)
{
    return clock_monotonic() + 5 * NANOSECONDS;
}

int main(void)
{
    int word = 3;
    long at = (long)&word;
    struct linux_timespec time = {.nanoseconds = 500};
    uint64_t start = time_now;

    assert(sys_futex(at, WAIT | PRIVATE, 4, 0) == -EAGAIN && sys_futex(at, WAIT_BITSET, 4, 0) == -EAGAIN);
    assert(sys_futex(at, WAKE | PRIVATE, 1, 0) == 0 && sys_futex(at, LOCK_PI, 0, 0) == -ENOSYS);

    assert(sys_futex(at, WAIT, 3, (long)&time) == -ETIMEDOUT && time_now >= start + 500 &&
           time_now < start + 600);
    time = (struct linux_timespec){.nanoseconds = 9000};
    assert(sys_futex(at, WAIT_BITSET, 3, (long)&time) == -ETIMEDOUT && time_now >= 9000 && time_now < 9100);
    time = (struct linux_timespec){.seconds = 5, .nanoseconds = 20000};
    assert(sys_futex(at, WAIT_BITSET | REALTIME, 3, (long)&time) == -ETIMEDOUT);
    assert(time_now >= 20000 && time_now < 20100);
    time = (struct linux_timespec){.seconds = 1};
    assert(sys_futex(at, WAIT_BITSET | REALTIME, 3, (long)&time) == -ETIMEDOUT && time_now < 20200);
    time = (struct linux_timespec){.nanoseconds = (int64_t)NANOSECONDS};
    assert(sys_futex(at, WAIT, 3, (long)&time) == -EINVAL);
    time = (struct linux_timespec){.seconds = -1};
    assert(sys_futex(at, WAIT, 3, (long)&time) == -EINVAL);

    if (setjmp(panicked) == 0) {
        sys_futex(at, WAIT, 3, 0);
        assert(!"a wait for ever returned");
    }
    assert(strstr(reason, "deadlock") != NULL);
    assert(sys_sched_yield() == 0 && sys_gettid() == 1 && sys_set_tid_address(0) == 1 &&
           sys_set_robust_list(0, 24) == 0);
    puts("futex: ok");
    return 0;
}
