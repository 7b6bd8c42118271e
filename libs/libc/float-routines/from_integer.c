#include <compiler_float.h>
#include <stdint.h>

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

/* A number as `bits` times 2^`shift`. Bits that are shifted out leave a 1 at the low end, which is all that
 * rounding to 53 bits or fewer needs to know of them. */
struct scaled {
    uint64_t bits;
    int shift;
};

static struct scaled scaled(unsigned_wide a)
{
    uint64_t high = (uint64_t)(a >> 64);

    if (high == 0)
        return (struct scaled){(uint64_t)a, 0};
    int shift = 64 - __builtin_clzl(high);
    return (struct scaled){(uint64_t)(a >> shift) | (a << (128 - shift) != 0), shift};
}

static unsigned_wide magnitude(wide a)
{
    return a < 0 ? -(unsigned_wide)a : (unsigned_wide)a;
}

/* 2^shift is exact, and so is the product, unless it is beyond the largest number. */
static long double power_of_two(int shift)
{
    return shift < 64 ? (long double)((uint64_t)1 << shift) : 0x1p64L;
}

float __floatuntisf(unsigned_wide a)
{
    struct scaled s = scaled(a);

    return (float)s.bits * (float)power_of_two(s.shift);
}

double __floatuntidf(unsigned_wide a)
{
    struct scaled s = scaled(a);

    return (double)s.bits * (double)power_of_two(s.shift);
}

/* Both halves are exact, so that only the sum is rounded. */
long double __floatuntixf(unsigned_wide a)
{
    return (long double)(uint64_t)(a >> 64) * 0x1p64L + (long double)(uint64_t)a;
}

float __floattisf(wide a)
{
    float size = __floatuntisf(magnitude(a));

    return a < 0 ? -size : size;
}

double __floattidf(wide a)
{
    double size = __floatuntidf(magnitude(a));

    return a < 0 ? -size : size;
}

long double __floattixf(wide a)
{
    long double size = __floatuntixf(magnitude(a));

    return a < 0 ? -size : size;
}
