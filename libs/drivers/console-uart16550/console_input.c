#include "uart16550.h"

#include <config.h>
#include <console_input.h>
#include <port_io.h>
#include <stdbool.h>
#include <stddef.h>
#ifdef CONFIG_LIB_INTERRUPT_LINE
#include <interrupt_line.h>
#endif
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

#ifdef CONFIG_LIB_INTERRUPT_LINE
#define LINE 4 /* of the first serial port, since the PC of 1981 */

static void (*told)(void); /* NULL: nobody asks */

static bool arrived(void *argument)
{
    void (*come)(void) = told;

    (void)argument;
    if (come == NULL || !has_come())
        return false;
    told = NULL;
    port_write8(UART_IER, 0);
    come();
    return true;
}

bool console_input_watch(void (*come)(void))
{
    static int line = 1; /* not asked for yet */

    uart16550_setup();
    if (line > 0)
        line = interrupt_line_attach(LINE, arrived, NULL);
    if (line < 0)
        return false;
    told = come;
    port_write8(UART_MCR, UART_MCR_DTR_RTS | UART_MCR_OUT2);
    port_write8(UART_IER, UART_IER_DATA);
    return true;
}
#else
bool console_input_watch(void (*come)(void))
{
    (void)come;
    return false;
}
#endif

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
