#include "uart16550.h"

#include <console.h>
#include <port_io.h>

/* There is no limit to the wait: the host may hold the bytes back for as long as nobody reads them. A port
 * that is not there reads as all ones, which means ready. */
void console_write(const char *text, size_t len)
{
    uart16550_setup();
    while (len > 0) {
        size_t count = len < UART_FIFO_BYTES ? len : UART_FIFO_BYTES;

        while (!(port_read8(UART_LSR) & UART_LSR_THR_EMPTY))
            ;
        port_write8_many(UART_THR, text, count);
        text += count;
        len -= count;
    }
}
