#include "calls.h"

#include <clock.h>
#include <errno.h>
#include <wait_queue.h>

uint64_t socket_deadline(uint64_t timeout)
{
    return timeout != 0 ? clock_monotonic() + timeout : WAIT_FOR_EVER;
}

int socket_wait(struct socket *socket, unsigned events, uint64_t deadline)
{
    int result = readiness_wait(&socket->readiness, events, deadline, true);

    return result == -ETIMEDOUT ? -EAGAIN : result;
}
