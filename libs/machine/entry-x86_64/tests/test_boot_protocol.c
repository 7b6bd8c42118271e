/* What loaders leave in memory, right and wrong. */
// instead: ../boot_pvh.c ../boot_linux.c ../boot_common.c ../ranges.c
#include "loader_memory.h"

#include "../ranges.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static struct boot_info info;

static void put(uint64_t address, unsigned bytes, uint64_t value)
{
    memcpy(loader_memory + address, &value, bytes);
}

static void map_entry(uint64_t at, uint64_t start, uint64_t size, uint32_t type)
{
    put(at, 8, start);
    put(at + 8, 8, size);
    put(at + 16, 4, type);
}

static void expect(const char *got, const char *wanted)
{
    if (got != wanted && (!got || !wanted || strcmp(got, wanted) != 0)) {
        printf("got '%s', wanted '%s'\n", got ? got : "success", wanted ? wanted : "success");
        assert(0);
    }
}

/* Start info at 0x1000, memory map at 0x2000, a module list at 0x3000, a command line at 0x4000. */
static void write_pvh(void)
{
    memset(&info, 0, sizeof info);
    memset(loader_memory, 0, sizeof loader_memory);
    put(0x1000, 4, 0x336ec578);
    put(0x1004, 4, 1);
    put(0x100c, 4, 1); /* modules */
    put(0x1010, 8, 0x3000);
    put(0x1018, 8, 0x4000);
    put(0x1028, 8, 0x2000);
    put(0x1030, 4, 3);
    map_entry(0x2000, 0, 0x9fc00, 1);
    map_entry(0x2018, 0x100000, 0xf00000, 1);
    map_entry(0x2030, 0x800000, 0x1000, 2);
    put(0x3000, 8, 0x700000);
    put(0x3008, 8, 0x12345);
    strcpy((char *)loader_memory + 0x4000, "a=1 -- x");
}

static void pvh(void)
{
    write_pvh();
    expect(boot_pvh(0x1000, &info), NULL);
    assert(info.range_count == 3);
    assert(info.ranges[0].start == 0x1000 && info.ranges[0].end == 0x9f000);
    assert(info.ranges[1].start == 0x100000 && info.ranges[1].end == 0x800000);
    assert(info.ranges[2].start == 0x801000 && info.ranges[2].end == 0x1000000);
    assert(strcmp(info.command_line, "a=1 -- x") == 0);
    assert(info.initrd == (void *)0x700000 && info.initrd_size == 0x12345);

    expect(boot_claim(&info, 0x100000, 0x120000), NULL);
    assert(boot_ranges_hold(&info, 0x120000, 0x700000) && boot_ranges_hold(&info, 0x713000, 0x800000));
    assert(!boot_ranges_hold(&info, 0x11f000, 0x120000) && !boot_ranges_hold(&info, 0x712000, 0x713000));

    write_pvh();
    put(0x1018, 8, 0); /* no command line */
    put(0x100c, 4, 0); /* no module */
    expect(boot_pvh(0x1000, &info), NULL);
    assert(info.command_line[0] == '\0' && info.initrd == NULL && info.initrd_size == 0);
    expect(boot_claim(&info, 0x100000, 0x120000), NULL);
}

static void wrong_pvh(uint64_t at, unsigned bytes, uint64_t value, const char *message)
{
    write_pvh();
    put(at, bytes, value);
    expect(boot_pvh(0x1000, &info), message);
}

static void pvh_refused(void)
{
    expect(boot_pvh(0, &info), "PVH start info not found");
    expect(boot_pvh(LOADER_MEMORY - 8, &info), "PVH start info not found");
    wrong_pvh(0x1000, 4, 1, "PVH start info not found");
    wrong_pvh(0x1004, 4, 0, "PVH start info holds no memory map");
    wrong_pvh(0x1030, 4, 0, "PVH start info holds no memory map");
    wrong_pvh(0x1030, 4, 129, "PVH memory map has more than 128 entries");
    wrong_pvh(0x1028, 8, 0, "PVH memory map out of reach");
    wrong_pvh(0x1028, 8, UINT64_MAX - 8, "PVH memory map out of reach");
    wrong_pvh(0x1010, 8, UINT64_MAX, "PVH module list out of reach");
    wrong_pvh(0x1018, 8, 0x800, "the command line is out of reach"); /* page 0 is not there later on */
    wrong_pvh(0x1018, 8, LOADER_MEMORY, "the command line is out of reach");
    write_pvh();
    memset(loader_memory + 0x4000, 'x', 4096);
    expect(boot_pvh(0x1000, &info), "the command line is longer than 4095 bytes");
    write_pvh();
    put(0x1018, 8, LOADER_MEMORY - 16);
    memset(loader_memory + LOADER_MEMORY - 16, 'x', 16); /* runs out of memory before it ends */
    expect(boot_pvh(0x1000, &info), "the command line is out of reach");
}

static void wrong_claim(uint64_t initrd, uint64_t size, uint64_t image_end, const char *message)
{
    write_pvh();
    put(0x3000, 8, initrd);
    put(0x3008, 8, size);
    expect(boot_pvh(0x1000, &info), NULL);
    expect(boot_claim(&info, 0x100000, image_end), message);
}

static void claims(void)
{
    wrong_claim(0x700000, 0x1000, 0x2000000, "too little memory for the image");
    wrong_claim(0x2000000, 0x1000, 0x120000, "the initrd does not lie in memory");
    wrong_claim(0x7ff000, 0x1001, 0x120000, "the initrd does not lie in memory");
    wrong_claim(0x700000, UINT64_MAX, 0x120000, "the initrd does not lie in memory");
    wrong_claim(UINT64_MAX, 2, 0x120000, "the initrd does not lie in memory");
    wrong_claim(0x11f000, 0x1000, 0x120000, "too little memory: the initrd overlaps the image");
    wrong_claim(0x120000, 0x1000, 0x120000, NULL);
    wrong_claim(0x700000, 0, 0x120000, NULL);
}

/* Boot parameters at 0x1000. */
static void write_linux(void)
{
    memset(&info, 0, sizeof info);
    memset(loader_memory, 0, sizeof loader_memory);
    put(0x1000 + 0x202, 4, 0x53726448);
    put(0x1000 + 0x1e8, 1, 2);
    map_entry(0x1000 + 0x2d0, 0, 0x9fc00, 1);
    map_entry(0x1000 + 0x2d0 + 20, 0x100000, 0x200000000, 1);
    put(0x1000 + 0x218, 4, 0x1000);
    put(0x1000 + 0x0c0, 4, 1);
    put(0x1000 + 0x21c, 4, 0x2000);
    put(0x1000 + 0x228, 4, 0x4000);
    strcpy((char *)loader_memory + 0x4000, "-- y");
}

static void linux_protocol(void)
{
    write_linux();
    expect(boot_linux(0x1000, &info), NULL);
    assert(info.range_count == 2 && info.ranges[1].end == 0x200100000);
    assert(info.initrd == (void *)0x100001000 && info.initrd_size == 0x2000);
    assert(strcmp(info.command_line, "-- y") == 0);
    expect(boot_claim(&info, 0x100000, 0x120000), NULL);

    write_linux();
    put(0x1000 + 0x202, 4, 0);
    expect(boot_linux(0x1000, &info), "Linux boot parameters not found");
    write_linux();
    put(0x1000 + 0x1e8, 1, 0);
    expect(boot_linux(0x1000, &info), "Linux boot parameters hold no memory map of 1 to 128 entries");
    put(0x1000 + 0x1e8, 1, 129);
    expect(boot_linux(0x1000, &info), "Linux boot parameters hold no memory map of 1 to 128 entries");
    put(0x1000 + 0x1e8, 1, 2);
    put(0x1000 + 0x0c8, 4, 1); /* the command line lies above 4 GiB */
    expect(boot_linux(0x1000, &info), "the command line is out of reach");
    expect(boot_linux(LOADER_MEMORY - 16, &info), "Linux boot parameters not found");
}

int main(void)
{
    pvh();
    pvh_refused();
    claims();
    linux_protocol();
    return 0;
}
