#include <host_calls.h>
#include <host_linux.h>
#include <platform_exit.h>

#define CRASHED 126 /* what every runner reports for a crash: docs/architecture.md */

_Noreturn void platform_exit(int status)
{
    for (;;)
        host_call(HOST_CALL_EXIT_GROUP, status & 0xff, 0, 0, 0, 0, 0);
}

_Noreturn void platform_crash(void)
{
    platform_exit(CRASHED);
}
