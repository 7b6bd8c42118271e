/*
 * Against what the host's compiler brings for the same, the routines being compiled under names of their own.
 * Conversions, powers and products must agree to the last bit (a NaN with a NaN); quotients, which we compute
 * more exactly, to a few of them. The operands are every special value in every place, and random numbers.
 */
// instead:
// cflags: -fno-sanitize=float-cast-overflow
#define __mulsc3 own_mulsc3
#define __muldc3 own_muldc3
#define __mulxc3 own_mulxc3
#define __divsc3 own_divsc3
#define __divdc3 own_divdc3
#define __divxc3 own_divxc3
#define __powisf2 own_powisf2
#define __powidf2 own_powidf2
#define __powixf2 own_powixf2
#define __floattisf own_floattisf
#define __floattidf own_floattidf
#define __floattixf own_floattixf
#define __floatuntisf own_floatuntisf
#define __floatuntidf own_floatuntidf
#define __floatuntixf own_floatuntixf
#define __fixsfti own_fixsfti
#define __fixdfti own_fixdfti
#define __fixxfti own_fixxfti
#define __fixunssfti own_fixunssfti
#define __fixunsdfti own_fixunsdfti
#define __fixunsxfti own_fixunsxfti
#define box box_of_products
#include "../multiply.c"
#undef box
#define power_of_two power_of_two_of_quotients
#include "../divide.c"
#undef power_of_two
#include "../from_integer.c"
#define wide wide_of_conversions
#define unsigned_wide unsigned_wide_of_conversions
#include "../to_integer.c"
#undef wide
#undef unsigned_wide
#include "../power.c"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static uint64_t next(void)
{
    static uint64_t state = 88172645463325252;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static int same(long double x, long double y)
{
    return __builtin_isnan(x) ? __builtin_isnan(y) : x == y && !__builtin_signbit(x) == !__builtin_signbit(y);
}

/* As far apart as `limit` times the larger of the two quotients' parts: what is near 0 by cancellation is not
 * more exact than that. Where the host's answer is infinite or NaN, so is ours. */
static int near(long double x, long double y, long double size, long double limit)
{
    if (__builtin_isnan(y) || __builtin_isinf(y) || __builtin_isnan(x) || __builtin_isinf(x))
        return same(x, y);
    return __builtin_fabsl(x - y) <= limit * size;
}

static const long double special[] = {0,
                                      -0.0L,
                                      1,
                                      -1,
                                      2.5L,
                                      -0x1p-10L,
                                      0x1p60L,
                                      -0x1p60L,
                                      0x1p-60L,
                                      (float)0.1,
                                      __builtin_infl(),
                                      -__builtin_infl(),
                                      __builtin_nanl("")};
#define SPECIAL (sizeof special / sizeof *special)

/* The host's own multiplication and division of complex numbers. */
#define CHECK(NAME, REAL, MULTIPLY, DIVIDE, LIMIT)                                                           \
    static void NAME(REAL a, REAL b, REAL c, REAL d)                                                         \
    {                                                                                                        \
        volatile REAL _Complex left = __builtin_complex(a, b), right = __builtin_complex(c, d);              \
        REAL _Complex product = left * right, quotient = left / right;                                       \
        REAL _Complex our_product = MULTIPLY(a, b, c, d), our_quotient = DIVIDE(a, b, c, d);                 \
        REAL real = __real__ quotient, imaginary = __imag__ quotient;                                        \
        REAL size = __builtin_fabsl(real) > __builtin_fabsl(imaginary) ? __builtin_fabsl(real)               \
                                                                       : __builtin_fabsl(imaginary);         \
                                                                                                             \
        assert(same(__real__ our_product, __real__ product));                                                \
        assert(same(__imag__ our_product, __imag__ product));                                                \
        if (!near(__real__ our_quotient, real, size, LIMIT) ||                                               \
            !near(__imag__ our_quotient, imaginary, size, LIMIT)) {                                          \
            printf(#NAME ": (%Lg + i %Lg) / (%Lg + i %Lg) = %Lg + i %Lg, not %Lg + i %Lg\n", (long double)a, \
                   (long double)b, (long double)c, (long double)d, (long double)real,                        \
                   (long double)imaginary, (long double)__real__ our_quotient,                               \
                   (long double)__imag__ our_quotient);                                                      \
            differ++;                                                                                        \
        }                                                                                                    \
    }

static int differ;
CHECK(check_float, float, own_mulsc3, own_divsc3, 0x1p-21L)
CHECK(check_double, double, own_muldc3, own_divdc3, 0x1p-49L)
CHECK(check_extended, long double, own_mulxc3, own_divxc3, 0x1p-58L)

static void complex_special(void)
{
    for (size_t i = 0; i < SPECIAL * SPECIAL * SPECIAL * SPECIAL; i++) {
        long double a = special[i % SPECIAL], b = special[i / SPECIAL % SPECIAL];
        long double c = special[i / SPECIAL / SPECIAL % SPECIAL],
                    d = special[i / SPECIAL / SPECIAL / SPECIAL];

        check_float((float)a, (float)b, (float)c, (float)d);
        check_double((double)a, (double)b, (double)c, (double)d);
        check_extended(a, b, c, d);
    }
}

static long double number(int range)
{
    long double x = (long double)(int64_t)next() * 0x1p-63L;

    for (int n = (int)(next() % (unsigned)(2 * range)) - range; n != 0; n += n < 0 ? 1 : -1)
        x *= n < 0 ? 0.5L : 2;
    return x;
}

static void complex_random(void)
{
    for (int i = 0; i < 3000; i++) {
        check_float((float)number(20), (float)number(20), (float)number(20), (float)number(20));
        check_double((double)number(200), (double)number(200), (double)number(200), (double)number(200));
        check_extended(number(3000), number(3000), number(3000), number(3000));
    }
}

/* A product that overflows beside a NaN is an infinity of some direction. */
static void products_at_the_ends(void)
{
    for (int i = 0; i < 16; i++) {
        long double factors[4] = {1, 1, 1, 1}, huge[4];

        factors[i % 4] = __builtin_nanl("");
        for (int size = 100; size <= 10000; size *= 10) {
            for (int j = 0; j < 4; j++)
                huge[j] = j == i / 4 ? factors[j] : factors[j] * __builtin_scalbnl(1, size);
            if (size == 100)
                check_float((float)huge[0], (float)huge[1], (float)huge[2], (float)huge[3]);
            if (size == 1000)
                check_double((double)huge[0], (double)huge[1], (double)huge[2], (double)huge[3]);
            check_extended(huge[0], huge[1], huge[2], huge[3]);
        }
    }
}

/* Where plain formulas overflow or underflow, the quotient is what it is. */
static void quotients_at_the_ends(void)
{
    long double _Complex z = own_divxc3(0x1p16380L, 0x1p16380L, 0x1p16380L, 0x1p16380L);
    assert(__real__ z == 1 && __imag__ z == 0);
    z = own_divxc3(0x1p-16440L, 0, 0, 0x1p-16440L);
    assert(__real__ z == 0 && __imag__ z == -1);
    z = own_divxc3(0x1p16383L, 0, 0x1p-16445L, 0);
    assert(__builtin_isinf(__real__ z));
    z = own_divxc3(0x1p-16445L, 0, 0x1p16383L, 0);
    assert(__real__ z == 0);
    double _Complex y = own_divdc3(0x1p1023, 0x1p1023, 0x1p1023, 0x1p1023);
    assert(__real__ y == 1 && __imag__ y == 0);
    y = own_divdc3(0x1p-1074, 0x1p-1074, 0x1p-1074, 0);
    assert(__real__ y == 1 && __imag__ y == 1);
}

static void powers(void)
{
    for (int exponent = -70; exponent <= 70; exponent++)
        for (size_t i = 0; i < SPECIAL; i++) {
            volatile float f = (float)special[i];
            volatile double d = (double)special[i];
            volatile long double x = special[i];
            volatile int n = exponent;
            assert(same(own_powisf2(f, n), __builtin_powif(f, n)));
            assert(same(own_powidf2(d, n), __builtin_powi(d, n)));
            assert(same(own_powixf2(x, n), __builtin_powil(x, n)));
        }
    assert(own_powidf2(2, INT32_MIN) == 0 && own_powidf2(-1, INT32_MIN) == 1);
}

static void convert(unsigned_wide a)
{
    volatile unsigned_wide u = a;
    volatile wide s = (wide)a;

    assert(own_floatuntisf(u) == (float)u && own_floattisf(s) == (float)s);
    assert(own_floatuntidf(u) == (double)u && own_floattidf(s) == (double)s);
    assert(own_floatuntixf(u) == (long double)u && own_floattixf(s) == (long double)s);

    /* Back again, with a fraction that must be cut off; rounding up may have made them too large. */
    volatile long double x = (long double)(u >> 1) + 0.75L, minus = -x;
    volatile double d = (double)(u >> 2) + 0.75, minus_d = -d;
    volatile float f = (float)(u >> 2) + 0.75f, minus_f = -f;
    assert(own_fixunsxfti(x) == (unsigned_wide)x);
    assert(own_fixunsdfti(d) == (unsigned_wide)d && own_fixunssfti(f) == (unsigned_wide)f);
    assert(own_fixdfti(d) == (wide)d && own_fixdfti(minus_d) == (wide)minus_d);
    assert(own_fixsfti(f) == (wide)f && own_fixsfti(minus_f) == (wide)minus_f);
    if (x < 0x1p127L)
        assert(own_fixxfti(x) == (wide)x && own_fixxfti(minus) == (wide)minus);
}

static void conversions(void)
{
    for (int bit = 0; bit < 128; bit++)
        for (int other = 0; other <= bit; other++) {
            unsigned_wide a = ((unsigned_wide)1 << bit) | ((unsigned_wide)1 << other);
            convert(a - 1);
            convert(a);
            convert(a + 1);
            convert(-a);
        }
    for (int i = 0; i < 20000; i++) {
        uint64_t high = next();
        convert(((unsigned_wide)high << 64 | next()) >> next() % 128);
    }
    assert(own_fixxfti(-0x1p127L) == (wide)((unsigned_wide)1 << 127));
}

int main(void)
{
    conversions();
    powers();
    products_at_the_ends();
    quotients_at_the_ends();
    complex_random();
    complex_special();
    printf("floats: %d quotients differ\n", differ);
    return differ != 0;
}
