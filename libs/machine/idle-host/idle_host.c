#include <clock.h>
#include <config.h>
#include <host_calls.h>
#include <host_linux.h>
#include <idle.h>

#define NANOSECONDS 1000000000u

uint64_t idle_time;

#ifdef CONFIG_LIB_HOST_DESCRIPTOR
#include <host_descriptor.h>
#else
/* Then only time ends the wait. */
static bool host_descriptor_wait(const struct host_timespec *time)
{
    (void)time;
    return false;
}
#endif

bool idle(uint64_t deadline)
{
    uint64_t now = clock_monotonic();
    uint64_t left = deadline > now ? deadline - now : 0;
    struct host_timespec time = {(long)(left / NANOSECONDS), (long)(left % NANOSECONDS)};
    bool ends = true;

    if (deadline == IDLE_FOR_EVER)
        ends = host_descriptor_wait(0);
    else if (!host_descriptor_wait(&time))
        host_call(HOST_CALL_PPOLL, 0, 0, (long)&time, 0, 0, 0);
    idle_time += clock_monotonic() - now;
    return ends;
}
