#include <compiler_integer.h>
#include <stddef.h>
#include <stdint.h>

static unsigned bits(compiler_unsigned_wide a)
{
    uint64_t high = (uint64_t)(a >> 64), low = (uint64_t)a;

    if (high != 0)
        return 128 - (unsigned)__builtin_clzl(high);
    return low != 0 ? 64 - (unsigned)__builtin_clzl(low) : 0;
}

/* Bit by bit, as on paper: one step for each bit that the quotient can have. */
compiler_unsigned_wide __udivmodti4(compiler_unsigned_wide a, compiler_unsigned_wide b,
                                    compiler_unsigned_wide *remainder)
{
    compiler_unsigned_wide quotient = 0;

    if (((a | b) >> 64) == 0 || b == 0) {
        /* Traps for b = 0, as the language's own division does. */
        quotient = (uint64_t)a / (uint64_t)b; // cppcheck-suppress zerodivcond
        a = (uint64_t)a % (uint64_t)b;        // cppcheck-suppress zerodivcond
    } else if (a >= b) {
        unsigned step = bits(a) - bits(b);
        for (b <<= step;; b >>= 1) {
            quotient <<= 1;
            if (a >= b) {
                a -= b;
                quotient |= 1;
            }
            if (step-- == 0)
                break;
        }
    }
    if (remainder != NULL)
        *remainder = a;
    return quotient;
}

compiler_unsigned_wide __udivti3(compiler_unsigned_wide a, compiler_unsigned_wide b)
{
    return __udivmodti4(a, b, NULL);
}

compiler_unsigned_wide __umodti3(compiler_unsigned_wide a, compiler_unsigned_wide b)
{
    compiler_unsigned_wide remainder;

    __udivmodti4(a, b, &remainder);
    return remainder;
}

/* Unsigned, where every number has a negation. */
static compiler_unsigned_wide negate_if(int condition, compiler_unsigned_wide a)
{
    return condition ? -a : a;
}

compiler_wide __divmodti4(compiler_wide a, compiler_wide b, compiler_wide *remainder)
{
    compiler_unsigned_wide rest, quotient;

    quotient = __udivmodti4(negate_if(a < 0, (compiler_unsigned_wide)a),
                            negate_if(b < 0, (compiler_unsigned_wide)b), &rest);
    if (remainder != NULL)
        *remainder = (compiler_wide)negate_if(a < 0, rest);
    return (compiler_wide)negate_if((a < 0) != (b < 0), quotient);
}

compiler_wide __divti3(compiler_wide a, compiler_wide b)
{
    return __divmodti4(a, b, NULL);
}

compiler_wide __modti3(compiler_wide a, compiler_wide b)
{
    compiler_wide remainder;

    __divmodti4(a, b, &remainder);
    return remainder;
}
