/*
 * Reads and writes the disk /dev/vdb past any cache, and files below /data with and without one. The
 * arguments name the parts that are wanted, `disk`, `file` and `database`: none, all.
 */
#define _GNU_SOURCE
#include "bench_files.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FILE_SIZE ((uint64_t)32 << 20) /* of a file, and of what is used of the disk */
#define KIB ((size_t)1 << 10)
#define LARGE ((size_t)1 << 20)

static char *bytes;
static uint32_t seed;
static uint64_t began;

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void say(const char *line, size_t length)
{
    char answer;

    if (write(1, line, length) != (ssize_t)length)
        exit(1);
    do
        if (read(0, &answer, 1) != 1)
            exit(1);
    while (answer != '\n');
}

void begin(const char *name)
{
    char line[80];

    say(line, (size_t)snprintf(line, sizeof(line), "begin %s\n", name));
    began = now();
    seed = 1;
}

void end(unsigned count)
{
    uint64_t taken = now() - began;
    char line[80];

    say(line, (size_t)snprintf(line, sizeof(line), "end %u %lu\n", count, (unsigned long)taken));
}

void fail(const char *what)
{
    perror(what);
    exit(1);
}

uint32_t any_number(uint32_t limit)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % limit;
}

enum how { READ = 0, WRITE = 1, RANDOM = 2, FSYNC = 4, FDATASYNC = 8, AT_THE_END = 16, COLD = 32 };

static void transfer(int file, size_t size, unsigned i, enum how how)
{
    unsigned pieces = (unsigned)(FILE_SIZE / size);
    off_t offset = (off_t)size * (how & RANDOM ? any_number(pieces) : i % pieces);
    ssize_t done = how & WRITE ? pwrite(file, bytes, size, offset) : pread(file, bytes, size, offset);

    if (done != (ssize_t)size)
        fail("transfer");
    if ((how & FSYNC && fsync(file) != 0) || (how & FDATASYNC && fdatasync(file) != 0))
        fail("sync");
}

static void measure(const char *name, int file, size_t size, unsigned count, enum how how)
{
    if (how & COLD && (fsync(file) != 0 || posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0))
        fail("posix_fadvise");
    begin(name);
    for (unsigned i = 0; i < count; i++)
        transfer(file, size, i, how);
    if (how & AT_THE_END && fsync(file) != 0)
        fail("fsync");
    end(count);
}

static int open_file(const char *name, int flags)
{
    int file = open(name, flags, 0644);

    if (file < 0)
        fail(name);
    return file;
}

static void bench_disk(void)
{
    int disk = open_file("/dev/vdb", O_RDWR | O_DIRECT);

    for (unsigned i = 0; i < FILE_SIZE / LARGE; i++) /* the host has all of it in memory afterwards */
        transfer(disk, LARGE, i, WRITE);
    measure("disk_read_4k", disk, 4 * KIB, 2000, READ);
    measure("disk_read_4k_random", disk, 4 * KIB, 2000, READ | RANDOM);
    measure("disk_read_64k", disk, 64 * KIB, 500, READ);
    measure("disk_read_1m", disk, LARGE, 96, READ);
    measure("disk_write_4k", disk, 4 * KIB, 2000, WRITE);
    measure("disk_write_4k_random", disk, 4 * KIB, 2000, WRITE | RANDOM);
    measure("disk_write_64k", disk, 64 * KIB, 500, WRITE);
    measure("disk_write_1m", disk, LARGE, 96, WRITE);
    measure("disk_write_4k_fsync", disk, 4 * KIB, 100, WRITE | RANDOM | FSYNC);
    close(disk);
}

static void bench_direct(const char *name)
{
    int file = open_file(name, O_RDWR | O_DIRECT);

    measure("direct_read_4k_random", file, 4 * KIB, 2000, READ | RANDOM);
    measure("direct_read_64k", file, 64 * KIB, 500, READ);
    measure("direct_read_1m", file, LARGE, 96, READ);
    measure("direct_write_4k_random", file, 4 * KIB, 2000, WRITE | RANDOM);
    measure("direct_write_64k", file, 64 * KIB, 500, WRITE);
    measure("direct_write_1m", file, LARGE, 96, WRITE);
    close(file);
}

static void bench_file(void)
{
    int file = open_file("/data/first", O_RDWR | O_CREAT | O_TRUNC);

    measure("file_write_4k", file, 4 * KIB, 8192, WRITE | AT_THE_END);
    close(file);
    if (unlink("/data/first") != 0)
        fail("unlink");
    file = open_file("/data/file", O_RDWR | O_CREAT | O_TRUNC);
    measure("file_write_64k", file, 64 * KIB, 512, WRITE | AT_THE_END);
    measure("file_read_4k", file, 4 * KIB, 16384, READ);
    measure("file_read_4k_random", file, 4 * KIB, 8192, READ | RANDOM);
    measure("file_read_64k", file, 64 * KIB, 1024, READ);
    measure("file_read_4k_cold", file, 4 * KIB, 8192, READ | COLD);
    measure("file_read_64k_cold", file, 64 * KIB, 512, READ | COLD);
    measure("file_read_4k_random_cold", file, 4 * KIB, 2000, READ | RANDOM | COLD);
    measure("file_rewrite_4k_random", file, 4 * KIB, 4000, WRITE | RANDOM | AT_THE_END);
    measure("file_rewrite_4k_fdatasync", file, 4 * KIB, 100, WRITE | RANDOM | FDATASYNC);
    close(file);
    file = open_file("/data/appended", O_RDWR | O_CREAT | O_TRUNC);
    measure("file_append_4k_fsync", file, 4 * KIB, 100, WRITE | FSYNC);
    close(file);
    bench_direct("/data/file");
}

static bool is_wanted(char **wanted, const char *part)
{
    if (wanted[0] == NULL)
        return true;
    for (; *wanted != NULL; wanted++)
        if (strcmp(*wanted, part) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    char **wanted = argv + (argc != 0);

    bytes = aligned_alloc(4096, LARGE);
    if (bytes == NULL)
        return 1;
    for (size_t i = 0; i < LARGE; i++)
        bytes[i] = (char)(i * 31);
    if (is_wanted(wanted, "disk"))
        bench_disk();
    if (is_wanted(wanted, "file"))
        bench_file();
    if (is_wanted(wanted, "database"))
        bench_database();
    return 0;
}
