/*
 * Reads lines: `free` shows how many pages are free, `take N` takes N runs of 512 pages and writes to each
 * page (and says how many it got), `give` frees them, `end` ends.
 */
#include <pages.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUN 512u
#define MOST 1024u

static char *runs[MOST];
static unsigned count;

static unsigned take(unsigned wanted)
{
    unsigned before = count;

    while (count - before < wanted && count < MOST) {
        char *run = pages_alloc(RUN);

        if (!run)
            break;
        for (size_t i = 0; i < RUN; i++)
            memset(run + i * PAGE_SIZE, (int)(count + i), PAGE_SIZE);
        runs[count++] = run;
    }
    return count - before;
}

/* How many pages have lost what was written to them. */
static unsigned give(void)
{
    unsigned lost = 0;

    while (count > 0) {
        char *run = runs[--count];

        for (size_t i = 0; i < RUN; i++)
            lost +=
                run[i * PAGE_SIZE] != (char)(count + i) || run[(i + 1) * PAGE_SIZE - 1] != (char)(count + i);
        pages_free(run, RUN);
    }
    return lost;
}

int main(void)
{
    char line[80];

    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && strncmp(line, "end", 3) != 0) {
        if (strncmp(line, "free", 4) == 0)
            printf("%zu free\n", pages_available());
        else if (strncmp(line, "take ", 5) == 0)
            printf("%u taken\n", take((unsigned)atoi(line + 5)));
        else if (strncmp(line, "give", 4) == 0)
            printf("%u lost\n", give());
        fflush(stdout);
    }
    return 0;
}
