/*
 * The bytes of the image: in memory, or on a disk.
 *
 * Of a disk a few blocks of metadata stay in memory, each in the one slot that its number allows. Data are
 * read past them. While a block is being read others run, and only one fills a slot at a time; a slot's
 * content changes only while somebody waits, so whoever does not wait can use it where it stands.
 */
#include "erofs.h"

#include <errno.h>
#include <log.h>
#include <pages.h>
#include <string.h>
#ifdef CONFIG_EROFS_DISK
#include <block_io.h>
#endif

#define BOUNCE 256 /* bytes on the stack, between a slot and memory whose access may wait */

int erofs_damaged(struct erofs *fs, const char *what)
{
    if (!fs->complained)
        log_write(LOG_ERROR, "erofs: the image is damaged: %s", what);
    fs->complained = true;
    return -EIO;
}

#ifdef CONFIG_EROFS_DISK
static int fill(struct erofs *fs, unsigned slot, uint64_t block)
{
    int error;

    if (fs->slots[slot].data == NULL)
        fs->slots[slot].data = pages_alloc(1);
    if (fs->slots[slot].data == NULL)
        return -ENOMEM;
    fs->slots[slot].block = UINT64_MAX;
    error = block_read(fs->disk, block * (EROFS_BLOCK / BLOCK_SECTOR), fs->slots[slot].data, EROFS_BLOCK);
    if (error == 0)
        fs->slots[slot].block = block;
    return error;
}
#endif

const unsigned char *erofs_block(struct erofs *fs, uint64_t block, int *error)
{
    if (block >= fs->blocks) {
        *error = erofs_damaged(fs, "a block beyond its end");
        return NULL;
    }
    if (fs->memory != NULL)
        return fs->memory + block * EROFS_BLOCK;
#ifdef CONFIG_EROFS_DISK
    unsigned slot = block % EROFS_SLOTS;

    *error = 0;
    if (fs->slots[slot].block != block) {
        wait_lock_take(&fs->filling);
        if (fs->slots[slot].block != block)
            *error = fill(fs, slot, block);
        wait_lock_give(&fs->filling);
    }
    return *error == 0 ? fs->slots[slot].data : NULL;
#else
    *error = -EIO;
    return NULL;
#endif
}

int erofs_copy(struct erofs *fs, uint64_t address, void *buffer, size_t size)
{
    unsigned char *to = buffer;

    while (size != 0) {
        size_t within = address % EROFS_BLOCK, n = EROFS_BLOCK - within;
        int error;
        const unsigned char *block = erofs_block(fs, address / EROFS_BLOCK, &error);

        if (block == NULL)
            return error;
        if (n > size)
            n = size;
        memcpy(to, block + within, n);
        to += n;
        address += n;
        size -= n;
    }
    return 0;
}

#ifdef CONFIG_EROFS_DISK
/* Through the stack, as the destination may be memory that has to be brought in first, by somebody who waits.
 */
static int copy_out(struct erofs *fs, uint64_t address, unsigned char *buffer, size_t size)
{
    unsigned char bounce[BOUNCE];

    while (size != 0) {
        size_t n = size < sizeof(bounce) ? size : sizeof(bounce);
        int error = erofs_copy(fs, address, bounce, n);

        if (error != 0)
            return error;
        memcpy(buffer, bounce, n);
        buffer += n;
        address += n;
        size -= n;
    }
    return 0;
}

static int read_disk(struct erofs *fs, uint64_t address, unsigned char *buffer, size_t size)
{
    size_t head = -address % EROFS_BLOCK, whole;
    int error;

    if (head > size)
        head = size;
    error = copy_out(fs, address, buffer, head);
    whole = (size - head) / EROFS_BLOCK * EROFS_BLOCK;
    if (error == 0 && whole != 0)
        error = block_read(fs->disk, (address + head) / BLOCK_SECTOR, buffer + head, whole);
    if (error == 0)
        error = copy_out(fs, address + head + whole, buffer + head + whole, size - head - whole);
    return error;
}
#endif

int erofs_read_data(struct erofs *fs, uint64_t address, void *buffer, size_t size)
{
    uint64_t end = (uint64_t)fs->blocks * EROFS_BLOCK;

    if (address > end || size > end - address)
        return erofs_damaged(fs, "data beyond its end");
    if (fs->memory != NULL) {
        memcpy(buffer, fs->memory + address, size);
        return 0;
    }
#ifdef CONFIG_EROFS_DISK
    return read_disk(fs, address, buffer, size);
#else
    return -EIO;
#endif
}

void erofs_storage_end(struct erofs *fs)
{
#ifdef CONFIG_EROFS_DISK
    for (unsigned i = 0; i < EROFS_SLOTS; i++)
        if (fs->slots[i].data != NULL)
            pages_free(fs->slots[i].data, 1);
    if (fs->disk != NULL)
        block_device_release(fs->disk);
#endif
    if (fs->last.data != NULL)
        pages_free(fs->last.data, fs->last.pages);
}
