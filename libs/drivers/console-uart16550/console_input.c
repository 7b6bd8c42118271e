#include "uart16550.h"

#include <config.h>
#include <console_input.h>
#include <port_io.h>
#include <stdbool.h>
#if defined(CONFIG_LIB_CLOCK) && defined(CONFIG_LIB_SLEEP)
#include <clock.h>
#include <sleep.h>
#endif

#define EOT 0x04 /* ASCII: end of transmission */

#define MOMENT 1000000 /* nanoseconds */

static bool ended; /* for good, so that a program that reads once more after the end does not wait for ever */

/* The port does not interrupt: others run, or the processor stops, until it is looked at again. */
static void wait_a_moment(void)
{
#if defined(CONFIG_LIB_CLOCK) && defined(CONFIG_LIB_SLEEP)
    sleep_until(clock_monotonic() + MOMENT);
#endif
}

static bool has_come(void)
{
    return port_read8(UART_LSR) & UART_LSR_DATA;
}

bool console_input_ready(void)
{
    uart16550_setup();
    return ended || has_come();
}

size_t console_read(char *buffer, size_t size)
{
    size_t count = 0;

    uart16550_setup();
    while (!ended && count < size) {
        if (!has_come()) {
            if (count > 0)
                break;
            wait_a_moment();
            continue;
        }
        char byte = (char)port_read8(UART_RBR);
        if (byte == EOT)
            ended = true;
        else
            buffer[count++] = byte;
    }
    return count;
}
