#include "cases.h"

/* Memory that may be written to is promised only as far as there is some. */
void promises(void)
{
    size_t size = (size_t)1 << 38;
    char *start;

    FAILS(mmap(NULL, size, READ_WRITE, PRIVATE, -1, 0), ENOMEM);
    start = mmap(NULL, size, PROT_READ, PRIVATE, -1, 0); /* not to be written to: nothing to promise */
    CHECK(start != MAP_FAILED && peek(start + size - 1) == 0);
    FAILS(mprotect(start, size, READ_WRITE), ENOMEM);
    CHECK(mprotect(start + size / 2, PAGE, READ_WRITE) == 0);
    poke(start + size / 2, 1);
    CHECK(peek(start + size / 2 - 1) == 0 && munmap(start, size) == 0);
}

/* All memory there is, in pieces, twice: nothing is lost on the way. */
void exhaustion(void)
{
    enum { MOST = 4096 };
    static char *pieces[MOST];
    size_t counts[2], size = 64 * PAGE;

    for (int round = 0; round < 2; round++) {
        size_t n = 0;

        while (n < MOST && (pieces[n] = mmap(NULL, size, READ_WRITE, PRIVATE, -1, 0)) != MAP_FAILED) {
            for (size_t i = 0; i < size; i += PAGE)
                poke(pieces[n] + i, (unsigned char)n);
            n++;
        }
        CHECK(n == MOST || errno == ENOMEM);
        counts[round] = n;
        while (n > 0) {
            n--;
            CHECK(peek(pieces[n] + size - PAGE) == (unsigned char)n && munmap(pieces[n], size) == 0);
        }
    }
    CHECK(counts[0] > 10 && counts[1] >= counts[0]);
}
