/* Free blocks that the host is told of, once each until they change; and memory that comes back when there is
 * none. */
// cflags: -DCONFIG_PAGES_BUDDY_LENDING=1 -DCONFIG_PAGES_BUDDY_FAILURES=1
#include <args.h>
#include <assert.h>
#include <boot_info.h>
#include <pages.h>
#include <pages_aligned.h>
#include <pages_lending.h>
#include <stdlib.h>
#include <string.h>

#define PAGES 4096u

int pages_buddy_init(void);

struct boot_info boot_info;
static _Alignas(1 << 24) unsigned char memory[PAGES][4096];

const char *args_parameter(const char *key)
{
    (void)key;
    return NULL;
}

static void *reserve;
static unsigned asked;

static bool more(size_t count)
{
    asked++;
    assert(count > 0);
    if (!reserve)
        return false;
    pages_free(reserve, 1024);
    reserve = NULL;
    return true;
}

/* Everything that is unknown becomes known; how many pages. */
static size_t tell(void)
{
    size_t total = 0, count;
    void *start;

    while ((count = pages_lending_take(&start))) {
        size_t available = pages_available();

        assert(count >= PAGES_LENDING_LEAST && (uintptr_t)start % (count * PAGE_SIZE) == 0);
        memset(start, 0, count * PAGE_SIZE); /* the host's now, and then again the image's */
        pages_lending_give(start, count);
        assert(pages_available() == available + count);
        total += count;
    }
    return total;
}

int main(void)
{
    size_t all, first;
    void *run, *page;

    boot_info.range_count = 1;
    boot_info.ranges[0].start = (uintptr_t)memory;
    boot_info.ranges[0].end = (uintptr_t)memory + sizeof memory;
    assert(pages_buddy_init() == 0);
    all = pages_available();
    first = tell();
    assert(first >= PAGES - 2 * PAGES_LENDING_LEAST && first <= all);
    assert(tell() == 0 && pages_available() == all);

    /* What has been in use is unknown again, with what it was joined with. */
    run = pages_alloc_aligned(9);
    assert(run && tell() == 0);
    pages_free(run, 512);
    assert(tell() >= 512 && tell() == 0);
    page = pages_alloc(1); /* of a small block: the large ones stay as they are */
    pages_free(page, 1);
    assert(tell() == 0);

    /* A shortage: asked once for each try, until nothing comes any more. */
    pages_lending_on_shortage(more);
    reserve = pages_alloc(1024);
    while (pages_alloc_aligned(9)) {
        if (!reserve)
            break;
    }
    assert(asked == 1 && !reserve);
    while (pages_alloc(1)) {
    }
    assert(asked == 2 && pages_available() == 0 && tell() == 0);
    assert(!pages_alloc(7) && asked == 3 && !pages_alloc_aligned(3) && asked == 4);
    return 0;
}
