#include "space.h"

#include <heap.h>
#ifdef CONFIG_ADDRESS_SPACE_RANDOM
#include <random.h>
#endif
#ifdef CONFIG_LIB_RESOURCE_LIMITS
#include <resource_limits.h>
#endif

#define STORE 8 /* nodes that are kept for the next change rather than given back to the heap */

#define STACK_NEEDED 2048 /* with an interrupt on top */

uintptr_t space_start, space_end, space_maps, space_break;
size_t space_promised;

static struct region_node *store; /* linked by `parent` */
static unsigned stored;

int address_space_init(void);

/* A multiple of the page size below `size`. */
static uintptr_t offset_below(uintptr_t size)
{
#ifdef CONFIG_ADDRESS_SPACE_RANDOM
    uintptr_t value;

    random_bytes(&value, sizeof value);
    return value % size & ~(PAGE_SIZE - 1);
#else
    (void)size;
    return 0;
#endif
}

/* An eighth for what is asked for at certain places, an eighth for the break, the rest for mappings. */
int address_space_init(void)
{
    int error = region_pages_room(&space_start, &space_end);
    uintptr_t eighth = (space_end - space_start) / 8 & ~(PAGE_SIZE - 1);

    space_break = space_start + eighth + offset_below(eighth / 2);
    space_maps = space_start + 2 * eighth + offset_below(eighth);
    return error;
}

void space_touch_stack(void)
{
    volatile char needed[STACK_NEEDED];

    needed[0] = 0;
    (void)needed[0];
}

bool space_holds(uintptr_t start, uintptr_t end)
{
    return start >= space_start && start < end && end <= space_end;
}

bool space_reserve(unsigned nodes)
{
    while (stored < nodes) {
        struct region_node *node = heap_alloc(sizeof *node);

        if (node == NULL)
            return false;
        node->parent = store;
        store = node;
        stored++;
    }
    return true;
}

struct region_node *space_add(const struct region *region)
{
    struct region_node *node = store;

    store = node->parent;
    stored--;
    node->region = *region;
    space_tree_add(node);
    return node;
}

void space_remove(struct region_node *node)
{
    space_tree_remove(node);
    if (stored >= STORE) {
        heap_free(node);
        return;
    }
    node->parent = store;
    store = node;
    stored++;
}

void space_cut(uintptr_t address)
{
    struct region_node *node = space_tree_find(address);
    struct region upper;

    if (node == NULL || node->region.start >= address)
        return;
    upper = node->region;
    upper.start = address;
    upper.offset += address - node->region.start;
    node->region.end = address;
    space_tree_changed(node);
    space_file_get(&upper);
    space_add(&upper);
}

static bool alike(const struct region *lower, const struct region *upper)
{
    return lower->end == upper->start && lower->protection == upper->protection &&
           lower->flags == upper->flags && lower->file == upper->file &&
           (lower->file == NULL || lower->offset + (lower->end - lower->start) == upper->offset);
}

void space_join(uintptr_t start, uintptr_t end)
{
    struct region_node *node = space_tree_find(start - 1), *next;

    while (node != NULL && node->region.start < end && (next = space_tree_next(node)) != NULL) {
        if (!alike(&node->region, &next->region)) {
            node = next;
            continue;
        }
        uintptr_t new_end = next->region.end;
        space_file_put(&next->region);
        space_remove(next);
        node->region.end = new_end;
        space_tree_changed(node);
    }
}

bool space_can_promise(size_t pages)
{
#ifdef CONFIG_ADDRESS_SPACE_OVERCOMMIT
    (void)pages;
    return true;
#else
    size_t available = pages_available();

    return available >= space_promised && available - space_promised >= pages;
#endif
}

bool space_wants_promise(const struct region *region)
{
    return region->protection & PAGE_WRITE && !(region->flags & REGION_NO_RESERVE) &&
           !(region->file != NULL && region->flags & REGION_SHARED);
}

#ifdef CONFIG_LIB_RESOURCE_LIMITS
/* What RLIMIT_DATA counts, as Linux since 4.7: what is private and may be written. */
static bool is_data(const struct region *region)
{
    return region->protection & PAGE_WRITE && !(region->flags & REGION_SHARED);
}

/* Adding up is for those who set a limit. */
bool space_allowed(const struct region *region)
{
    uint64_t most = resource_limit(RESOURCE_AS), most_data = resource_limit(RESOURCE_DATA);
    uint64_t all = region->end - region->start, data = is_data(region) ? all : 0;

    if (most == RESOURCE_UNLIMITED && most_data == RESOURCE_UNLIMITED)
        return true;
    for (const struct region_node *node = space_tree_find(0); node != NULL; node = space_tree_next(node)) {
        const struct region *other = &node->region;
        uintptr_t start = other->start > region->start ? other->start : region->start;
        uintptr_t end = other->end < region->end ? other->end : region->end;
        uint64_t size =
            other->end - other->start - (end > start ? end - start : 0); /* the rest is replaced */

        all += size;
        data += is_data(other) ? size : 0;
    }
    return all <= most && (data <= most_data || !is_data(region));
}
#endif
