#include <config.h>
#include <console.h>
#include <console_input.h>
#include <errno.h>
#include <host_calls.h>
#include <host_linux.h>
#if defined(CONFIG_LIB_CLOCK) && defined(CONFIG_LIB_KTHREAD)
#include <clock.h>
#include <kthread.h>
#endif
#ifdef CONFIG_LIB_HOST_DESCRIPTOR
#include <host_descriptor.h>
#endif

#define STDIN 0
#define STDOUT 1

/*
 * Whether a call that gave `result` is worth repeating: it was interrupted, or the descriptor is one that
 * someone else made non-blocking (it is shared with whoever started the process), and it is ready now.
 */
static int again(long result, int fd, short events)
{
    struct host_pollfd poll = {.fd = fd, .events = events};

    if (result == -EINTR)
        return 1;
    if (result != -EAGAIN)
        return 0;
    result = host_call(HOST_CALL_PPOLL, (long)&poll, 1, 0, 0, 0, 0);
    return result == 1 || result == -EINTR;
}

void console_write(const char *text, size_t len)
{
    while (len > 0) {
        long written = host_call(HOST_CALL_WRITE, STDOUT, (long)text, (long)len, 0, 0, 0);
        if (written > 0) {
            text += written;
            len -= (size_t)written;
        } else if (!again(written, STDOUT, POLLOUT)) {
            return; /* nobody reads any more, or the disk is full: there is no one to tell */
        }
    }
}

/* The end of input, and what is broken, are ready too. */
bool console_input_ready(void)
{
    const struct host_timespec now = {0, 0};
    struct host_pollfd poll = {.fd = STDIN, .events = POLLIN};

    return host_call(HOST_CALL_PPOLL, (long)&poll, 1, (long)&now, 0, 0, 0) != 0;
}

#ifdef CONFIG_LIB_HOST_DESCRIPTOR
static void arrived(void *come)
{
    host_descriptor_detach(STDIN);
    ((void (*)(void))come)();
}

bool console_input_watch(void (*come)(void))
{
    host_descriptor_detach(STDIN);
    return host_descriptor_attach(STDIN, arrived, (void *)come) == 0;
}
#else
bool console_input_watch(void (*come)(void))
{
    (void)come;
    return false;
}
#endif

#if defined(CONFIG_LIB_CLOCK) && defined(CONFIG_LIB_KTHREAD)
#define MOMENT 1000000 /* nanoseconds */

/* The host would make all threads wait for the one that reads. */
static void wait_for_input(void)
{
    while (!console_input_ready())
        kthread_block(clock_monotonic() + MOMENT, false);
}
#else
static void wait_for_input(void) {}
#endif

size_t console_read(char *buffer, size_t size)
{
    wait_for_input();
    for (;;) {
        long got = host_call(HOST_CALL_READ, STDIN, (long)buffer, (long)size, 0, 0, 0);
        if (got >= 0)
            return (size_t)got;
        if (!again(got, STDIN, POLLIN))
            return 0; /* closed or broken: no more input will come */
    }
}
