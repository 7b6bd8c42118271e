/*
 * Reads and writes the disk /dev/vda, one request at a time, past any cache. A line for each benchmark: its
 * name, how often it was done, and how many nanoseconds all of it took.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define DISK ((uint64_t)64 << 20)
#define LARGE ((size_t)1 << 20)

static char *bytes;
static uint32_t seed = 1;

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint64_t random_block(size_t size)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % (DISK / size) * size;
}

static void measure(const char *name, int file, size_t size, unsigned count, int writes, int random,
                    int flushes)
{
    uint64_t start = now();

    for (unsigned i = 0; i < count; i++) {
        off_t offset = (off_t)(random ? random_block(size) : i * size % DISK);
        ssize_t done = writes ? pwrite(file, bytes, size, offset) : pread(file, bytes, size, offset);

        if (done != (ssize_t)size || (flushes && fsync(file) != 0)) {
            puts("failed");
            return;
        }
    }
    printf("%s %u %lu\n", name, count, (unsigned long)(now() - start));
}

int main(void)
{
    int file = open("/dev/vda", O_RDWR | O_DIRECT);

    bytes = aligned_alloc(4096, LARGE);
    if (file < 0 || !bytes)
        return 1;
    for (size_t i = 0; i < LARGE; i++)
        bytes[i] = (char)(i * 31);
    measure("warm_up", file, LARGE, 64, 1, 0, 0);
    measure("read_4k", file, 4096, 4000, 0, 0, 0);
    measure("read_4k_random", file, 4096, 4000, 0, 1, 0);
    measure("read_64k", file, 65536, 1000, 0, 0, 0);
    measure("read_1m", file, LARGE, 128, 0, 0, 0);
    measure("write_4k", file, 4096, 4000, 1, 0, 0);
    measure("write_4k_random", file, 4096, 4000, 1, 1, 0);
    measure("write_64k", file, 65536, 1000, 1, 0, 0);
    measure("write_1m", file, LARGE, 128, 1, 0, 0);
    measure("write_and_sync", file, 4096, 200, 1, 1, 1);
    return 0;
}
