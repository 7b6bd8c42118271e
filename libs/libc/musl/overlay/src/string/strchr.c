/* Upstream looks for the end of the string, too, by words, which takes long to begin: most that is looked for
 * is near. */
#include <stdint.h>
#include <string.h>

typedef uint64_t __attribute__((__may_alias__)) word;

#define NEAR 16 /* bytes that are looked at one by one */
#define EACH UINT64_C(0x0101010101010101)
#define HAS_ZERO(word) (((word)-EACH) & ~(word)&EACH << 7)

char *strchr(const char *string, int byte)
{
    const unsigned char *at = (const void *)string, wanted = (unsigned char)byte;

    /* A word that begins in the string may be read whole if it is aligned: it lies in one page. */
    for (int looked = 0; looked < NEAR || (uintptr_t)at % sizeof(word) != 0; looked++, at++) {
        if (*at == wanted)
            return (char *)(uintptr_t)at;
        if (*at == 0)
            return NULL;
    }
    const word *words = (const void *)at;

    while (!HAS_ZERO(*words) && !HAS_ZERO(*words ^ EACH * wanted))
        words++;
    for (at = (const void *)words; *at != wanted; at++)
        if (*at == 0)
            return NULL;
    return (char *)(uintptr_t)at;
}
