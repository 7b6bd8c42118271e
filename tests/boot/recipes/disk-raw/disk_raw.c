/*
 * Each argument is a step, its parts divided by colons; the first is done on no disk, the others on one:
 *
 *     list
 *     write:DISK:SECTOR:BYTES:SEED    read:DISK:SECTOR:BYTES:SEED    (bytes that follow from the seed)
 *     zero:DISK:SECTOR:BYTES          (reads zeroes there)
 *     many:DISK:SECTOR:COUNT:SEED     (COUNT requests of 4 KiB under way together, written, flushed, read
 * back) force:DISK:SECTOR:BYTES:SEED    flush:DISK discard:DISK:SECTOR:SECTORS     zeroes:DISK:SECTOR:SECTORS
 *     size:DISK:SECTORS               (waits until the disk has that size)
 *
 * Says what came of each: 0 or an errno. The exit status is the number of steps that failed.
 */
#include <block_device.h>
#include <clock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wait_queue.h>

#define MOST 64
#define BYTES_MOST ((size_t)1 << 20)
#define BYTES_MOST ((size_t)1 << 20)

static struct wait_queue queue;

static unsigned char byte_of(unsigned long position, unsigned long seed)
{
    unsigned long mixed = (position / 8 + seed * 7919) * 0x9e3779b97f4a7c15ul;

    return (unsigned char)(mixed >> 8 * (position % 8));
}

static void fill(unsigned char *bytes, size_t size, unsigned long sector, unsigned long seed)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = byte_of(sector * BLOCK_SECTOR + i, seed);
}

/* 0, or 1: what was read is something else. */
static int compare(const unsigned char *bytes, size_t size, unsigned long sector, unsigned long seed)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != byte_of(sector * BLOCK_SECTOR + i, seed)) {
            printf("  byte %zu differs: %02x\n", i, bytes[i]);
            return 1;
        }
    return 0;
}

static int left;

static void one_done(struct block_request *request)
{
    (void)request;
    left--;
    wait_wake(&queue, WAIT_ALL);
}

static void submit(struct block_device *disk, struct block_request *request)
{
    left++;
    request->done = one_done;
    disk->operations->submit(disk, request);
}

static void wait_for_all(void)
{
    while (left > 0)
        wait_until(&queue, WAIT_FOR_EVER, false);
}

static int one(struct block_device *disk, struct block_request request)
{
    submit(disk, &request);
    wait_for_all();
    return request.result;
}

static int transfer(struct block_device *disk, enum block_operation operation, unsigned long sector,
                    unsigned char *bytes, size_t size, bool force)
{
    const struct block_segment segment = {bytes, (uint32_t)size};

    return one(disk, (struct block_request){
                         .operation = (uint8_t)operation,
                         .force = force,
                         .sector = sector,
                         .sectors = size / BLOCK_SECTOR,
                         .segments = &segment,
                         .segment_count = 1,
                     });
}

static int without_data(struct block_device *disk, enum block_operation operation, unsigned long sector,
                        unsigned long sectors)
{
    return one(disk,
               (struct block_request){
                   .operation = (uint8_t)operation, .unmap = true, .sector = sector, .sectors = sectors});
}

static int flush(struct block_device *disk)
{
    return disk->flags & BLOCK_DEVICE_CACHE ? without_data(disk, BLOCK_FLUSH, 0, 0) : 0;
}

static int together(struct block_device *disk, enum block_operation operation, unsigned long sector,
                    unsigned count, unsigned char *bytes)
{
    static struct block_request requests[MOST];
    static struct block_segment segments[MOST][2];
    int worst = 0;

    for (unsigned i = 0; i < count; i++) {
        segments[i][0] = (struct block_segment){bytes + i * 4096, 1000};
        segments[i][1] = (struct block_segment){bytes + i * 4096 + 1000, 3096};
        requests[i] = (struct block_request){
            .operation = (uint8_t)operation,
            .segments = segments[i],
            .segment_count = 2,
            .sector = sector + i * 8,
            .sectors = 8,
        };
        submit(disk, &requests[i]);
    }
    wait_for_all();
    for (unsigned i = 0; i < count; i++)
        if (requests[i].result < worst)
            worst = requests[i].result;
    return worst;
}

static int many(struct block_device *disk, unsigned long sector, unsigned count, unsigned char *bytes,
                unsigned long seed)
{
    int error = together(disk, BLOCK_WRITE, sector, count, bytes);

    if (error == 0)
        error = flush(disk);
    memset(bytes, 0, count * 4096);
    if (error == 0)
        error = together(disk, BLOCK_READ, sector, count, bytes);
    return error ? error : compare(bytes, count * 4096, sector, seed);
}

static int wait_for_size(const struct block_device *disk, unsigned long sectors)
{
    puts("waiting");
    fflush(stdout);
    while (disk->sectors != sectors)
        wait_until(&queue, clock_monotonic() + 1000000, false);
    return 0;
}

static struct block_device *disk_after(const struct block_device *previous)
{
    bool found = previous == NULL;

    for (size_t i = 0; i < block_drivers_count; i++)
        for (struct block_device *disk = *block_drivers[i]->devices; disk; disk = disk->next) {
            if (found)
                return disk;
            found = disk == previous;
        }
    return NULL;
}

static void list(void)
{
    for (struct block_device *disk = NULL; (disk = disk_after(disk));)
        printf("%s serial=%s sectors=%lu block=%u flags=%u segments=%u\n", disk->name, disk->serial,
               (unsigned long)disk->sectors, disk->block, disk->flags, disk->max_segments);
}

static const char *word(char **rest)
{
    const char *found = strsep(rest, ":");

    return found ? found : "";
}

static int on_disk(const char *what, struct block_device *disk, const unsigned long *numbers,
                   unsigned char *bytes, size_t size)
{
    int error;

    if (strcmp(what, "write") == 0)
        return transfer(disk, BLOCK_WRITE, numbers[0], bytes, size, false);
    if (strcmp(what, "read") == 0) {
        memset(bytes, 0, size);
        error = transfer(disk, BLOCK_READ, numbers[0], bytes, size, false);
        return error ? error : compare(bytes, size, numbers[0], numbers[2]);
    }
    if (strcmp(what, "zero") == 0) {
        error = transfer(disk, BLOCK_READ, numbers[0], bytes, size, false);
        for (size_t i = 0; i < size && error == 0; i++)
            error = bytes[i] != 0;
        return error;
    }
    if (strcmp(what, "many") == 0)
        return many(disk, numbers[0], (unsigned)numbers[1], bytes, numbers[2]);
    if (strcmp(what, "force") == 0)
        return transfer(disk, BLOCK_WRITE, numbers[0], bytes, size, true);
    if (strcmp(what, "flush") == 0)
        return flush(disk);
    if (strcmp(what, "discard") == 0)
        return without_data(disk, BLOCK_DISCARD, numbers[0], numbers[1]);
    if (strcmp(what, "zeroes") == 0)
        return without_data(disk, BLOCK_WRITE_ZEROES, numbers[0], numbers[1]);
    if (strcmp(what, "size") == 0)
        return wait_for_size(disk, numbers[0]);
    return 1;
}

static int step(char *rest, unsigned char *bytes)
{
    const char *what = word(&rest), *name = word(&rest);
    unsigned long numbers[3];
    struct block_device *disk = NULL;
    size_t size;
    int error;

    if (strcmp(what, "list") == 0) {
        list();
        return 0;
    }
    while ((disk = disk_after(disk)) && strcmp(disk->name, name) != 0) {
    }
    if (!disk) {
        printf("no disk %s\n", name);
        return 1;
    }
    for (unsigned i = 0; i < 3; i++)
        numbers[i] = strtoul(word(&rest), NULL, 0);
    size = strcmp(what, "many") == 0 ? numbers[1] * 4096 : numbers[1];
    if (size > BYTES_MOST || (strcmp(what, "many") == 0 && numbers[1] > MOST))
        return 1;
    fill(bytes, size, numbers[0], numbers[2]);
    error = on_disk(what, disk, numbers, bytes, size);
    printf("%s: %d\n", what, error);
    return error != 0;
}

int main(int argc, char **argv)
{
    unsigned char *bytes = malloc(BYTES_MOST);
    int failed = 0;

    if (!bytes)
        return 100;
    for (int i = 1; i < argc; i++)
        failed += step(argv[i], bytes);
    return failed;
}
