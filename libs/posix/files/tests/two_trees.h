/*
 * A tree of our file system and one of the host's, in which the same is done: results, errors, listings,
 * contents and working directories are compared.
 */
#pragma once

#include "system_calls.h"

#include <dirent.h>
#include <stdarg.h>
#include <sys/syscall.h>

#define DEPTH 50 /* a path has at most 4 "..", and 40 links hold one each */
#define FILES 6

static uint64_t state;
static char trace[160]; /* the call that is being compared */
static unsigned long step, compared[40], succeeded[40];
static int host_base;
static long our_base;
static struct {
    long ours;
    int host;
} files[FILES];

static unsigned pick(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % n;
}

static long host_result(long result)
{
    return result < 0 ? -errno : result;
}

/* Path texts, chosen so that most exist, some do not, and all the special forms occur. */
static const char *random_path(char *path)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "a", "b", ".", ".."};
    unsigned parts = 1 + pick(4) * (pick(3) != 0);

    path[0] = '\0';
    if (pick(60) == 0)
        return path;
    for (unsigned i = 0; i < parts; i++) {
        strcat(path, names[pick(sizeof names / sizeof *names)]);
        if (i + 1 < parts || pick(12) == 0)
            strcat(path, pick(10) == 0 ? "//" : "/");
    }
    return path;
}

static void fail(long ours, long host)
{
    fprintf(stderr, "step %lu: %s: ours %ld, host %ld\n", step, trace, ours, host);
    abort();
}

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(trace, sizeof trace, format, arguments);
    va_end(arguments);
    if (getenv("TRACE") != NULL)
        fprintf(stderr, "%lu: %s\n", step, trace);
}

static void same(unsigned kind, long ours, long host)
{
    compared[kind]++;
    succeeded[kind] += ours >= 0;
    if (ours != host)
        fail(ours, host);
}

static void same_stat(unsigned kind, long ours, const struct stat *our, long host, const struct stat *theirs)
{
    same(kind, ours, host);
    if (ours != 0)
        return;
    if ((our->st_mode & S_IFMT) != (theirs->st_mode & S_IFMT))
        fail(our->st_mode, theirs->st_mode);
    if (S_ISDIR(our->st_mode))
        return;
    if (our->st_size != theirs->st_size)
        fail(our->st_size, theirs->st_size);
    if (our->st_nlink != theirs->st_nlink)
        fail((long)our->st_nlink, (long)theirs->st_nlink);
}

static int random_flags(void)
{
    static const int access[] = {O_RDONLY, O_WRONLY, O_RDWR, O_RDWR};
    int flags = access[pick(4)];

    if (pick(2) != 0)
        flags |= O_CREAT | (pick(4) == 0 ? O_EXCL : 0);
    else if (pick(6) == 0)
        flags |= O_DIRECTORY;
    if (pick(8) == 0)
        flags |= O_TRUNC;
    if (pick(4) == 0)
        flags |= O_APPEND;
    if (pick(6) == 0)
        flags |= O_NOFOLLOW;
    return flags;
}

static void close_slot(unsigned slot)
{
    if (files[slot].host < 0)
        return;
    tell("close(%u)", slot);
    same(0, sys_close(files[slot].ours), host_result(close(files[slot].host)));
    files[slot].host = -1;
}

static void open_slot(unsigned slot, const char *path)
{
    int flags = random_flags();
    long ours, host;

    close_slot(slot);
    tell("%u = open(\"%s\", %#o)", slot, path, flags);
    ours = sys_open(path, flags, 0777);
    host = host_result(open(path, flags, 0777));
    same(1, ours < 0 ? ours : 0, host < 0 ? host : 0);
    files[slot].ours = ours;
    files[slot].host = (int)(host < 0 ? -1 : host);
}

static void move_bytes(unsigned slot, unsigned kind)
{
    static unsigned char ours[20000], host[20000];
    size_t size = pick(4) == 0 ? pick(sizeof ours) : pick(300);
    long offset = pick(3) == 0 ? pick(1000000) : pick(9000);
    long a, b;

    tell("%s(%u, %zu, %ld)", (const char *[]){"read", "write", "pread", "pwrite"}[kind], slot, size, offset);
    memset(ours, (int)step, sizeof ours);
    memset(host, (int)step, sizeof host);
    switch (kind) {
    case 0:
        a = sys_read(files[slot].ours, ours, (long)size);
        b = read(files[slot].host, host, size);
        break;
    case 1:
        a = sys_write(files[slot].ours, ours, (long)size);
        b = write(files[slot].host, host, size);
        break;
    case 2:
        a = sys_pread64(files[slot].ours, ours, (long)size, offset);
        b = pread(files[slot].host, host, size, offset);
        break;
    default:
        a = sys_pwrite64(files[slot].ours, ours, (long)size, offset);
        b = pwrite(files[slot].host, host, size, offset);
    }
    same(2 + kind, a, host_result(b));
    if (memcmp(ours, host, sizeof ours) != 0)
        fail(-1, -2);
}

/* Names in a directory, sorted, each followed by a blank, read in pieces of a random size. */
static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(bool ours, long fd, char *text)
{
    unsigned char buffer[120];
    char *names[200];
    size_t count = 0;
    long n;

    if (ours)
        sys_lseek(fd, 0, SEEK_SET);
    else
        lseek((int)fd, 0, SEEK_SET);
    while ((n = ours ? sys_getdents64(fd, buffer, sizeof buffer)
                     : syscall(SYS_getdents64, (int)fd, buffer, sizeof buffer)) > 0)
        for (long at = 0; at < n;) {
            struct dirent *entry = (void *)(buffer + at);
            char name[280];
            snprintf(name, sizeof name, "%s:%d ", entry->d_name, entry->d_type);
            names[count++] = strdup(name);
            at += entry->d_reclen;
        }
    assert(n == 0);
    qsort(names, count, sizeof *names, by_name);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        strcat(text, names[i]);
        free(names[i]);
    }
}

static void compare_listing(const char *path)
{
    char ours[4000], host[4000];
    long a = sys_open(path, O_RDONLY | O_DIRECTORY, 0);
    long b = host_result(open(path, O_RDONLY | O_DIRECTORY));

    tell("list \"%s\"", path);
    same(6, a < 0 ? a : 0, b < 0 ? b : 0);
    if (a < 0)
        return;
    list(true, a, ours);
    list(false, b, host);
    if (strcmp(ours, host) != 0) {
        fprintf(stderr, "ours: %s\nhost: %s\n", ours, host);
        fail(-1, -2);
    }
    sys_close(a);
    close((int)b);
}

static void go_home(void)
{
    EXPECT(sys_fchdir(our_base), 0);
    assert(fchdir(host_base) == 0);
}

static void compare_working_directory(void)
{
    char ours[4096], host[4096];
    long a = sys_getcwd(ours, sizeof ours);
    const char *at;

    tell("getcwd");
    if (getcwd(host, sizeof host) == NULL) {
        same(7, a, -errno);
        return;
    }
    if (a < 0)
        fail(a, 0);
    same(7, a, (long)strlen(ours) + 1);
    at = strstr(host, "/x/x/x");
    if (at == NULL || strcmp(at, ours) != 0)
        fail(-1, -2);
    if (strlen(ours) < 2 * DEPTH) /* above the base: not further, lest it lead out */
        go_home();
}

/* Compares what stands below the working directory, and removes it on both sides; what is called "x" stays.
 */
static void compare_and_remove(void)
{
    char names[4000], copy[4000], *saved, *entry;
    long here = sys_open(".", O_RDONLY, 0);
    int host_here = open(".", O_RDONLY);

    compare_listing(".");
    list(true, here, names);
    strcpy(copy, names);
    for (entry = strtok_r(copy, " ", &saved); entry != NULL; entry = strtok_r(NULL, " ", &saved)) {
        char *colon = strchr(entry, ':');
        int type = atoi(colon + 1);
        *colon = '\0';
        if (strcmp(entry, ".") == 0 || strcmp(entry, "..") == 0 || strcmp(entry, "x") == 0)
            continue;
        tell("at the end: %s", entry);
        if (type == DT_DIR) {
            same(22, sys_chdir(entry), host_result(chdir(entry)));
            compare_and_remove();
            same(22, sys_fchdir(here), host_result(fchdir(host_here)));
            same(22, sys_rmdir(entry), host_result(rmdir(entry)));
            continue;
        }
        if (type == DT_REG) {
            static unsigned char ours[2000000], host[2000000];
            long a = sys_open(entry, O_RDONLY, 0);
            int b = open(entry, O_RDONLY);
            long n = sys_read(a, ours, sizeof ours);
            same(23, n, read(b, host, sizeof host));
            if (memcmp(ours, host, (size_t)n) != 0)
                fail(-1, -2);
            sys_close(a);
            close(b);
        }
        same(22, sys_unlink(entry), host_result(unlink(entry)));
    }
    sys_close(here);
    close(host_here);
}
