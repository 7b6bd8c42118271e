#include "memory_disk.h"

#include <block_io.h>
#include <pages.h>
#include <stdio.h>

static bool no_pages;

void *pages_alloc(size_t count)
{
    return no_pages || count == 0 ? NULL : aligned_alloc(PAGE_SIZE, count * PAGE_SIZE);
}

void pages_free(void *start, size_t count)
{
    (void)count;
    free(start);
}

static unsigned done_count;

static void done(struct block_request *request)
{
    (void)request;
    done_count++;
}

static int submit(struct block_request request)
{
    unsigned before = done_count;

    request.done = done;
    request.result = 1;
    block_submit(&memory_disk, &request);
    assert(done_count == before + 1);
    return request.result;
}

static void rules(void)
{
    static char bytes[512 * 128];
    const struct block_segment one[] = {{bytes, 512}}, odd[] = {{bytes, 100}, {bytes + 100, 412}};
    const struct block_segment many[] = {
        {bytes, 512}, {bytes, 512}, {bytes, 512}, {bytes, 512}, {bytes, 512}};
    const struct block_segment large[] = {{bytes, 16384}}, none[] = {{bytes, 512}, {bytes, 0}};

#define READ(s, n, list, count)                                                                              \
    submit((struct block_request){.operation = BLOCK_READ,                                                   \
                                  .sector = (s),                                                             \
                                  .sectors = (n),                                                            \
                                  .segments = (list),                                                        \
                                  .segment_count = (count)})
    assert(READ(0, 1, one, 1) == 0);
    assert(READ(127, 1, odd, 2) == 0);
    assert(READ(128, 1, one, 1) == -EINVAL);
    assert(READ(UINT64_MAX, 1, one, 1) == -EINVAL);
    assert(READ(0, 0, one, 1) == -EINVAL);
    assert(READ(0, 2, one, 1) == -EINVAL);
    assert(READ(0, 1, one, 0) == -EINVAL);
    assert(READ(0, 1, none, 2) == -EINVAL);
    assert(READ(0, 5, many, 5) == -EINVAL);
    assert(READ(0, 32, large, 1) == -EINVAL);
    assert(submit((struct block_request){.operation = 77, .sectors = 1}) == -EINVAL);
    assert(submit((struct block_request){.operation = BLOCK_DISCARD, .sectors = 33}) == -EINVAL);
    memory_disk.flags |= BLOCK_DEVICE_READ_ONLY;
    assert(READ(0, 1, one, 1) == 0);
    assert(submit((struct block_request){
               .operation = BLOCK_WRITE, .sectors = 1, .segments = one, .segment_count = 1}) == -EROFS);
    assert(block_discard(&memory_disk, 0, 1) == -EROFS);
    memory_disk.flags &= ~BLOCK_DEVICE_READ_ONLY;
    memory_disk.block = 4096;
    assert(READ(1, 1, one, 1) == -EINVAL);
    assert(block_read(&memory_disk, 0, bytes, 512) == -EINVAL);
    assert(block_read(&memory_disk, 8, bytes, 4096) == 0);
    memory_disk.block = 512;
}

static void transfers(void)
{
    static unsigned char from[60000 / 512 * 512], to[sizeof from];

    for (size_t i = 0; i < sizeof from; i++)
        from[i] = (unsigned char)(i * 7 + i / 512);
    memset(memory_disk_count, 0, sizeof memory_disk_count);
    assert(block_write(&memory_disk, 3, from, sizeof from) == 0);
    assert(memory_disk_count[BLOCK_WRITE] == 3);
    assert(memcmp(memory_disk_content + 3 * 512, from, sizeof from) == 0);
    assert(block_read(&memory_disk, 3, to, sizeof to) == 0);
    assert(memcmp(to, from, sizeof to) == 0);
    assert(block_read(&memory_disk, 128 - 8, to, 4608) == -EINVAL);
    memory_disk_fail_after = 1;
    assert(block_write(&memory_disk, 0, from, sizeof from) == -EIO);
    memory_disk_fail_after = 0;
    assert(block_read(&memory_disk, 0, to, 512) == -EIO && block_flush(&memory_disk) == -EIO);
    memory_disk_fail_after = -1;
    assert(block_read(&memory_disk, 0, to, 0) == 0);
}

static void without_data(void)
{
    memset(memory_disk_count, 0, sizeof memory_disk_count);
    assert(block_discard(&memory_disk, 0, 100) == 0);
    assert(memory_disk_count[BLOCK_DISCARD] == 4 && memory_disk_content[99 * 512] == 0xdd);
    assert(block_write_zeroes(&memory_disk, 1, 70, true) == 0);
    assert(memory_disk_count[BLOCK_WRITE_ZEROES] == 3 && memory_disk_count[BLOCK_WRITE] == 0);
    assert(memory_disk_content[511] == 0xdd && memory_disk_content[512] == 0 &&
           memory_disk_content[71 * 512 - 1] == 0 && memory_disk_content[71 * 512] == 0xdd);
    memory_disk.flags &= ~(BLOCK_DEVICE_ZEROES | BLOCK_DEVICE_DISCARD);
    assert(block_discard(&memory_disk, 0, 1) == -EOPNOTSUPP);
    memset(memory_disk_content, 1, sizeof memory_disk_content);
    assert(block_write_zeroes(&memory_disk, 1, 126, false) == 0);
    for (unsigned i = 0; i < sizeof memory_disk_content; i++)
        assert(memory_disk_content[i] == (i < 512 || i >= 127 * 512));
    no_pages = true;
    assert(block_write_zeroes(&memory_disk, 0, 1, false) == -ENOMEM);
    no_pages = false;
    memory_disk.flags |= BLOCK_DEVICE_ZEROES | BLOCK_DEVICE_DISCARD;
}

static void durable(void)
{
    static char bytes[512];
    const struct block_segment one[] = {{bytes, 512}};
    const struct block_request write = {
        .operation = BLOCK_WRITE, .force = true, .sectors = 1, .segments = one, .segment_count = 1};
    struct block_request again = write;

    memset(memory_disk_count, 0, sizeof memory_disk_count);
    assert(submit(write) == 0);
    assert(memory_disk_count[BLOCK_WRITE] == 1 && memory_disk_count[BLOCK_FLUSH] == 1);
    memory_disk_slow = true;
    assert(block_wait(&memory_disk, &again) == 0 && !again.force);
    memory_disk_slow = false;
    assert(memory_disk_count[BLOCK_WRITE] == 2 && memory_disk_count[BLOCK_FLUSH] == 2);
    memory_disk_fail_after = 1; /* the flush */
    assert(submit(write) == -EIO);
    memory_disk_fail_after = -1;
    memory_disk.flags &= ~BLOCK_DEVICE_CACHE;
    assert(submit(write) == 0 && block_flush(&memory_disk) == 0);
    assert(memory_disk_count[BLOCK_WRITE] == 4 && memory_disk_count[BLOCK_FLUSH] == 2);
    memory_disk.flags |= BLOCK_DEVICE_CACHE;
    assert(block_flush(&memory_disk) == 0 && memory_disk_count[BLOCK_FLUSH] == 3);
}

static void names(void)
{
    assert(block_device_find("vda") == &memory_disk && block_device_find("/dev/vda") == &memory_disk);
    assert(block_device_find("serial=first") == &memory_disk);
    assert(!block_device_find("serial=vda") && !block_device_find("first") && !block_device_find("vd"));
    memory_disk.serial[0] = '\0';
    assert(!block_device_find("") && !block_device_find("/dev/") && !block_device_find("serial="));
    assert(block_device_after(NULL) == &memory_disk && !block_device_after(&memory_disk));
    assert(block_device_claim(&memory_disk, &memory_disk) == 0);
    assert(block_device_claim(&memory_disk, memory_disk_content) == -EBUSY);
    block_device_release(&memory_disk);
    assert(block_device_claim(&memory_disk, memory_disk_content) == 0);
}

int main(void)
{
    rules();
    transfers();
    memory_disk_slow = true;
    transfers();
    memory_disk_slow = false;
    without_data();
    durable();
    names();
    puts("good");
    return 0;
}
