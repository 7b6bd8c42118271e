#include "uart16550.h"

#include <console_input.h>
#include <port_io.h>
#include <stdbool.h>

#define EOT 0x04 /* ASCII: end of transmission */

/* The end of input is final, so that a program that reads once more after it does not wait for ever. */
size_t console_read(char *buffer, size_t size)
{
    static bool ended;
    size_t count = 0;

    uart16550_setup();
    while (!ended && count < size) {
        if (!(port_read8(UART_LSR) & UART_LSR_DATA)) {
            if (count > 0)
                break;
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
