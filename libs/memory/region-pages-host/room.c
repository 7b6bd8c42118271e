/*
 * The room that the host reserves, and its calls.
 */
#include "host_pages.h"

#include <errno.h>
#include <host_calls.h>
#include <host_linux.h>

#define MOST ((size_t)1 << 40)
#define LEAST ((size_t)1 << 32)
#define LENT_PAGES 16 /* that are had from the host at once */

static uintptr_t room_start;
static uint8_t *states;
static void *lent; /* pages that nobody has, linked by their first word */

static long reserve(size_t size, long protection, long kind)
{
    return host_call(HOST_CALL_MMAP, 0, (long)size, protection, kind | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

int region_pages_room(uintptr_t *start, uintptr_t *end)
{
    size_t size = MOST;
    long room = reserve(size, PROT_NONE, MAP_PRIVATE), state;

    while (room < 0 && size > LEAST) { /* the host limits how much a process may reserve */
        size /= 2;
        room = reserve(size, PROT_NONE, MAP_PRIVATE);
    }
    if (room < 0)
        return (int)room;
    state = reserve(size / HOST_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    if (state < 0)
        return (int)state;
    room_start = (uintptr_t)room;
    states = (uint8_t *)state;
    *start = room_start;
    *end = room_start + size;
    return 0;
}

uint8_t *region_pages_host_state(uintptr_t address)
{
    return &states[(address - room_start) / HOST_PAGE];
}

int region_pages_host_protect(uintptr_t start, uintptr_t end, int protection)
{
    if (protection != PAGE_NONE)
        protection |= PAGE_READ; /* page tables know no other way, and the filter lets only these pass */
    return (int)host_call(HOST_CALL_MPROTECT, (long)start, (long)(end - start), protection, 0, 0, 0);
}

int region_pages_host_clear(uintptr_t start, uintptr_t end)
{
    long done = host_call(HOST_CALL_MMAP, (long)start, (long)(end - start), PROT_NONE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);

    return done < 0 ? (int)done : 0;
}

/* The host maps a shared page a second time when its old size is said to be 0: mremap(2). */
int region_pages_host_alias(void *page, uintptr_t address)
{
    long done = host_call(HOST_CALL_MREMAP, (long)page, 0, (long)HOST_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                          (long)address, 0);

    return done < 0 ? (int)done : 0;
}

void *region_pages_lend(void)
{
    void *page;

    if (lent == NULL) {
        long start = reserve(LENT_PAGES * HOST_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);

        if (start <= 0)
            return NULL;
        for (size_t i = 0; i < LENT_PAGES; i++)
            region_pages_take_back((char *)start + i * HOST_PAGE);
    }
    page = lent;
    lent = *(void **)page;
    return page;
}

void region_pages_take_back(void *page)
{
    *(void **)page = lent;
    lent = page;
}
