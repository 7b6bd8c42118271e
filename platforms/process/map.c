#include "process.h"

#include <boot_info.h>
#include <host_calls.h>
#include <host_linux.h>
#include <pages.h>
#include <seal.h>

SEALED struct boot_info boot_info;

static long map(size_t size, long protection, long flags, long fd)
{
    return host_call(HOST_CALL_MMAP, 0, (long)size, protection, MAP_PRIVATE | flags, fd, 0);
}

/* The memory, all of it at once. The command line takes its first pages. */
static void map_memory(const struct process_options *options)
{
    size_t used = (process_command_line(options, NULL) + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    if (used >= options->memory)
        process_fail("there is no room for the arguments in so little memory; give more with --memory", NULL,
                     0);

    long start = map(options->memory, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_NORESERVE, -1);
    if (start < 0)
        process_fail("cannot map the memory; ask for less with --memory", NULL, start);

    boot_info.command_line = (char *)start;
    process_command_line(options, boot_info.command_line);
    boot_info.range_count = 1;
    boot_info.ranges[0].start = (uintptr_t)start + used;
    boot_info.ranges[0].end = (uintptr_t)start + options->memory;
}

/* An initrd of no bytes is none: the host maps nothing of length 0. */
static void map_initrd(const char *file)
{
    long fd = host_call(HOST_CALL_OPENAT, AT_FDCWD, (long)file, O_RDONLY | O_NONBLOCK, 0, 0, 0);
    if (fd < 0)
        process_fail("cannot open the initrd", file, fd);
    /* A folder opens, and has a size of sorts, but cannot be read, not even nothing of it. */
    long error = host_call(HOST_CALL_READ, fd, (long)file, 0, 0, 0, 0);
    if (error < 0)
        process_fail("cannot read the initrd", file, error);
    long size = host_call(HOST_CALL_LSEEK, fd, 0, SEEK_END, 0, 0, 0);
    if (size < 0)
        process_fail("cannot tell the size of the initrd", file, size);
    if (size > 0) {
        long start = map((size_t)size, PROT_READ, 0, fd);
        if (start < 0)
            process_fail("cannot map the initrd", file, start);
        boot_info.initrd = (const void *)start;
        boot_info.initrd_size = (size_t)size;
    }
    host_call(HOST_CALL_CLOSE, fd, 0, 0, 0, 0, 0);
}

void process_map(const struct process_options *options)
{
    map_memory(options);
    if (options->initrd != NULL)
        map_initrd(options->initrd);
}
