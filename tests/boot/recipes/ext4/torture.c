/*
 * Changes a small tree of files, one step after the other, each synced before it is reported. A step is
 * decided by its number alone, so that who knows how many steps were done knows the whole tree
 * (tests/boot/torture.py).
 */
#define _GNU_SOURCE
#include "torture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORIES 5
#define NAMES 9
#define LARGEST 9000

static unsigned char buffer[LARGEST];

/* A different number for each step and turn, from 0 to `below` - 1. */
static unsigned drawn(unsigned step, unsigned turn, unsigned below)
{
    uint32_t mixed = (step * 8 + turn) * UINT32_C(2654435761);

    return (mixed ^ mixed >> 15) % 65521 % below;
}

static void name(char *path, unsigned step, unsigned turn)
{
    sprintf(path, "/data/d%u/f%u", drawn(step, turn, DIRECTORIES), drawn(step, turn + 1, NAMES));
}

static int sync_path(const char *path)
{
    int file = open(path, O_RDONLY), result;

    if (file < 0)
        return -1;
    result = fsync(file);
    close(file);
    return result;
}

/* A whole new file takes the place of the one with this name. */
static int replace(const char *path, unsigned step, unsigned size)
{
    int file = open("/data/new", O_CREAT | O_TRUNC | O_WRONLY, 0644);

    if (file < 0)
        return -1;
    for (unsigned i = 0; i < size; i++)
        buffer[i] = (unsigned char)((step * 31 + i) * 7 ^ i >> 8);
    if (write(file, buffer, size) != (ssize_t)size || fsync(file) != 0 || close(file) != 0)
        return -1;
    return rename("/data/new", path);
}

static int shorten(const char *path, unsigned size)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return -1;
    return status.st_size > (off_t)size ? truncate(path, (off_t)size) : 0;
}

/* What is not there cannot be changed, and a name that is taken cannot be given. */
static bool is_failure(int result)
{
    return result != 0 && errno != ENOENT && errno != EEXIST;
}

static int change(unsigned step)
{
    char path[40], other[40];
    unsigned size = drawn(step, 6, LARGEST);
    int result;

    name(path, step, 1);
    name(other, step, 3);
    switch (drawn(step, 0, 8)) {
    case 0:
        result = unlink(path);
        break;
    case 1:
        result = rename(path, other);
        break;
    case 2:
        result = link(path, other);
        break;
    case 3:
        result = shorten(path, size);
        break;
    default:
        result = replace(path, step, size);
    }
    if (is_failure(result) || is_failure(sync_path(path)))
        return -1;
    *strrchr(path, '/') = *strrchr(other, '/') = '\0';
    return sync_path(path) == 0 ? sync_path(other) : -1;
}

int torture(unsigned first, unsigned count)
{
    for (unsigned i = 0; i < DIRECTORIES; i++) {
        char directory[40];
        sprintf(directory, "/data/d%u", i);
        if (mkdir(directory, 0755) != 0 && errno != EEXIST)
            return -1;
    }
    if (sync_path("/data") != 0)
        return -1;
    for (unsigned step = first; step < first + count; step++) {
        if (change(step) != 0)
            return -1;
        printf("synced %u\n", step);
        fflush(stdout);
    }
    return 0;
}
