/*
 * Time of day from a device.
 *
 * rtc_read() stores seconds since 1970-01-01T00:00:00Z and returns 0; -ENODEV if there is no such device,
 * -EIO if what it says is no date. It may take some milliseconds.
 */
#pragma once

#include <stdint.h>

int rtc_read(uint64_t *seconds);
