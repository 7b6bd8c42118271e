// instead: ../cmos_date.c
#define _GNU_SOURCE
#include "../cmos_date.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#define BCD 0x02    /* and 24 hours */
#define BINARY 0x06 /* and 24 hours */
#define TWELVE 0x04 /* binary, 12 hours */

static uint8_t bcd(int n)
{
    return (uint8_t)(n / 10 << 4 | n % 10);
}

/* The registers that a chip would show at a moment, in one of its four formats. */
static struct cmos_date shown(time_t at, uint8_t format)
{
    struct tm tm;
    uint8_t pm = 0;

    gmtime_r(&at, &tm);
    int hour = tm.tm_hour, year = tm.tm_year + 1900;
    if (!(format & 0x02)) {
        pm = hour >= 12 ? 0x80 : 0;
        hour = hour % 12 == 0 ? 12 : hour % 12;
    }
    int plain[] = {tm.tm_sec, tm.tm_min, hour, tm.tm_mday, tm.tm_mon + 1, year % 100, year / 100};
    uint8_t raw[7];
    for (int i = 0; i < 7; i++)
        raw[i] = format & 0x04 ? (uint8_t)plain[i] : bcd(plain[i]);
    return (struct cmos_date){raw[0], raw[1], raw[2] | pm, raw[3], raw[4], raw[5], raw[6], format};
}

static void every_day_is_found_again(void)
{
    static const uint8_t formats[] = {0x00, BCD, TWELVE, BINARY};
    int number = 0;

    /* To the end of 2999, each day at another time of day; 86399 s and 3607 s are coprime enough to meet all
     * hours. */
    for (time_t at = 0; at < 32503680000; at += 86399, number++) {
        struct cmos_date date = shown(at, formats[number % 4]);
        uint64_t seconds = 0;
        assert(cmos_date_seconds(&date, &seconds) == 0 && seconds == (uint64_t)at);
    }
    for (time_t at = 951782400 - 86400; at < 951782400 + 3 * 86400; at += 61) /* around 2000-02-29 */
        for (int i = 0; i < 4; i++) {
            struct cmos_date date = shown(at, formats[i]);
            uint64_t seconds = 0;
            assert(cmos_date_seconds(&date, &seconds) == 0 && seconds == (uint64_t)at);
        }
}

static int refused(struct cmos_date date)
{
    uint64_t seconds;

    return cmos_date_seconds(&date, &seconds) == -EIO;
}

static void what_is_no_date_is_refused(void)
{
    const struct cmos_date good = {59, 59, 23, 28, 2, 23, 20, BINARY};
    struct cmos_date d;

    assert(!refused(good));
    d = good, d.second = 60, assert(refused(d));
    d = good, d.minute = 60, assert(refused(d));
    d = good, d.hour = 24, assert(refused(d));
    d = good, d.day = 29, assert(refused(d));
    d = good, d.day = 0, assert(refused(d));
    d = good, d.month = 0, assert(refused(d));
    d = good, d.month = 13, assert(refused(d));
    d = good, d.year = 100, assert(refused(d));
    d = good, d.year = 69, d.century = 19, assert(refused(d));
    d = good, d.format = BCD, d.day = 0x1a, assert(refused(d));
    d = good, d.format = BCD, d.day = 0xa1, assert(refused(d));
    d = good, d.format = TWELVE, d.hour = 0, assert(refused(d));
    d = good, d.format = TWELVE, d.hour = 13, assert(refused(d));
    /* Any bytes at all: refused or a number, but no overrun (the sanitizers watch). */
    uint32_t random = 1;
    for (int i = 0; i < 200000; i++) {
        uint8_t bytes[sizeof(struct cmos_date)];
        for (unsigned b = 0; b < sizeof(bytes); b++)
            bytes[b] = (uint8_t)((random = random * 1664525 + 1013904223) >> 24);
        memcpy(&d, bytes, sizeof(d));
        uint64_t seconds = 0;
        if (cmos_date_seconds(&d, &seconds) == 0)
            assert(seconds < 32503680000);
    }
}

static void a_century_that_makes_no_sense_is_not_believed(void)
{
    uint64_t seconds;
    struct cmos_date d = {0, 0, 0, 1, 1, 24, 0xff, BINARY};

    assert(cmos_date_seconds(&d, &seconds) == 0 && seconds == 1704067200);
    d.century = 0, d.year = 99;
    assert(cmos_date_seconds(&d, &seconds) == 0 && seconds == 915148800);
}

/* A chip whose time goes on while it is read: `step` is how many reads a second lasts. */
static struct {
    time_t start;
    int reads, step, updating;
    uint8_t status_d, status_a;
} chip;

static uint8_t chip_read(uint8_t reg)
{
    int read = chip.reads++;
    struct cmos_date now = shown(chip.start + (chip.step ? read / chip.step : 0), BCD);

    switch (reg) {
    case CMOS_STATUS_A:
        return (read < chip.updating ? 0x80 : 0) | chip.status_a;
    case CMOS_STATUS_D:
        return chip.status_d;
    case CMOS_STATUS_B:
        return now.format;
    case CMOS_SECOND:
        return now.second;
    case CMOS_MINUTE:
        return now.minute;
    case CMOS_HOUR:
        return now.hour;
    case CMOS_DAY:
        return now.day;
    case CMOS_MONTH:
        return now.month;
    case CMOS_YEAR:
        return now.year;
    case CMOS_CENTURY:
        return now.century;
    }
    assert(!"a register that holds no part of the date");
    return 0;
}

static void a_moving_clock_is_read_at_one_moment(void)
{
    /* One second before a century ends: a torn read would be years off. */
    for (int step = 18; step < 60; step++)
        for (int phase = 0; phase < step; phase++) {
            struct cmos_date date;
            uint64_t seconds;
            memset(&chip, 0, sizeof(chip));
            chip.start = 4102444799, chip.step = step, chip.reads = phase, chip.status_d = 0x80;
            assert(cmos_date_read(chip_read, &date) == 0 && cmos_date_seconds(&date, &seconds) == 0);
            assert(seconds >= 4102444799 && seconds <= (uint64_t)(4102444799 + chip.reads / step));
        }
}

static void no_clock_is_told_from_one(void)
{
    struct cmos_date date;

    memset(&chip, 0, sizeof(chip));
    chip.status_d = 0xff; /* nothing at the port */
    assert(cmos_date_read(chip_read, &date) == -ENODEV);
    chip.status_d = 0, chip.status_a = 0x80; /* never at rest */
    assert(cmos_date_read(chip_read, &date) == -ENODEV);
    chip.status_a = 0, chip.reads = 0, chip.updating = 5000; /* updating for a while */
    assert(cmos_date_read(chip_read, &date) == 0 && chip.reads > 5000);
    chip.step = 1; /* no two readings alike */
    assert(cmos_date_read(chip_read, &date) == -ENODEV);
}

int main(void)
{
    every_day_is_found_again();
    what_is_no_date_is_refused();
    a_century_that_makes_no_sense_is_not_believed();
    a_moving_clock_is_read_at_one_moment();
    no_clock_is_told_from_one();
    return 0;
}
