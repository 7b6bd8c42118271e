/* What is looked for and compared, at every alignment and distance, against the plain definition. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define strchr our_strchr
#define memcmp our_memcmp
#include "../overlay/src/string/memcmp.c"
#include "../overlay/src/string/strchr.c"

#define ROOM 64

/* Nothing may be touched behind the last byte: it is the last of what may be. */
static _Alignas(4096) char bytes[ROOM];

static void look(unsigned start, unsigned length)
{
    char *string = bytes + ROOM - 1 - length - start;

    for (unsigned i = 0; i < ROOM; i++)
        bytes[i] = 'x'; /* what is before the string and behind it is not found */
    for (unsigned i = 0; i < length; i++)
        string[i] = (char)(i % 2 ? 'a' : 0x81);
    string[length] = 0;
    assert(our_strchr(string, 'x') == NULL);
    assert(our_strchr(string, 0) == string + length);
    assert(our_strchr(string, 0x100) == string + length);
    for (unsigned i = 0; i < length; i++) {
        char old = string[i];

        string[i] = 'x';
        assert(our_strchr(string, 'x') == string + i);
        assert(our_strchr(string, 'x' - 0x100) == string + i);
        string[i] = (char)0xff;
        assert(our_strchr(string, 0xff) == string + i);
        assert(our_strchr(string, -1) == string + i);
        string[i] = old;
    }
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void compare(unsigned left, unsigned right, unsigned size)
{
    unsigned char l[ROOM], r[ROOM];

    for (unsigned i = 0; i < ROOM; i++) {
        l[i] = (unsigned char)(i - left);
        r[i] = (unsigned char)(i - right);
    }
    assert(our_memcmp(l + left, r + right, size) == 0);
    for (unsigned i = 0; i < size; i++) {
        l[left + i] ^= 0x80;
        assert(sign(our_memcmp(l + left, r + right, size)) == sign(l[left + i] - r[right + i]));
        assert(our_memcmp(l + left, r + right, i) == 0);
        l[left + i] ^= 0x80;
    }
}

int main(void)
{
    for (unsigned start = 0; start < 9; start++)
        for (unsigned length = 0; length + start < ROOM; length++)
            look(start, length);
    for (unsigned left = 0; left < 9; left++)
        for (unsigned right = 0; right < 9; right++)
            for (unsigned size = 0; size < 40; size++)
                compare(left, right, size);
    return 0;
}
