#include <compiler_integer.h>

int __popcountdi2(unsigned long a)
{
    /* Sums of two, four and eight neighbouring bits; the product adds the eight bytes up in the highest. */
    a -= a >> 1 & 0x5555555555555555;
    a = (a & 0x3333333333333333) + (a >> 2 & 0x3333333333333333);
    a = (a + (a >> 4)) & 0x0f0f0f0f0f0f0f0f;
    return (int)(a * 0x0101010101010101 >> 56);
}

int __clrsbdi2(long a)
{
    unsigned long differs = (unsigned long)a ^ (0 - ((unsigned long)a >> 63));

    return differs != 0 ? __builtin_clzl(differs) - 1 : 63;
}
