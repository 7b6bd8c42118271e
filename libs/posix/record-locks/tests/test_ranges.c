/* The ranges against a table of bytes: random locks, unlocks and questions of several owners. */
// instead: ../ranges.c

#include "../ranges.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWNERS 4
#define PLACES 24 /* bytes of the table; the last stands for all from there to the end */
#define STEPS 200000

static char owners[OWNERS];
static char table[OWNERS][PLACES]; /* 0, 'r' or 'w' */
static struct record_range *list;
static long blocks; /* of memory in use */
static bool empty;  /* there is no memory */

void *heap_alloc(size_t size)
{
    if (empty)
        return NULL;
    blocks++;
    return malloc(size);
}

void heap_free(void *memory)
{
    if (memory != NULL)
        blocks--;
    free(memory);
}

static int64_t end_of(int place)
{
    return place == PLACES - 1 ? RECORD_RANGES_END : place;
}

/* The list says what the table says, in the form that ranges.h promises. */
static void compare(void)
{
    char shown[OWNERS][PLACES] = {0};
    bool over[OWNERS] = {0};
    long count = 0;

    for (const struct record_range *range = list; range != NULL; range = range->next) {
        const struct record_range *next = range->next;
        int owner = (int)((const char *)range->owner - owners);

        assert(owner >= 0 && owner < OWNERS && !over[owner]);
        assert(range->start >= 0 && range->start <= range->end);
        if (next != NULL && next->owner == range->owner)
            assert(next->start > range->end &&
                   (next->start > range->end + 1 || next->exclusive != range->exclusive));
        else
            over[owner] = true;
        for (int place = 0; place < PLACES; place++)
            if (range->start <= place && end_of(place) <= range->end)
                shown[owner][place] = range->exclusive ? 'w' : 'r';
        count++;
    }
    assert(memcmp(shown, table, sizeof(table)) == 0);
    assert(blocks == count);
}

static void ask(const struct record_range *wanted, int owner, int from, int to)
{
    const struct record_range *found = record_ranges_conflict(list, wanted);
    bool blocked = false;

    for (int other = 0; other < OWNERS; other++)
        for (int place = from; other != owner && place <= to; place++)
            blocked |= table[other][place] != 0 && (wanted->exclusive || table[other][place] == 'w');
    assert((found != NULL) == blocked);
    if (found != NULL) {
        assert(found->owner != wanted->owner && found->start <= wanted->end && wanted->start <= found->end);
        assert(found->exclusive || wanted->exclusive);
    }
}

static void step(void)
{
    int owner = rand() % OWNERS, from = rand() % PLACES, to = from + rand() % (PLACES - from);
    struct record_range range = {
        .owner = owners + owner, .start = from, .end = end_of(to), .exclusive = rand() % 2};
    int what = rand() % 16, error = 0;
    char becomes = (char)(range.exclusive ? 'w' : 'r');

    empty = rand() % 8 == 0;
    if (what == 0) {
        bool held = record_ranges_drop_all(&list, range.owner);
        static const char none[PLACES];

        assert(held == (memcmp(table[owner], none, PLACES) != 0));
        memset(table[owner], 0, PLACES);
    } else if (what < 6) {
        error = record_ranges_drop(&list, &range);
        becomes = 0;
    } else if (what < 8) {
        ask(&range, owner, from, to);
    } else {
        error = record_ranges_take(&list, &range);
    }
    assert(error == 0 || (error == -ENOLCK && empty));
    if (error == 0 && what != 0 && (what < 6 || what >= 8))
        for (int place = from; place <= to; place++)
            table[owner][place] = becomes;
    empty = false;
}

int main(void)
{
    srand(1);
    for (int i = 0; i < STEPS; i++) {
        step();
        compare();
    }
    for (int owner = 0; owner < OWNERS; owner++)
        record_ranges_drop_all(&list, owners + owner);
    assert(list == NULL && blocks == 0);
    puts("ranges: ok");
    return 0;
}
