#include "map.h"

#include <config.h>
#include <errno.h>
#include <linux_memory.h>
#include <pages.h>
#include <string.h>

#include "regions.h"
#ifdef CONFIG_LIB_FILE_CONTENT
#include <file_content.h>
#endif

long sys_mmap(long address, long length, long protection, long flags, long fd, long offset);
long sys_munmap(long address, long length);

bool memory_range(uintptr_t start, size_t length, uintptr_t *end)
{
    size_t size = (length + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);

    *end = start + size;
    return size != 0 && *end > start;
}

void *memory_add(size_t size)
{
    void *pages = memory_regions_reserve() ? pages_alloc(size / PAGE_SIZE) : NULL;

    if (pages != NULL) {
        memory_regions_set((uintptr_t)pages, (uintptr_t)pages + size, MAP_READ_WRITE);
    }
    return pages;
}

int memory_protect(uintptr_t start, uintptr_t end, int protection)
{
    struct region part;

    while (memory_regions_first(start, end, &part)) {
        if (part.protection != protection) {
            if (!memory_regions_reserve()) {
                return -ENOMEM;
            }
            int error = page_protect(part.start, (part.end - part.start) / PAGE_SIZE, protection);

            if (error) {
                return error;
            }
            memory_regions_set(part.start, part.end, protection);
        }
        start = part.end;
    }
    return 0;
}

int memory_remove(uintptr_t start, uintptr_t end)
{
    struct region part;
    int error = memory_protect(start, end, MAP_READ_WRITE); /* as pages_free() wants them */

    while (!error && memory_regions_first(start, end, &part)) {
        if (!memory_regions_reserve()) {
            return -ENOMEM;
        }
        memory_regions_set(part.start, part.end, REGION_UNMAPPED);
        pages_free((void *)part.start, (part.end - part.start) / PAGE_SIZE);
        start = part.end;
    }
    return error;
}

/* The first content of readable and writable pages: the file's at `offset`, then zeroes. */
static int fill(void *pages, size_t size, long flags, int fd, uint64_t offset)
{
    memset(pages, 0, size);
#ifdef CONFIG_LIB_FILE_CONTENT
    if (!(flags & MAP_ANONYMOUS)) {
        long got = file_content_read(fd, pages, size, offset);

        return got < 0 ? (int)got : 0;
    }
#else
    (void)flags, (void)fd, (void)offset;
#endif
    return 0;
}

/* A file is mapped by reading it, so what is written must not be meant for the file. */
static bool can_map(long protection, long flags)
{
#ifdef CONFIG_LIB_FILE_CONTENT
    return flags & (MAP_ANONYMOUS | MAP_PRIVATE) || !(protection & PAGE_WRITE);
#else
    (void)protection;
    return flags & MAP_ANONYMOUS;
#endif
}

/*
 * Memory is where it is: an address is a mere wish, and MAP_FIXED can only replace what is mapped already. A
 * mapping that may be neither read nor written has memory of its own all the same.
 */
long sys_mmap(long address, long length, long protection, long flags, long fd, long offset)
{
    uintptr_t start = (uintptr_t)address;
    uintptr_t end;
    int error;

    if (length == 0 || (uintptr_t)offset % PAGE_SIZE || protection & ~PROTECTION_BITS ||
        !(flags & (MAP_SHARED | MAP_PRIVATE))) {
        return -EINVAL;
    }
    if (!can_map(protection, flags)) {
        return -ENODEV;
    }
    if (flags & MAP_FIXED) {
        if (start % PAGE_SIZE) {
            return -EINVAL;
        }
        if (!memory_range(start, (size_t)length, &end) || !memory_regions_cover(start, end)) {
            return -ENOMEM;
        }
        error = memory_protect(start, end, MAP_READ_WRITE);
        if (error) {
            return error;
        }
    } else {
        if (!memory_range(0, (size_t)length, &end) || (start = (uintptr_t)memory_add(end)) == 0) {
            return -ENOMEM;
        }
        end += start;
    }
    error = fill((void *)start, end - start, flags, (int)fd, (uint64_t)offset);
    if (!error) {
        error = memory_protect(start, end, (int)protection);
    }
    if (error) {
        memory_remove(start, end);
        return error;
    }
    return (long)start;
}

long sys_munmap(long address, long length)
{
    uintptr_t start = (uintptr_t)address;
    uintptr_t end;

    if (start % PAGE_SIZE || !memory_range(start, (size_t)length, &end)) {
        return -EINVAL;
    }
    return memory_remove(start, end);
}
