/*
 * The address space with page tables in the host's memory, against an array of pages: thousands of random
 * calls and accesses, with and without memory, and in the end every page is back.
 */
// cflags: -DCONFIG_LIB_FILE_CONTENT=1 -DCONFIG_PAGES_BUDDY_FAILURES=1
// sources: ../../region-pages-tables/fetch.c ../../region-pages-tables/range.c
// sources: ../../region-pages-tables/move.c ../../region-pages-tables/shared.c
// sources: ../../file-pages/file_pages.c ../../page-index/page_index.c
// sources: ../../pages-buddy/pages_buddy.c ../../pages-buddy/free_blocks.c
// sources: ../../pages-buddy/failures.c
// sources: ../../../machine/paging-x86_64/page_tables.c
// sources: ../../../machine/paging-x86_64/page_tables_range.c
#include "space_model.h"

static void unmapped(size_t first, size_t count)
{
    memset(model + first, 0, count * sizeof *model);
}

static bool free_pages(size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        if (model[i].mapped)
            return false;
    return true;
}

static bool covered(size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        if (!model[i].mapped)
            return false;
    return true;
}

/* A part of the window, mostly small. */
static void choose(size_t *first, size_t *count)
{
    *count = 1 + draw(draw(6) ? 12 : 1100);
    *first = draw((unsigned)(WINDOW - *count));
}

static void call_map(void)
{
    static const int protections[] = {PAGE_NONE, PAGE_READ, PAGE_READ | PAGE_WRITE, PAGE_READ | PAGE_WRITE,
                                      PAGE_READ | PAGE_EXEC};
    bool replace = draw(2);
    size_t first, count;
    choose(&first, &count);
    struct region region = {.start = address(first),
                            .end = address(first + count),
                            .protection = protections[draw(5)],
                            .flags = draw(4) ? 0 : REGION_NO_RESERVE};
    int file = draw(4) ? -1 : (int)draw(2);
    unsigned offset = draw(FILE_PAGES);

    if (file >= 0) {
        files[file].held++;
        region.file = file_pages_of(&files[file]);
        region.offset = (uint64_t)offset * 4096;
        if (region.file == NULL) {
            assert(scarce);
            file_content_release(&files[file]);
            return;
        }
        if (draw(2))
            region.flags |= REGION_SHARED;
    }
    int error = address_space_map(&region, replace ? ADDRESS_SPACE_REPLACE : ADDRESS_SPACE_EXACTLY);
    if (error != 0 && file >= 0)
        file_pages_put(region.file);
    if (error == -ENOMEM) /* too much to promise, or short of memory */
        return;
    if (!replace && !free_pages(first, count)) {
        assert(error == -EEXIST);
        return;
    }
    assert(error == 0);
    for (size_t i = 0; i < count; i++)
        model[first + i] = (struct page){.mapped = true,
                                         .protection = region.protection,
                                         .shared = region.flags & REGION_SHARED,
                                         .no_reserve = region.flags & REGION_NO_RESERVE,
                                         .file = file,
                                         .index = offset + (unsigned)i};
}

static void call_unmap(void)
{
    size_t first, count;

    choose(&first, &count);
    int error = address_space_unmap(address(first), address(first + count));
    assert(error == 0 || (scarce && error == -ENOMEM));
    if (error == 0)
        unmapped(first, count);
}

static void call_protect(void)
{
    static const int protections[] = {PAGE_NONE, PAGE_READ, PAGE_READ | PAGE_WRITE, PAGE_READ | PAGE_EXEC,
                                      PAGE_WRITE | PAGE_EXEC};
    int protection = protections[draw(5)];
    size_t first, count;

    choose(&first, &count);
    int error = address_space_protect(address(first), address(first + count), protection);
    if (protection == (PAGE_WRITE | PAGE_EXEC))
        assert(error == -EACCES);
    else if (!covered(first, count))
        assert(error == -ENOMEM);
    else
        assert(error == 0 || error == -ENOMEM);
    for (size_t i = 0; i < count && error == 0; i++)
        model[first + i].protection = protection;
}

static void call_discard(void)
{
    size_t first, count;

    choose(&first, &count);
    int error = address_space_discard(address(first), address(first + count));
    assert(error == 0 || error == -ENOMEM);
    assert(error == 0 || !covered(first, count) || scarce);
    if (error != 0 && covered(first, count))
        return;
    for (size_t i = first; i < first + count; i++) {
        uintptr_t at = address(i);

        if (error != 0 && model[i].mapped && !model[i].shared && page_tables_next(&at, at + 1) != NULL)
            return; /* no memory to cut a large page: nothing was discarded */
    }
    for (size_t i = first; i < first + count; i++)
        if (!(model[i].shared && model[i].file >= 0)) {
            model[i].value = 0;
            model[i].seen = false;
        }
}

/* Whether pages are one mapping: the address space joins what is alike. */
static bool alike(size_t i, size_t j)
{
    const struct page *a = &model[i], *b = &model[j];

    return a->mapped && b->mapped && a->protection == b->protection && a->shared == b->shared &&
           a->no_reserve == b->no_reserve && a->file == b->file &&
           (a->file < 0 || a->index + (j - i) == b->index);
}

/* Whether the address space has one region there: promises, which the model does not know, may part alike
 * ones. */
static bool one_region(size_t first, size_t count)
{
    const struct region *region = address_space_find(address(first));

    return region != NULL && region->start <= address(first) && region->end >= address(first + count);
}

/* Pages that the address space does not have any more. */
static void forget_unmapped(size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        if (!address_space_covers(address(i), address(i + 1)))
            unmapped(i, 1);
}

static void call_remap(void)
{
    struct page moved[WINDOW];
    size_t first, count, target, size;
    bool fixed = draw(2);
    choose(&first, &count);
    choose(&target, &size);
    if (count > 600)
        count = 1 + draw(40);
    uintptr_t to = address(target);
    bool one = covered(first, count) && one_region(first, count);
    for (size_t i = first; i + 1 < first + count && one; i++)
        assert(alike(i, i + 1));
    bool overlap = target < first + count && first < target + size;

    int error = address_space_remap(address(first), address(first + count), size * 4096,
                                    fixed ? ADDRESS_SPACE_REPLACE : ADDRESS_SPACE_EXACTLY, false, &to);
    if (!one) {
        assert(error == -EFAULT);
        return;
    }
    if (fixed && overlap) {
        assert(error == -EINVAL);
        return;
    }
    if (error != 0) {
        assert(error == -ENOMEM);
        if (fixed) { /* what was in its way, and what would not fit, may be gone all the same */
            forget_unmapped(target, size);
            if (size < count)
                forget_unmapped(first + size, count - size);
        }
        return;
    }
    if (!fixed) {
        assert(to == address(first));
        target = first;
        assert(size <= count || first + size > WINDOW || free_pages(first + count, size - count));
        if (first + size > WINDOW) { /* beyond what the model knows: back again */
            assert(address_space_unmap(address(WINDOW), address(first + size)) == 0);
            size = WINDOW - first;
        }
    }
    for (size_t i = 0; i < size; i++) {
        moved[i] = model[first + (i < count ? i : 0)];
        if (i >= count) {
            moved[i].index += (unsigned)i;
            moved[i].value = 0;
            moved[i].seen = false;
        }
    }
    unmapped(first, count);
    memcpy(model + target, moved, size * sizeof *moved);
}

/* Promises are kept account of exactly; regions lie apart, and no two that touch are alike. */
static void check_space(void)
{
    const struct region *region, *last = NULL;
    size_t promised = 0, mapped = 0;

    for (uintptr_t at = 0; (region = address_space_find(at)) != NULL; at = region->end) {
        if (region->flags & REGION_PROMISED)
            promised +=
                (region->end - region->start) / 4096 - region_pages_own(region, region->start, region->end);
        assert(region->start < region->end && region->start >= at);
        assert(last == NULL || last->end != region->start || last->protection != region->protection ||
               last->flags != region->flags || last->file != region->file ||
               (last->file != NULL && last->offset + (last->end - last->start) != region->offset));
        for (uintptr_t page = region->start; page < region->end; page += 4096) {
            const struct page *p = &model[(page - WINDOW_START) / 4096];

            assert(p->mapped && p->protection == region->protection &&
                   p->shared == !!(region->flags & REGION_SHARED));
            assert((p->file >= 0) == (region->file != NULL));
            assert(p->file < 0 || region->offset + (page - region->start) == (uint64_t)p->index * 4096);
        }
        mapped += (region->end - region->start) / 4096;
        last = region;
    }
    for (size_t i = 0; i < WINDOW; i++)
        mapped -= model[i].mapped;
    assert(mapped == 0);
    assert(promised == space_promised);
}

static void step(void)
{
    static void (*const calls[])(void) = {call_map,     call_map,   call_unmap, call_protect,
                                          call_discard, call_remap, call_map};

    if (draw(4) == 0)
        calls[draw(sizeof calls / sizeof *calls)]();
    else
        for (int i = 0; i < 20; i++)
            use_page(draw(WINDOW), draw(2));
}

/* The same with allocations that fail: no error may be half a change. */
static void step_without_memory(unsigned round)
{
    scarce = true;
    pages_fail(1 + draw(4), round);
    heap_fails = draw(3);
    step();
    heap_fails = 0;
    pages_fail(0, 0);
    scarce = false;
}

int main(void)
{
    size_t available;

    boot_info = (struct boot_info){.range_count = 1,
                                   .ranges = {{(uintptr_t)memory, (uintptr_t)memory + sizeof memory}}};
    memset(memory, 0xee, sizeof memory);
    assert(pages_buddy_init() == 0 && address_space_init() == 0);
    available = pages_available();
    for (int file = 0; file < 2; file++)
        for (unsigned i = 0; i < FILE_PAGES; i++) {
            contents[file][i] = 1000 * (unsigned)file + i;
            memcpy(files[file].bytes + i * 4096, &contents[file][i], sizeof(unsigned));
        }
    for (unsigned round = 1; round <= 30000; round++) {
        if (draw(8) == 0)
            step_without_memory(round);
        else
            step();
        if (round % 4 == 0)
            check_space();
        if (round % 6000 == 0) {
            assert(address_space_unmap(address(0), address(WINDOW)) == 0);
            unmapped(0, WINDOW);
            assert(address_space_find(0) == NULL && space_promised == 0);
            assert(pages_available() + KEPT_TABLES == available);
            for (int file = 0; file < 2; file++) {
                assert(files[file].held == 0);
                for (unsigned i = 0; i < FILE_PAGES; i++)
                    assert(memcmp(files[file].bytes + i * 4096, &contents[file][i], sizeof(unsigned)) == 0);
            }
        }
    }
    assert(blocks <= 12); /* regions in store */
    return 0;
}
