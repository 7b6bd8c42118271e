#include <args.h>
#include <block_memory.h>
#include <config.h>
#include <errno.h>
#include <log.h>
#include <pages.h>
#include <string.h>

#define BLOCK 4096u
#define SEGMENTS 256u
#define MOST_KIB 16777216u

static struct block_device *devices;
static struct block_line line;

static void submit(struct block_device *device, struct block_request *request)
{
    block_perform(device, &line, request, block_memory_perform);
}

static const struct block_device_operations operations = {.submit = submit};

static struct block_device disk = {
    .operations = &operations,
    .name = "ram0",
    .flags = BLOCK_DEVICE_DISCARD | BLOCK_DEVICE_ZEROES,
    .block = BLOCK_SECTOR,
    .physical_block = BLOCK,
    .max_segments = SEGMENTS,
    .max_segment = UINT32_C(1) << 30,
    .max_sectors = UINT32_C(1) << 21,
    .max_discard = UINT32_MAX,
    .discard_alignment = 1,
    .max_zeroes = UINT32_MAX,
};

/* Of the disk; 0: the command line says something else than a size. */
static unsigned long size_in_kib(void)
{
    const char *text = args_parameter("ram.disk");
    unsigned long kib = 0;

    if (!text)
        return CONFIG_BLOCK_RAM_KIB;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || kib > MOST_KIB)
            return 0;
        kib = kib * 10 + (unsigned long)(*text - '0');
    }
    return kib <= MOST_KIB ? kib & ~3ul : 0;
}

int block_ram_init(void);

int block_ram_init(void)
{
    unsigned long kib = size_in_kib();
    size_t count = kib * 1024 / PAGE_SIZE;

    if (count == 0) {
        log_write(LOG_ERROR, "block-ram: ram.disk= is not a size in KiB");
        return 0;
    }
    disk.memory = pages_alloc(count);
    if (!disk.memory) {
        log_write(LOG_ERROR, "block-ram: no memory for a disk of %lu KiB", kib);
        return 0;
    }
    memset(disk.memory, 0, count * PAGE_SIZE);
    disk.sectors = count * PAGE_SIZE / BLOCK_SECTOR;
    devices = &disk;
    return 0;
}

const struct block_driver block_ram_block_device = {.name = "block-ram", .devices = &devices};
