/*
 * Each argument is a step, its parts divided by colons:
 *
 *     open:PATH:FLAGS             (r, w or rw; what follows is about this file)
 *     write:OFFSET:BYTES:SEED     read:OFFSET:BYTES:SEED    (bytes that follow from the seed)
 *     zero:OFFSET:BYTES           (reads zeroes there)
 *     append:TEXT                 (by write(), at the position)
 *     seek:OFFSET:WHENCE          sync      size      discard:OFFSET:BYTES      zeroout:OFFSET:BYTES
 *     log                         (shows the kernel's)
 *
 * Says what came of each: a number, or the errno's name. The exit status is how many failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef BLKDISCARD
#define BLKDISCARD _IO(0x12, 119)
#define BLKZEROOUT _IO(0x12, 127)
#endif

static int file = -1;

static unsigned char byte_of(unsigned long position, unsigned long seed)
{
    unsigned long mixed = (position / 8 + seed * 7919) * 0x9e3779b97f4a7c15ul;

    return (unsigned char)(mixed >> 8 * (position % 8));
}

static long write_bytes(unsigned long offset, size_t size, unsigned long seed)
{
    unsigned char *bytes = malloc(size);
    long done;

    for (size_t i = 0; i < size; i++)
        bytes[i] = byte_of(offset + i, seed);
    done = pwrite(file, bytes, size, (off_t)offset);
    free(bytes);
    return done;
}

/* `zeroes`: in place of what follows from the seed. */
static long read_bytes(unsigned long offset, size_t size, unsigned long seed, int zeroes)
{
    unsigned char *bytes = malloc(size);
    long done = pread(file, bytes, size, (off_t)offset);

    for (long i = 0; i < done; i++)
        if (bytes[i] != (zeroes ? 0 : byte_of(offset + (unsigned long)i, seed))) {
            printf("  byte %lu differs\n", offset + (unsigned long)i);
            done = -2;
        }
    free(bytes);
    return done;
}

static long open_file(const char *path, const char *flags)
{
    struct stat status;

    file = open(path, strcmp(flags, "r") == 0 ? O_RDONLY : strcmp(flags, "w") == 0 ? O_WRONLY : O_RDWR);
    if (file < 0 || fstat(file, &status) != 0)
        return -1;
    return S_ISBLK(status.st_mode) ? (long)minor(status.st_rdev) : -2;
}

static long size_of_disk(void)
{
    uint64_t bytes;
    unsigned long sectors;
    int block, read_only;

    if (ioctl(file, BLKGETSIZE64, &bytes) || ioctl(file, BLKGETSIZE, &sectors) ||
        ioctl(file, BLKSSZGET, &block) || ioctl(file, BLKROGET, &read_only))
        return -1;
    printf("  %lu bytes, %lu sectors, blocks of %d, read-only %d\n", (unsigned long)bytes, sectors, block,
           read_only);
    return lseek(file, 0, SEEK_END) == (off_t)bytes ? 0 : -2;
}

static long range(unsigned long request, unsigned long offset, unsigned long size)
{
    const uint64_t bytes[2] = {offset, size};

    return ioctl(file, (int)request, bytes);
}

static long show_log(void)
{
    static char text[8192];
    int size = klogctl(3, text, sizeof text - 1);

    if (size > 0)
        fwrite(text, 1, (size_t)size, stdout);
    return 0;
}

static long step(char *rest)
{
    const char *what = strsep(&rest, ":"), *words[3] = {"", "", ""};
    unsigned long numbers[3];

    for (int i = 0; i < 3; i++) {
        const char *word = strsep(&rest, ":");

        words[i] = word ? word : "";
        numbers[i] = strtoul(words[i], NULL, 0);
    }
    if (strcmp(what, "open") == 0)
        return open_file(words[0], words[1]);
    if (strcmp(what, "write") == 0)
        return write_bytes(numbers[0], numbers[1], numbers[2]);
    if (strcmp(what, "read") == 0)
        return read_bytes(numbers[0], numbers[1], numbers[2], 0);
    if (strcmp(what, "zero") == 0)
        return read_bytes(numbers[0], numbers[1], 0, 1);
    if (strcmp(what, "append") == 0)
        return write(file, words[0], strlen(words[0]));
    if (strcmp(what, "seek") == 0)
        return lseek(file, (off_t)numbers[0], (int)numbers[1]);
    if (strcmp(what, "sync") == 0)
        return fsync(file);
    if (strcmp(what, "size") == 0)
        return size_of_disk();
    if (strcmp(what, "discard") == 0)
        return range(BLKDISCARD, numbers[0], numbers[1]);
    if (strcmp(what, "zeroout") == 0)
        return range(BLKZEROOUT, numbers[0], numbers[1]);
    if (strcmp(what, "log") == 0)
        return show_log();
    return -3;
}

int main(int argc, char **argv)
{
    int failed = 0;

    for (int i = 1; i < argc; i++) {
        long result;

        errno = 0;
        result = step(argv[i]);
        if (result == -1)
            printf("%s: %s\n", argv[i], strerror(errno));
        else
            printf("%s: %ld\n", argv[i], result);
        fflush(stdout);
        failed += result < 0;
    }
    return failed;
}
