/* Every function against the host's, under names of its own: sanitizers put themselves before the standard
 * ones. */
// instead:
#include <assert.h>
#include <string.h>

#define memcpy our_memcpy
#define memmove our_memmove
#define memset our_memset
#define memcmp our_memcmp
#define strlen our_strlen
#define strcmp our_strcmp
#define strncmp our_strncmp
#define strchr our_strchr
#include "../memory.c"
#include "../string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strcmp
#undef strncmp
#undef strchr

#define SIZE 40

static unsigned char ours[SIZE], theirs[SIZE];

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

static void fill(void)
{
    for (int i = 0; i < SIZE; i++)
        ours[i] = theirs[i] = (unsigned char)(i * 7 + 1);
}

/* All overlaps, in both directions. */
static void moves(void)
{
    for (size_t from = 0; from < SIZE; from += 3)
        for (size_t to = 0; to < SIZE; to++)
            for (size_t n = 0; n + (from > to ? from : to) <= SIZE; n++) {
                fill();
                assert(our_memmove(ours + to, ours + from, n) == ours + to);
                memmove(theirs + to, theirs + from, n);
                assert(memcmp(ours, theirs, SIZE) == 0);
            }
    fill();
    assert(our_memcpy(ours, theirs + 20, 20) == ours);
    assert(memcmp(ours, theirs + 20, 20) == 0 && memcmp(ours + 20, theirs + 20, 20) == 0);
    assert(our_memset(ours + 1, 0x1ff, 3) == ours + 1);
    assert(ours[0] == theirs[20] && ours[1] == 0xff && ours[3] == 0xff && ours[4] == theirs[24]);
}

static void comparisons(void)
{
    static const char *texts[] = {"", "a", "ab", "abc", "abd", "b", "\xff", "a\xff"};

    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++)
        for (unsigned k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            const char *a = texts[i], *b = texts[k];

            assert(sign(our_strcmp(a, b)) == sign(strcmp(a, b)));
            for (size_t n = 0; n < 5; n++)
                assert(sign(our_strncmp(a, b, n)) == sign(strncmp(a, b, n)));
            for (size_t n = 0; n <= strlen(a) && n <= strlen(b); n++)
                assert(sign(our_memcmp(a, b, n)) == sign(memcmp(a, b, n)));
        }
}

int main(void)
{
    moves();
    comparisons();
    assert(our_strlen("") == 0 && our_strlen("abc") == 3);
    assert(strcmp(our_strchr("abcb", 'b'), "bcb") == 0 && !our_strchr("abc", 'x'));
    assert(*our_strchr("abc", '\0') == '\0');
    return 0;
}
