/* QEMU brings the device up with `-chardev stdio,id=con -serial chardev:con`. */
#include "uart16550.h"

#include <port_io.h>
#include <stdbool.h>

void uart16550_setup(void)
{
    static bool done;
    /* Register and value, in the order in which they are written. Divisor 1 is 115200 baud. */
    static const uint8_t setup[][2] = {
        {UART_IER - UART_BASE, 0},
        {UART_LCR - UART_BASE, UART_LCR_8N1 | UART_LCR_DLAB},
        {UART_DLL - UART_BASE, 1},
        {UART_DLM - UART_BASE, 0},
        {UART_LCR - UART_BASE, UART_LCR_8N1},
        {UART_MCR - UART_BASE, UART_MCR_DTR_RTS},
    };

    if (done)
        return;
    done = true;
    for (size_t i = 0; i < sizeof setup / sizeof setup[0]; i++)
        port_write8(UART_BASE + setup[i][0], setup[i][1]);
}
