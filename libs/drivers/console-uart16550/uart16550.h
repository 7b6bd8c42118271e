/*
 * The first serial port of a PC. Register names and bits are those of the PC16550D data sheet (National
 * Semiconductor, 1995), table II.
 */
#pragma once

#define UART_BASE 0x3f8

#define UART_RBR (UART_BASE + 0) /* receive buffer: read */
#define UART_THR (UART_BASE + 0) /* transmit holding: written */
#define UART_DLL (UART_BASE + 0) /* divisor, low byte, while LCR.DLAB */
#define UART_IER (UART_BASE + 1)
#define UART_DLM (UART_BASE + 1) /* divisor, high byte, while LCR.DLAB */
#define UART_LCR (UART_BASE + 3)
#define UART_MCR (UART_BASE + 4)
#define UART_LSR (UART_BASE + 5)

#define UART_LCR_8N1 0x03
#define UART_LCR_DLAB 0x80
#define UART_IER_DATA 0x01 /* an interrupt when a byte can be read */
#define UART_MCR_DTR_RTS 0x03
#define UART_MCR_OUT2 0x08      /* a PC lets interrupts through only with it */
#define UART_LSR_DATA 0x01      /* a byte can be read */
#define UART_LSR_THR_EMPTY 0x20 /* the next byte can be written */

/*
 * Programs the port (115200 baud, 8N1, no interrupts) on the first call; later calls do nothing.
 *
 * The FIFOs stay off: switching them on throws away what has come in already, and then QEMU never learns that
 * the guest is ready for more. Input that is piped to QEMU waits there from its start.
 */
void uart16550_setup(void);
