/*
 * Each argument is a step on the ext4 at /data, and a line of output:
 *
 *     make:DIR:N        N small files in a new directory
 *     look:DIR:N        whether they are there, and hold what they should
 *     big:FILE:SIZE     writes SIZE bytes, and fsync
 *     sum:FILE:SIZE     whether they are there
 *     work:N            N rounds of making, renaming, cutting and removing, each with fsync
 *     torture:N:COUNT   COUNT steps from N on, each with fsync and reported
 *     map:FILE:SIZE     the same through a mapping, and fsync
 *     leave:FILE:SIZE   writes half of them, and the others through a mapping, and leaves it at that
 *     rest:N            waits for N milliseconds
 *     change:FILE       writes to its first block, and leaves it open
 *     fsync             of that file
 *     sync              sync(2)
 *     die               ends without unmounting
 */
#define _GNU_SOURCE
#include "torture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* include/uapi/linux/fs.h, which musl has not */
#define FITRIM _IOWR('X', 121, struct fstrim_range)

struct fstrim_range {
    unsigned long start, len, minlen;
};

static char buffer[65536];

static void fill(size_t size, unsigned long at)
{
    for (size_t i = 0; i < size; i++)
        buffer[i] = (char)((at + i) * 7 ^ (at + i) >> 8);
}

static int put(const char *path, size_t size, int flags)
{
    int file = open(path, O_CREAT | O_TRUNC | O_WRONLY | flags, 0644);
    size_t done = 0;

    if (file < 0)
        return -1;
    while (done < size) {
        size_t n = size - done < sizeof(buffer) ? size - done : sizeof(buffer);
        ssize_t written;
        fill(n, done);
        written = write(file, buffer, n);
        if (written <= 0)
            break;
        done += (size_t)written;
    }
    if (fsync(file) != 0 || close(file) != 0 || done != size)
        return -1;
    return 0;
}

/* Stays mapped. */
static int map(const char *path, size_t size, size_t begin, int syncs)
{
    int file = open(path, O_CREAT | O_TRUNC | O_RDWR, 0644);
    char *bytes;

    if (file < 0 || ftruncate(file, (off_t)size) != 0)
        return -1;
    bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (bytes == MAP_FAILED)
        return -1;
    fill(begin, 0);
    if (pwrite(file, buffer, begin, 0) != (ssize_t)begin)
        return -1;
    for (size_t done = begin; done < size;) {
        size_t n = size - done < sizeof(buffer) ? size - done : sizeof(buffer);

        fill(n, done);
        memcpy(bytes + done, buffer, n);
        done += n;
    }
    return syncs ? fsync(file) : 0;
}

static int changed;

static int change(const char *path)
{
    changed = open(path, O_WRONLY);
    return changed < 0 || pwrite(changed, buffer, 4096, 0) != 4096 ? -1 : 0;
}

static int compare(const char *path, size_t size)
{
    static char there[sizeof(buffer)];
    int file = open(path, O_RDONLY);
    size_t done = 0;

    if (file < 0)
        return -1;
    for (;;) {
        ssize_t n = read(file, there, sizeof(there));
        if (n <= 0)
            break;
        fill((size_t)n, done);
        if (memcmp(buffer, there, (size_t)n) != 0) {
            errno = EILSEQ;
            return -1;
        }
        done += (size_t)n;
    }
    close(file);
    if (done != size)
        errno = ERANGE;
    return done == size ? 0 : -1;
}

static int make(const char *dir, int count)
{
    char path[300], target[300];

    if (mkdir(dir, 0755) != 0)
        return -1;
    for (int i = 0; i < count; i++) {
        int file;
        snprintf(path, sizeof(path), "%s/a file with a number: %d", dir, i);
        file = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
        if (file < 0 || write(file, path, strlen(path)) != (ssize_t)strlen(path) || close(file) != 0)
            return -1;
    }
    snprintf(path, sizeof(path), "%s/link", dir);
    snprintf(target, sizeof(target), "%s/a file with a number: 0", dir);
    return symlink(target, path);
}

static int look(const char *dir, int count)
{
    char path[300], text[300];
    struct dirent *entry;
    DIR *stream = opendir(dir);
    int seen = 0;

    if (stream == NULL)
        return -1;
    while ((entry = readdir(stream)) != NULL)
        seen += entry->d_type == DT_REG;
    closedir(stream);
    for (int i = -1; i < count; i++) {
        int file;
        ssize_t n;
        if (i < 0)
            snprintf(path, sizeof(path), "%s/link", dir);
        else
            snprintf(path, sizeof(path), "%s/a file with a number: %d", dir, i);
        file = open(path, O_RDONLY);
        n = file < 0 ? -1 : read(file, text, sizeof(text));
        close(file);
        if (i >= 0 && (n != (ssize_t)strlen(path) || memcmp(text, path, (size_t)n) != 0))
            return -1;
    }
    errno = ERANGE;
    return seen == count ? 0 : -1;
}

static int work(int rounds)
{
    char path[100], other[100];

    for (int i = 0; i < rounds; i++) {
        snprintf(path, sizeof(path), "/data/work-%d", i % 7);
        snprintf(other, sizeof(other), "/data/done-%d", i % 5);
        if (put(path, (size_t)(i * 977 % 30000), 0) != 0 || rename(path, other) != 0)
            return -1;
        if (i % 3 == 0 && truncate(other, 100) != 0)
            return -1;
        if (i % 4 == 0 && unlink(other) != 0)
            return -1;
    }
    return 0;
}

/* What is free is told to the disk, at least `least` bytes; elsewhere, and beyond the end, that is an error.
 */
static int trim(const char *path, size_t least)
{
    struct fstrim_range all = {.len = -1ul}, behind = {.start = -1ul / 2, .len = -1ul / 2};
    struct fstrim_range runs = {.len = -1ul, .minlen = -1ul / 2};
    int folder = open(path, O_RDONLY | O_DIRECTORY), root = open("/", O_RDONLY | O_DIRECTORY);

    if (folder < 0 || root < 0 || ioctl(root, FITRIM, &all) != -1 || errno != ENOTTY ||
        ioctl(folder, FITRIM, &behind) != -1 || errno != EINVAL)
        return -1;
    if (ioctl(folder, FITRIM, &runs) != 0 || runs.len != 0 || ioctl(folder, FITRIM, &all) != 0)
        return -1;
    printf("%lu bytes\n", all.len);
    return close(folder) == 0 && close(root) == 0 && all.len >= least ? 0 : -1;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *verb = strtok(argv[i], ":"), *path = strtok(NULL, ":"), *number = strtok(NULL, ":");
        size_t n = number != NULL ? strtoul(number, NULL, 0) : 0;
        int result = -1;

        errno = EINVAL;
        if (strcmp(verb, "make") == 0)
            result = make(path, (int)n);
        else if (strcmp(verb, "look") == 0)
            result = look(path, (int)n);
        else if (strcmp(verb, "big") == 0)
            result = put(path, n, 0);
        else if (strcmp(verb, "map") == 0)
            result = map(path, n, 0, 1);
        else if (strcmp(verb, "leave") == 0)
            result = map(path, n, n / 2, 0);
        else if (strcmp(verb, "change") == 0)
            result = change(path);
        else if (strcmp(verb, "fsync") == 0)
            result = fsync(changed);
        else if (strcmp(verb, "rest") == 0)
            result = usleep((useconds_t)atoi(path) * 1000);
        else if (strcmp(verb, "sum") == 0)
            result = compare(path, n);
        else if (strcmp(verb, "work") == 0)
            result = work(atoi(path));
        else if (strcmp(verb, "torture") == 0)
            result = torture((unsigned)atoi(path), (unsigned)n);
        else if (strcmp(verb, "sync") == 0)
            result = (sync(), 0);
        else if (strcmp(verb, "trim") == 0)
            result = trim(path, n);
        else if (strcmp(verb, "die") == 0)
            abort();
        printf("%s: %s\n", verb, result == 0 ? "ok" : strerror(errno));
        fflush(stdout);
    }
    return 0;
}
