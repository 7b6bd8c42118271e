#include <config.h>
#include <device_memory.h>
#include <errno.h>
#include <fuse_dax.h>
#include <heap.h>

#define PAGE UINT64_C(4096)
#define RANGE (UINT64_C(1) << 21)
#define EXPONENT_MOST 30u /* of an alignment: no window is larger */

int fuse_dax_begin(struct fuse_dax *dax, uint64_t window, uint64_t size, unsigned alignment)
{
    uint64_t least = PAGE, range = RANGE, count;

    dax->count = 0;
    if (alignment > EXPONENT_MOST || window == 0 || window % PAGE || window + size < window)
        return -ENODEV;
    if (least < UINT64_C(1) << alignment)
        least = UINT64_C(1) << alignment;
    if (range < least)
        range = least;
    while (range > size && range > least)
        range /= 2;
    count = size / range < CONFIG_FUSE_DAX_RANGES ? size / range : CONFIG_FUSE_DAX_RANGES;
    if (count == 0)
        return -ENODEV;
    dax->ranges = heap_alloc(count * sizeof *dax->ranges);
    if (!dax->ranges)
        return -ENOMEM;
    for (uint64_t i = 0; i < count; i++)
        dax->ranges[i] = (struct fuse_dax_range){0};
    dax->window = window;
    dax->size = range;
    dax->uses = 0;
    dax->count = (unsigned)count;
    return 0;
}

void fuse_dax_end(struct fuse_dax *dax)
{
    heap_free(dax->ranges);
    dax->ranges = NULL;
    dax->count = 0;
}

static uint64_t place_of(const struct fuse_dax *dax, const struct fuse_dax_range *range)
{
    return (uint64_t)(range - dax->ranges) * dax->size;
}

static void use(struct fuse_dax_range *range)
{
    range->users++;
    range->file->users++;
}

void fuse_dax_give(struct fuse_dax_range *range)
{
    struct fuse_dax_file *file = range->file;

    range->users--;
    if (--file->users == 0 && file->held)
        wait_wake(&file->unused, WAIT_ALL);
}

/* From here on it holds nothing. Somebody has used it alone. */
static void drop(struct fuse_dax_range *range)
{
    fuse_dax_give(range);
    range->file = NULL;
}

/* The one that holds the part, or that can hold it: nothing lies there, or what nobody uses and is oldest. */
static struct fuse_dax_range *find(const struct fuse_dax *dax, const struct fuse_dax_file *file,
                                   uint64_t part)
{
    struct fuse_dax_range *best = NULL;

    for (struct fuse_dax_range *range = dax->ranges; range < dax->ranges + dax->count; range++) {
        if (range->file == file && range->part == part)
            return range;
        if (range->users == 0 && (!best || (best->file && (!range->file || range->used < best->used))))
            best = range;
    }
    return best;
}

/* It holds the part, or nothing; true: the former. */
static bool fill(struct fuse_dax *dax, struct fuse_dax_range *range, struct fuse_dax_file *file,
                 uint64_t part, bool writable)
{
    uint64_t place = place_of(dax, range);
    int error;

    if (!range->memory)
        range->memory = device_memory_map_cached(dax->window + place, dax->size);
    if (!range->memory)
        return false;
    range->file = file;
    range->part = part;
    range->ready = false;
    range->writable = writable;
    use(range);
    error = dax->map(file, part * dax->size, place, dax->size, writable);
    if (!error) {
        range->ready = true;
        return true;
    }
    drop(range);
    if (error == -ENOSYS || error == -EOPNOTSUPP)
        dax->count = 0; /* all of the server's files */
    file->refused = error != -ENOMEM;
    return false;
}

struct fuse_dax_range *fuse_dax_take(struct fuse_dax *dax, struct fuse_dax_file *file, uint64_t offset,
                                     bool writable, unsigned char **memory, uint64_t *length)
{
    uint64_t part;
    struct fuse_dax_range *range;

    if (dax->count == 0 || file->held || file->refused)
        return NULL;
    part = offset / dax->size;
    range = find(dax, file, part);
    if (!range)
        return NULL;
    if (range->file == file && range->part == part && range->ready && (range->writable || !writable))
        use(range);
    else if (range->users > 0 || !fill(dax, range, file, part, writable))
        return NULL;
    range->used = ++dax->uses;
    *memory = range->memory + offset % dax->size;
    *length = dax->size - offset % dax->size;
    return range;
}

void fuse_dax_hold(struct fuse_dax *dax, struct fuse_dax_file *file, uint64_t from)
{
    file->held++;
    while (file->users > 0)
        wait_until(&file->unused, WAIT_FOR_EVER, false);
    for (unsigned i = 0; i < dax->count; i++) {
        struct fuse_dax_range *range = &dax->ranges[i];

        if (range->file != file || range->users > 0 || range->part * dax->size < from)
            continue;
        range->ready = false;
        use(range);
        dax->unmap(file, place_of(dax, range), dax->size);
        drop(range);
    }
}

void fuse_dax_let(struct fuse_dax_file *file)
{
    file->held--;
}

bool fuse_dax_has(const struct fuse_dax *dax, const struct fuse_dax_file *file)
{
    for (unsigned i = 0; i < dax->count; i++)
        if (dax->ranges[i].file == file)
            return true;
    return false;
}

struct fuse_dax_range *fuse_dax_leave(struct fuse_dax *dax, struct fuse_dax_file *file, uint64_t *place)
{
    for (unsigned i = 0; i < dax->count; i++) {
        struct fuse_dax_range *range = &dax->ranges[i];

        if (range->file != file || range->users > 0)
            continue;
        range->ready = false;
        use(range);
        *place = place_of(dax, range);
        return range;
    }
    return NULL;
}

void fuse_dax_left(struct fuse_dax_range *range)
{
    drop(range);
}
