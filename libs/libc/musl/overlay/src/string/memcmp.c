/* Upstream compares one byte at a time. */
#include <stdint.h>
#include <string.h>

typedef uint64_t __attribute__((__may_alias__, __aligned__(1))) word;

int memcmp(const void *left, const void *right, size_t bytes)
{
    const unsigned char *l = left, *r = right;

    while (bytes >= sizeof(word) && *(const word *)l == *(const word *)r) {
        l += sizeof(word);
        r += sizeof(word);
        bytes -= sizeof(word);
    }
    while (bytes != 0 && *l == *r) {
        l++;
        r++;
        bytes--;
    }
    return bytes != 0 ? *l - *r : 0;
}
