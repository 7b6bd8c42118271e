/*
 * The date in an MC146818's registers (data sheet, "Time, calendar, and alarm locations").
 */
#pragma once

#include <stdint.h>

enum cmos_register {
    CMOS_SECOND = 0x00,
    CMOS_MINUTE = 0x02,
    CMOS_HOUR = 0x04,
    CMOS_DAY = 0x07,
    CMOS_MONTH = 0x08,
    CMOS_YEAR = 0x09,
    CMOS_STATUS_A = 0x0a,
    CMOS_STATUS_B = 0x0b,
    CMOS_STATUS_D = 0x0d,
    CMOS_CENTURY = 0x32, /* where PCs keep it; no part of the chip's own calendar */
};

struct cmos_date {
    uint8_t second, minute, hour, day, month, year, century; /* raw */
    uint8_t format;                                          /* status B */
};

/*
 * Reads all registers at one moment: not while the chip updates them, and twice the same. Returns 0, or
 * -ENODEV if nothing that answers is an MC146818 or it never comes to rest.
 */
int cmos_date_read(uint8_t (*read)(uint8_t reg), struct cmos_date *date);

/* Seconds since 1970-01-01T00:00:00Z; returns 0, or -EIO if the registers hold no date from 1970 on. */
int cmos_date_seconds(const struct cmos_date *date, uint64_t *seconds);
