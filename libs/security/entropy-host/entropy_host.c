#include <entropy.h>
#include <errno.h>
#include <host_calls.h>
#include <host_linux.h>

/* With flags 0 the host's generator is the one for keys, and waits until it has a seed: getrandom(2). A
 * signal may end the call early. */
size_t entropy_read(void *buffer, size_t size)
{
    size_t done = 0;

    while (done < size) {
        long got =
            host_call(HOST_CALL_GETRANDOM, (long)((char *)buffer + done), (long)(size - done), 0, 0, 0, 0);
        if (got > 0)
            done += (size_t)got;
        else if (got != -EINTR)
            break;
    }
    return done;
}
