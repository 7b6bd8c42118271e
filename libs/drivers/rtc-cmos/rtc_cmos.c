#include "cmos_date.h"

#include <port_io.h>
#include <rtc.h>

#define INDEX 0x70 /* bit 7 would hold back non-maskable interrupts; the registers' numbers leave it 0 */
#define DATA 0x71

static uint8_t read_register(uint8_t reg)
{
    port_write8(INDEX, reg);
    return port_read8(DATA);
}

int rtc_read(uint64_t *seconds)
{
    struct cmos_date date;
    int error = cmos_date_read(read_register, &date);

    return error != 0 ? error : cmos_date_seconds(&date, seconds);
}
