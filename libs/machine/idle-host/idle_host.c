#include <clock.h>
#include <host_calls.h>
#include <host_linux.h>
#include <idle.h>

#define NANOSECONDS 1000000000u

/* No device of the host interrupts an image so far: only time ends the wait. */
bool idle(uint64_t deadline)
{
    if (deadline == IDLE_FOR_EVER)
        return false;

    uint64_t now = clock_monotonic();
    uint64_t left = deadline > now ? deadline - now : 0;
    struct host_timespec time = {(long)(left / NANOSECONDS), (long)(left % NANOSECONDS)};

    host_call(HOST_CALL_PPOLL, 0, 0, (long)&time, 0, 0, 0);
    return true;
}
