/*
 * Against what the host's compiler brings for the same: the routines are compiled under names of their own,
 * so both are in one program. Divisors and dividends are taken from the edges of every width, and at random.
 */
// instead:
#define __udivmodti4 own_udivmodti4
#define __udivti3 own_udivti3
#define __umodti3 own_umodti3
#define __divmodti4 own_divmodti4
#define __divti3 own_divti3
#define __modti3 own_modti3
#define __popcountdi2 own_popcountdi2
#define __clrsbdi2 own_clrsbdi2
#include "../count.c"
#include "../divide.c"

#include <assert.h>
#include <stdio.h>

#define EDGES (3 * 128)
#define RANDOM 2000

static compiler_unsigned_wide numbers[EDGES + RANDOM];

static uint64_t next(void)
{
    static uint64_t state = 88172645463325252;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void fill(void)
{
    for (int bit = 0; bit < 128; bit++) {
        compiler_unsigned_wide power = (compiler_unsigned_wide)1 << bit;
        numbers[3 * bit] = power - 1;
        numbers[3 * bit + 1] = power;
        numbers[3 * bit + 2] = -power;
    }
    for (int i = EDGES; i < EDGES + RANDOM; i++) {
        uint64_t high = next();
        numbers[i] = ((compiler_unsigned_wide)high << 64 | next()) >> next() % 128;
    }
}

static void divide(compiler_unsigned_wide a, compiler_unsigned_wide b)
{
    compiler_unsigned_wide rest = 0;
    compiler_wide signed_a = (compiler_wide)a, signed_b = (compiler_wide)b, signed_rest = 0;

    if (b == 0)
        return;
    assert(own_udivti3(a, b) == a / b && own_umodti3(a, b) == a % b);
    assert(own_udivmodti4(a, b, &rest) == a / b && rest == a % b);
    if (signed_b == -1) { /* the host's compiler may do anything with the smallest number */
        assert(own_divti3(signed_a, signed_b) == (compiler_wide)-a && own_modti3(signed_a, signed_b) == 0);
        return;
    }
    assert(own_divti3(signed_a, signed_b) == signed_a / signed_b);
    assert(own_modti3(signed_a, signed_b) == signed_a % signed_b);
    assert(own_divmodti4(signed_a, signed_b, &signed_rest) == signed_a / signed_b);
    assert(signed_rest == signed_a % signed_b);
}

int main(void)
{
    fill();
    for (int i = 0; i < EDGES; i++)
        for (int j = 0; j < EDGES; j++)
            divide(numbers[i], numbers[j]);
    for (int i = 0; i < EDGES + RANDOM; i++) {
        long low = (long)numbers[i];

        divide(numbers[i], numbers[EDGES + next() % RANDOM]);
        assert(own_popcountdi2((unsigned long)low) == __builtin_popcountl((unsigned long)low));
        assert(own_clrsbdi2(low) == __builtin_clrsbl(low));
    }
    puts("integers: ok");
    return 0;
}
