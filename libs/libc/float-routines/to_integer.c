#include <compiler_float.h>
#include <stdint.h>

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

/* All numbers of the smaller formats are numbers of this one. */
unsigned_wide __fixunsxfti(long double a)
{
    uint64_t high = (uint64_t)(a * 0x1p-64L);

    return (unsigned_wide)high << 64 | (uint64_t)(a - (long double)high * 0x1p64L);
}

unsigned_wide __fixunsdfti(double a)
{
    return __fixunsxfti(a);
}

unsigned_wide __fixunssfti(float a)
{
    return __fixunsxfti(a);
}

wide __fixxfti(long double a)
{
    return (wide)(a < 0 ? -__fixunsxfti(-a) : __fixunsxfti(a)); /* unsigned, where -2^127 has a negation */
}

wide __fixdfti(double a)
{
    return __fixxfti(a);
}

wide __fixsfti(float a)
{
    return __fixxfti(a);
}
