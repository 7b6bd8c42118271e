#include <clock.h>
#include <cycle_counter.h>
#include <errno.h>
#include <panic.h>
#include <rtc.h>
#include <stdlib.h>

uint64_t cycle_counter_read(void)
{
    return 12345;
}

uint64_t cycle_counter_frequency(void)
{
    return 0;
}

int rtc_read(uint64_t *seconds)
{
    (void)seconds;
    return -ENODEV;
}

void panic(const char *message, ...)
{
    (void)message;
    exit(0);
}

int main(void)
{
    /* A counter that nobody knows the speed of is no clock. */
    return clock_monotonic() != 0 ? 1 : 2;
}
