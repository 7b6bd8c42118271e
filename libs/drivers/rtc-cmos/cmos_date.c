#include "cmos_date.h"

#include <errno.h>

#define A_UPDATING 0x80
#define B_24_HOURS 0x02
#define B_BINARY 0x04
#define D_ALWAYS_ZERO 0x7f
#define HOUR_PM 0x80

#define PATIENCE 100000 /* reads of status A; an update takes at most 2.2 ms */
#define ATTEMPTS 16

static int same(const struct cmos_date *a, const struct cmos_date *b)
{
    return a->second == b->second && a->minute == b->minute && a->hour == b->hour && a->day == b->day &&
           a->month == b->month && a->year == b->year && a->century == b->century && a->format == b->format;
}

static int sample(uint8_t (*read)(uint8_t reg), struct cmos_date *date)
{
    int patience = PATIENCE;

    while (read(CMOS_STATUS_A) & A_UPDATING)
        if (--patience == 0)
            return -ENODEV;
    date->second = read(CMOS_SECOND);
    date->minute = read(CMOS_MINUTE);
    date->hour = read(CMOS_HOUR);
    date->day = read(CMOS_DAY);
    date->month = read(CMOS_MONTH);
    date->year = read(CMOS_YEAR);
    date->century = read(CMOS_CENTURY);
    date->format = read(CMOS_STATUS_B);
    return 0;
}

int cmos_date_read(uint8_t (*read)(uint8_t reg), struct cmos_date *date)
{
    struct cmos_date before;

    if (read(CMOS_STATUS_D) & D_ALWAYS_ZERO)
        return -ENODEV; /* an empty port reads as all ones */
    int error = sample(read, date);
    for (int attempt = 0; error == 0 && attempt < ATTEMPTS; attempt++) {
        before = *date;
        error = sample(read, date);
        if (error == 0 && same(&before, date))
            return 0;
    }
    return -ENODEV;
}

/* The value of a register, 255 if it is not one: then every range check fails. */
static unsigned value(uint8_t raw, uint8_t format)
{
    if (format & B_BINARY)
        return raw;
    return (raw & 15) < 10 && raw >> 4 < 10 ? (raw >> 4) * 10u + (raw & 15) : 255;
}

static unsigned hour_of(const struct cmos_date *date)
{
    if (date->format & B_24_HOURS)
        return value(date->hour, date->format);
    unsigned hour = value(date->hour & ~HOUR_PM, date->format);
    if (hour < 1 || hour > 12)
        return 255;
    return hour % 12 + (date->hour & HOUR_PM ? 12 : 0);
}

/* The century is kept in memory that anybody may have written: one that makes no sense is not believed. */
static unsigned year_of(const struct cmos_date *date)
{
    unsigned year = value(date->year, date->format), century = value(date->century, date->format);

    if (year > 99)
        return 0;
    if (century < 19 || century > 29)
        century = year < 70 ? 20 : 19;
    return century * 100 + year;
}

static int leap(unsigned year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned days_in(unsigned month, unsigned year)
{
    if (month == 2)
        return 28 + (unsigned)leap(year);
    return 30 + ((month + month / 8) & 1); /* 31 in odd months up to July, in even ones from August on */
}

/* Days from 1970-01-01 to the first day of a year. */
static uint64_t days_before(unsigned year)
{
    unsigned y = year - 1; /* leap days in the years 1..y, less those up to 1969 */

    return (year - 1970) * UINT64_C(365) + (y / 4 - y / 100 + y / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400);
}

int cmos_date_seconds(const struct cmos_date *date, uint64_t *seconds)
{
    unsigned second = value(date->second, date->format), minute = value(date->minute, date->format);
    unsigned hour = hour_of(date), day = value(date->day, date->format),
             month = value(date->month, date->format);
    unsigned year = year_of(date);

    if (second > 59 || minute > 59 || hour > 23 || month < 1 || month > 12 || year < 1970 || day < 1 ||
        day > days_in(month, year))
        return -EIO;
    uint64_t days = days_before(year) + day - 1;
    for (unsigned m = 1; m < month; m++)
        days += days_in(m, year);
    *seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    return 0;
}
