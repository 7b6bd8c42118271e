// cflags: -DCONFIG_LIB_FILE_CONTENT=1
/* Files are mapped by reading them: what a mapping holds, and which ones are refused. */
#include <assert.h>
#include <errno.h>
#include <linux_memory.h>
#include <page_protection.h>
#include <pages.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

long sys_mmap(long address, long length, long protection, long flags, long fd, long offset);
long sys_munmap(long address, long length);

static int protection_now;
static int runs; /* allocated and not yet freed */

void *pages_alloc(size_t count)
{
    void *run = aligned_alloc(PAGE_SIZE, count * PAGE_SIZE);

    memset(run, 0xa5, count * PAGE_SIZE);
    runs++;
    return run;
}

void pages_free(void *start, size_t count)
{
    (void)count;
    runs--;
    free(start);
}

size_t pages_available(void)
{
    return 0;
}

int page_protect(uintptr_t start, size_t count, int protection)
{
    (void)start, (void)count;
    protection_now = protection;
    return 0;
}

/* Descriptor 3 is a file of 5,000 bytes, 4 cannot be read, 5 is not open. */
long file_content_read(int fd, void *buffer, size_t size, uint64_t offset)
{
    size_t left = offset < 5000 ? 5000 - offset : 0;

    if (fd == 4) {
        return -EACCES;
    }
    if (fd != 3) {
        return -EBADF;
    }
    if (left > size) {
        left = size;
    }
    memset(buffer, offset ? '2' : '1', left);
    return (long)left;
}

int main(void)
{
    const char *p = (const char *)sys_mmap(0, 5000, PAGE_READ, MAP_PRIVATE, 3, 0);
    int before;

    assert((long)p > 0 && p[0] == '1' && p[4999] == '1' && p[5000] == 0 && p[8191] == 0);
    assert(protection_now == PAGE_READ && sys_munmap((long)p, 5000) == 0);
    assert(protection_now == (PAGE_READ | PAGE_WRITE));
    p = (const char *)sys_mmap(0, 4096, PAGE_READ | PAGE_WRITE, MAP_PRIVATE, 3, 4096);
    assert((long)p > 0 && p[0] == '2' && p[903] == '2' && p[904] == 0 && sys_munmap((long)p, 1) == 0);
    p = (const char *)sys_mmap(0, 1, PAGE_READ, MAP_SHARED, 3, 0);
    assert((long)p > 0 && p[0] == '1' && sys_munmap((long)p, 1) == 0);

    before = runs;
    assert(sys_mmap(0, 1, PAGE_READ | PAGE_WRITE, MAP_SHARED, 3, 0) == -ENODEV);
    assert(sys_mmap(0, 1, PAGE_READ, MAP_PRIVATE, 4, 0) == -EACCES);
    assert(sys_mmap(0, 1, PAGE_READ, MAP_PRIVATE, 5, 0) == -EBADF);
    assert(runs == before);
    p = (const char *)sys_mmap(0, 1, PAGE_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert((long)p > 0 && p[0] == 0 && sys_munmap((long)p, 1) == 0);
    puts("file mapping: ok");
    return 0;
}
