/* Random allocations and frees against a map of owners; exhaustion, splitting of runs, joining, double free.
 */

#define PAGES 200
#include "../../pages/tests/pages_model.h"

int pages_list_init(void);

int main(void)
{
    unsigned random = 12345;

    assert(pages_alloc(1) == NULL && pages_available() == 0);
    add_range(1, 4);
    add_range(10, 11);
    add_range(20, 150);
    add_range(150, 160); /* two ranges that touch are one run */
    add_range(170, 200);
    boot_info.ranges[boot_info.range_count++] =
        (struct boot_range){(uintptr_t)memory[5], (uintptr_t)memory[5]};
    memset(memory, 0xee, sizeof memory);
    assert(pages_list_init() == 0);
    assert(pages_available() == model_free());
    assert(pages_alloc(0) == NULL && pages_alloc(SIZE_MAX) == NULL && pages_alloc(141) == NULL);
    void *whole = pages_alloc(140);
    assert(index_of(whole) == 20);
    pages_free(whole, 140);
    assert(traps(free_twice) && traps(free_across));

    for (int round = 0; round < 60000; round++) {
        random = random * 1664525 + 1013904223;
        size_t count = 1 + (random >> 8) % ((random >> 20) % 16 == 0 ? 60 : 6);
        unsigned phase = (unsigned)round / 3000 % 2; /* fill up, then drain */
        if ((random >> 28) % 8 < (phase ? 2 : 6)) {
            bool fits = model_fits(count, 1);
            void *p = pages_alloc(count);
            assert((p != NULL) == fits);
            if (p != NULL)
                take(p, count, 1 + (unsigned)round % 250);
        } else {
            /* Any part of a run, or adjacent runs at once. */
            size_t at = (random >> 8) % PAGES, n = 0;
            while (at + n < PAGES && n < count && owner[at + n] != 0)
                n++;
            give_back(at, n);
        }
        assert(pages_available() == model_free());
    }
    for (size_t i = 0; i < PAGES; i++)
        if (owner[i] != 0)
            give_back(i, 1);
    assert(index_of(pages_alloc(140)) == 20); /* everything has been joined again */
    return 0;
}
