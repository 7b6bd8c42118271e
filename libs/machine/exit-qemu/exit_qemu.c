/*
 * How an image on QEMU ends. QEMU brings the two ports up with
 * `-chardev file,id=exit,path=FILE -device isa-debugcon,iobase=0xea,chardev=exit -device
 * isa-debug-exit,iobase=0xf4,iosize=0x04`. The record goes to the first; a write to the second ends QEMU.
 */
#include <platform_exit.h>
#include <port_io.h>

#define RECORD_PORT 0xea
#define END_PORT 0xf4

static _Noreturn void end(void)
{
    port_write8(END_PORT, 0);
    for (;;)
        __asm__ volatile("cli; hlt");
}

void platform_exit(int status)
{
    port_write8(RECORD_PORT, 'E');
    port_write8(RECORD_PORT, (uint8_t)status);
    end();
}

void platform_crash(void)
{
    port_write8(RECORD_PORT, 'P');
    end();
}
