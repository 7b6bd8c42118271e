#include <clock.h>
#include <idle.h>
#include <sleep.h>

int sleep_until(uint64_t deadline)
{
    while (clock_monotonic() < deadline)
        idle(deadline);
    return 0;
}
