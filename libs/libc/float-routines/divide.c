/*
 * Quotients of complex numbers: C11 G.5.1, paragraphs 4 and 8. All are computed in the extended format, with
 * the operands scaled so that neither the squares nor the products leave its range.
 */
#include <compiler_float.h>
#include <stdint.h>

/* Intel SDM volume 1, 4.2.2: 64 bits of significand, with its integer bit; then the exponent and the sign. */
union extended {
    long double value;
    struct {
        uint64_t significand;
        uint16_t exponent;
    } parts;
};

#define EXPONENT_MASK 0x7fff
#define EXPONENT_BIAS 0x3fff
#define INTEGER_BIT ((uint64_t)1 << 63)

/* The exponent of a number, 0 if it has none to speak of: infinities, NaNs and 0. */
static int exponent(long double x)
{
    union extended e = {.value = x};
    int biased = e.parts.exponent & EXPONENT_MASK;

    return biased == EXPONENT_MASK || e.parts.significand == 0 ? 0 : biased - EXPONENT_BIAS;
}

static int larger_exponent(long double x, long double y)
{
    return exponent(__builtin_fabsl(x) > __builtin_fabsl(y) ? x : y);
}

static long double power_of_two(int n)
{
    union extended e = {.parts = {INTEGER_BIT, (uint16_t)(EXPONENT_BIAS + n)}};

    return e.value;
}

/* x times 2^n, for n of at most three exponents' range: by steps that are exponents themselves. */
static long double scale(long double x, int n)
{
    int third = n / 3;

    return x * power_of_two(third) * power_of_two(third) * power_of_two(n - 2 * third);
}

/* An infinity becomes 1 and all else 0, each with its sign. */
static long double box(long double x)
{
    return __builtin_copysignl(__builtin_isinf(x) ? 1 : 0, x);
}

static long double _Complex divide(long double a, long double b, long double c, long double d)
{
    int up = larger_exponent(a, b), down = larger_exponent(c, d);
    long double _Complex quotient;

    a = scale(a, -up);
    b = scale(b, -up);
    c = scale(c, -down);
    d = scale(d, -down);
    long double square = c * c + d * d;
    long double real = scale((a * c + b * d) / square, up - down);
    long double imaginary = scale((b * c - a * d) / square, up - down);

    if (__builtin_isnan(real) && __builtin_isnan(imaginary)) {
        if (square == 0) {
            real = __builtin_copysignl(__builtin_infl(), c) * a;
            imaginary = __builtin_copysignl(__builtin_infl(), c) * b;
        } else if ((__builtin_isinf(a) || __builtin_isinf(b)) && __builtin_isfinite(square)) {
            a = box(a);
            b = box(b);
            real = __builtin_infl() * (a * c + b * d);
            imaginary = __builtin_infl() * (b * c - a * d);
        } else if ((__builtin_isinf(c) || __builtin_isinf(d)) && __builtin_isfinite(a) &&
                   __builtin_isfinite(b)) {
            c = box(c);
            d = box(d);
            real = 0 * (a * c + b * d);
            imaginary = 0 * (b * c - a * d);
        }
    }
    __real__ quotient = real;
    __imag__ quotient = imaginary;
    return quotient;
}

float _Complex __divsc3(float a, float b, float c, float d)
{
    return (float _Complex)divide(a, b, c, d);
}

double _Complex __divdc3(double a, double b, double c, double d)
{
    return (double _Complex)divide(a, b, c, d);
}

long double _Complex __divxc3(long double a, long double b, long double c, long double d)
{
    return divide(a, b, c, d);
}
