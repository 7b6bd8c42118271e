#include <compiler_float.h>

/* By squaring: a factor for each bit of the exponent that is 1. */
#define POWER(NAME, REAL)                                                                                    \
    REAL NAME(REAL base, int exponent)                                                                       \
    {                                                                                                        \
        unsigned left = exponent < 0 ? 0u - (unsigned)exponent : (unsigned)exponent;                         \
        REAL power = 1;                                                                                      \
                                                                                                             \
        for (; left != 0; left >>= 1, base *= base)                                                          \
            if (left & 1)                                                                                    \
                power *= base;                                                                               \
        return exponent < 0 ? 1 / power : power;                                                             \
    }

POWER(__powisf2, float)
POWER(__powidf2, double)
POWER(__powixf2, long double)
