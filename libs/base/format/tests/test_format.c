#include <format.h>

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The host's snprintf is the measure of all that it can do as well. */
#define SAME(...)                                                                                            \
    do {                                                                                                     \
        for (size_t size = 0; size < 48; size++) {                                                           \
            char *ours = malloc(size ? size : 1), theirs[64] = "";                                           \
            size_t a = format(ours, size, __VA_ARGS__);                                                      \
            int b = snprintf(theirs, size, __VA_ARGS__);                                                     \
                                                                                                             \
            assert(a == (size_t)b);                                                                          \
            assert(size == 0 || strcmp(ours, theirs) == 0);                                                  \
            free(ours);                                                                                      \
        }                                                                                                    \
    } while (0)

#pragma GCC diagnostic ignored "-Wformat-truncation"
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
#pragma GCC diagnostic ignored "-Wformat-overflow"

int main(void)
{
    char text[64];

    SAME("plain");
    SAME("%s|%5s|%-5s|%c%%", "abc", "de", "fg", 'x');
    SAME("%d %d %d %i", 0, INT_MIN, INT_MAX, -7);
    SAME("%5d|%-5d|%05d|%05d|%1d", -42, -42, -42, 42, -42);
    SAME("%u %x %lu %lx", UINT_MAX, UINT_MAX, ULONG_MAX, ULONG_MAX);
    SAME("%ld %lld %zu %zx", LONG_MIN, LLONG_MIN, (size_t)-1, (size_t)0xabc);
    SAME("%08x|%-8x|%8x|%016lx", 0xbeefu, 0xbeefu, 0xbeefu, 1ul);

    format(text, sizeof text, "%p", (void *)0x1234);
    assert(strcmp(text, "0x0000000000001234") == 0);
    format(text, sizeof text, "%s", (char *)NULL);
    assert(strcmp(text, "(null)") == 0);
    assert(format(text, sizeof text, "a%q%", 1) == 4 && strcmp(text, "a%q%") == 0);
    assert(format(NULL, 0, "%s", "four") == 4);
    return 0;
}
