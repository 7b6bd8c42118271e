/*
 * Loaded before a server's own libraries (LD_PRELOAD), it has calls to some of its files fail as they do
 * where a disk is full, a quota is used up, a disk is broken or only read. FAILING_FILES names them, with
 * commas between them: INODE:CALL:ERRNO:BYTES; `write` fails behind so many bytes, `fsync` and `open` (for
 * writing) always.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* The errno of that call to that file, or 0; `room` is what may be written behind `offset`. */
static int failing(const struct stat *file, const char *call, off_t offset, size_t *room)
{
    const char *at = getenv("FAILING_FILES");

    for (; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        unsigned long inode, bytes;
        int error;
        char what[8];

        if (sscanf(at, "%lu:%7[a-z]:%d:%lu", &inode, what, &error, &bytes) != 4)
            abort();
        if (inode != file->st_ino || strcmp(what, call) != 0)
            continue;
        *room = (unsigned long)offset < bytes ? bytes - (unsigned long)offset : 0;
        return error;
    }
    return 0;
}

static int failing_file(int file, const char *call, off_t offset, size_t *room)
{
    struct stat values;

    return fstat(file, &values) == 0 ? failing(&values, call, offset, room) : 0;
}

static ssize_t write_some(int file, const struct iovec *pieces, int count, off_t offset)
{
    static ssize_t (*next)(int, const struct iovec *, int, off_t);
    struct iovec some[1024];
    size_t room = 0, all = 0;
    int error = failing_file(file, "write", offset, &room), used = 0;

    if (!next)
        next = (ssize_t(*)(int, const struct iovec *, int, off_t))dlsym(RTLD_NEXT, "pwritev64");
    if (!error)
        return next(file, pieces, count, offset);
    for (; used < count && used < 1024 && all < room; used++) {
        some[used] = pieces[used];
        if (some[used].iov_len > room - all)
            some[used].iov_len = room - all;
        all += some[used].iov_len;
    }
    errno = error;
    return all > 0 ? next(file, some, used, offset) : -1;
}

ssize_t pwritev64(int file, const struct iovec *pieces, int count, off_t offset)
{
    return write_some(file, pieces, count, offset);
}

ssize_t pwritev(int file, const struct iovec *pieces, int count, off_t offset)
{
    return write_some(file, pieces, count, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off_t offset)
{
    return write_some(file, &(struct iovec){(void *)bytes, size}, 1, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    return pwrite64(file, bytes, size, offset);
}

static int sync_by(const char *name, int file)
{
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    size_t room;
    int error = failing_file(file, "fsync", 0, &room);

    if (!error)
        return next(file);
    errno = error;
    return -1;
}

int fsync(int file)
{
    return sync_by("fsync", file);
}

int fdatasync(int file)
{
    return sync_by("fdatasync", file);
}

int openat64(int folder, const char *name, int flags, ...)
{
    int (*next)(int, const char *, int, ...) =
        (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat64");
    struct stat values;
    va_list words;
    size_t room;
    int mode;

    va_start(words, flags);
    mode = va_arg(words, int);
    va_end(words);
    if (!(flags & O_PATH) && (flags & O_ACCMODE) != O_RDONLY && fstatat(folder, name, &values, 0) == 0) {
        int error = failing(&values, "open", 0, &room);

        if (error) {
            errno = error;
            return -1;
        }
    }
    return next(folder, name, flags, mode);
}

int openat(int folder, const char *name, int flags, ...)
{
    va_list words;
    int mode;

    va_start(words, flags);
    mode = va_arg(words, int);
    va_end(words);
    return openat64(folder, name, flags, mode);
}

int __openat64_2(int folder, const char *name, int flags);

int __openat64_2(int folder, const char *name, int flags)
{
    return openat64(folder, name, flags, 0);
}
