/* Products of complex numbers: C11 G.5.1, paragraphs 4 and 6. */
#include <compiler_float.h>

/* An infinity becomes 1 and all else 0, each with its sign. */
static long double box(long double x)
{
    return __builtin_copysignl(__builtin_isinf(x) ? 1 : 0, x);
}

static long double no_nan(long double x)
{
    return __builtin_isnan(x) ? __builtin_copysignl(0, x) : x;
}

/* The product where the plain formula says NaN + i NaN although there is an infinity: among the factors, or,
 * if `overflow`, among the formula's products of finite ones. */
static long double _Complex infinite(long double a, long double b, long double c, long double d, int overflow)
{
    int first = __builtin_isinf(a) || __builtin_isinf(b), second = __builtin_isinf(c) || __builtin_isinf(d);
    long double _Complex product;

    if (first) {
        a = box(a);
        b = box(b);
    }
    if (second) {
        c = box(c);
        d = box(d);
    }
    long double size = first || second || overflow ? __builtin_infl() : __builtin_nanl("");
    a = no_nan(a);
    b = no_nan(b);
    c = no_nan(c);
    d = no_nan(d);
    __real__ product = size * (a * c - b * d);
    __imag__ product = size * (a * d + b * c);
    return product;
}

#define MULTIPLY(NAME, REAL)                                                                                 \
    REAL _Complex NAME(REAL a, REAL b, REAL c, REAL d)                                                       \
    {                                                                                                        \
        REAL ac = a * c, bd = b * d, ad = a * d, bc = b * c, real = ac - bd, imaginary = ad + bc;            \
        REAL _Complex product;                                                                               \
                                                                                                             \
        __real__ product = real;                                                                             \
        __imag__ product = imaginary;                                                                        \
        if (__builtin_isnan(real) && __builtin_isnan(imaginary))                                             \
            product = (REAL _Complex)infinite(a, b, c, d,                                                    \
                                              __builtin_isinf(ac) || __builtin_isinf(bd) ||                  \
                                                  __builtin_isinf(ad) || __builtin_isinf(bc));               \
        return product;                                                                                      \
    }

MULTIPLY(__mulsc3, float)
MULTIPLY(__muldc3, double)
MULTIPLY(__mulxc3, long double)
