#include <errno.h>
#include <host_calls.h>
#include <host_descriptor.h>

#define NONE (-1) /* poll(2) takes no notice of descriptors below 0 */

static struct host_pollfd watched[HOST_DESCRIPTORS] = {
    {.fd = NONE}, {.fd = NONE}, {.fd = NONE}, {.fd = NONE}};

static struct {
    host_descriptor_handler *run;
    void *argument;
} handlers[HOST_DESCRIPTORS];

_Static_assert(HOST_DESCRIPTORS == 4, "the manifest declares ppoll() of as many");

int host_descriptor_attach(int fd, host_descriptor_handler *handler, void *argument)
{
    for (int i = 0; i < HOST_DESCRIPTORS; i++)
        if (watched[i].fd == NONE) {
            watched[i] = (struct host_pollfd){.fd = fd, .events = POLLIN};
            handlers[i].run = handler;
            handlers[i].argument = argument;
            return 0;
        }
    return -ENOSPC;
}

void host_descriptor_detach(int fd)
{
    for (int i = 0; i < HOST_DESCRIPTORS; i++)
        if (watched[i].fd == fd)
            watched[i].fd = NONE;
}

bool host_descriptor_wait(const struct host_timespec *time)
{
    bool any = false;
    long ready;

    for (int i = 0; i < HOST_DESCRIPTORS; i++)
        any |= watched[i].fd != NONE;
    if (!any)
        return false;
    ready = host_call(HOST_CALL_PPOLL, (long)watched, HOST_DESCRIPTORS, (long)time, 0, 0, 0);
    for (int i = 0; ready > 0 && i < HOST_DESCRIPTORS; i++)
        if (watched[i].fd != NONE && watched[i].revents)
            handlers[i].run(handlers[i].argument);
    return true;
}
