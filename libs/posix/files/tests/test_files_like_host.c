/*
 * The same random calls to our file system and to the host's: the results, the errors, and in the end the
 * trees must be the same.
 *
 * Both work below a chain of directories so long that no ".." of a path or a link leads out of it. What
 * differs by nature is left out: permissions, times, the link counts and sizes of directories.
 */
// sources: ../../fd-table/fd_table.c ../../fd-table/transfer.c ../../fd-table/control.c
// sources: ../../fd-table/duplicate.c ../../fd-table/pieces.c
// sources: ../../fd-table/console_file.c ../../../abi/linux-layout-x86_64/linux_layout.c
// sources: ../../../fs/vfs/vfs.c ../../../fs/vfs/find.c ../../../fs/vfs/change.c
// sources: ../../../fs/vfs/access.c ../../../fs/vfs/path.c
// sources: ../../../fs/ramfs/ramfs.c ../../../fs/ramfs/directory.c ../../../fs/ramfs/content.c
#include "system_calls.h"

#include <dirent.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <sys/syscall.h>

long sys_fallocate(long fd, long mode, long offset, long size);
long sys_renameat2(long old_directory, const char *old_path, long new_directory, const char *new_path,
                   long flags);

#ifndef SETTLE
#define SETTLE() ((void)0)
#endif
#ifndef SEEDS
#define SEEDS 30
#endif
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

static void random_step(void)
{
    char path[200], other[200], text[200], host_text[200];
    struct stat our, theirs;
    unsigned slot = pick(FILES);
    long size = pick(3) == 0 ? pick(200000) : pick(10000), a, b;

    random_path(path);
    random_path(other);
    switch (pick(28)) {
    case 0:
    case 1:
    case 2:
        open_slot(slot, path);
        break;
    case 3:
        close_slot(slot);
        break;
    case 4:
    case 5:
    case 6:
    case 7:
        if (files[slot].host >= 0)
            move_bytes(slot, pick(4));
        break;
    case 8:
        if (files[slot].host < 0)
            break;
        tell("lseek(%u, %ld)", slot, size - 5000);
        b = fstat(files[slot].host, &theirs);
        if (b != 0 || S_ISDIR(theirs.st_mode))
            break;
        a = pick(3);
        same(8, sys_lseek(files[slot].ours, size - 5000, a),
             host_result(lseek(files[slot].host, size - 5000, (int)a)));
        break;
    case 9:
        if (files[slot].host < 0)
            break;
        tell("ftruncate(%u, %ld)", slot, size);
        same(9, sys_ftruncate(files[slot].ours, size), host_result(ftruncate(files[slot].host, size)));
        break;
    case 10:
        tell("truncate(\"%s\", %ld)", path, size);
        same(10, sys_truncate(path, size), host_result(truncate(path, size)));
        break;
    case 11:
    case 12:
        tell("mkdir(\"%s\")", path);
        same(11, sys_mkdir(path, 0777), host_result(mkdir(path, 0777)));
        break;
    case 13:
        tell("rmdir(\"%s\")", path);
        same(12, sys_rmdir(path), host_result(rmdir(path)));
        break;
    case 14:
        tell("unlink(\"%s\")", path);
        same(13, sys_unlink(path), host_result(unlink(path)));
        break;
    case 15:
    case 16:
    case 17:
        tell("rename(\"%s\", \"%s\")", path, other);
        switch (pick(4)) {
        case 0:
            tell("exchange \"%s\" and \"%s\"", path, other);
            same(24, sys_renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE),
                 host_result(syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE)));
            break;
        case 1:
            tell("rename \"%s\" to \"%s\" if that is free", path, other);
            same(25, sys_renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_NOREPLACE),
                 host_result(syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, other, RENAME_NOREPLACE)));
            break;
        default:
            same(14, sys_rename(path, other), host_result(rename(path, other)));
        }
        break;
    case 18:
        tell("link(\"%s\", \"%s\")", path, other);
        same(15, sys_link(path, other), host_result(link(path, other)));
        break;
    case 19:
        /* At most one "..", so that 40 links lead up by no more than 40. */
        snprintf(text, sizeof text, "%s%s%s", pick(3) == 0 ? "../" : "", (char[]){(char)('a' + pick(5)), 0},
                 pick(4) == 0   ? "/b"
                 : pick(6) == 0 ? "/"
                                : "");
        tell("symlink(\"%s\", \"%s\")", text, path);
        same(16, sys_symlink(text, path), host_result(symlink(text, path)));
        break;
    case 20:
        tell("readlink(\"%s\")", path);
        size = 1 + pick(20);
        memset(text, 0, sizeof text);
        memset(host_text, 0, sizeof host_text);
        same(17, sys_readlink(path, text, size), host_result(readlink(path, host_text, (size_t)size)));
        if (strcmp(text, host_text) != 0)
            fail(-1, -2);
        break;
    case 21:
        tell("stat(\"%s\")", path);
        a = sys_stat(path, &our);
        same_stat(18, a, &our, host_result(stat(path, &theirs)), &theirs);
        break;
    case 22:
        tell("lstat(\"%s\")", path);
        a = sys_lstat(path, &our);
        same_stat(19, a, &our, host_result(lstat(path, &theirs)), &theirs);
        break;
    case 23:
        if (files[slot].host < 0)
            break;
        tell("fstat(%u)", slot);
        a = sys_fstat(files[slot].ours, &our);
        same_stat(20, a, &our, host_result(fstat(files[slot].host, &theirs)), &theirs);
        break;
    case 24:
        compare_listing(path[0] != '\0' ? path : ".");
        break;
    case 25:
        if (files[slot].host < 0)
            break;
        a = pick(5000);
        b = pick(2) == 0 ? FALLOC_FL_KEEP_SIZE : 0;
        if (pick(2) == 0)
            b = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
        tell("fallocate(%u, %ld, %ld, %ld)", slot, b, a, size);
        same(26, sys_fallocate(files[slot].ours, b, a, size),
             host_result(syscall(SYS_fallocate, files[slot].host, (int)b, a, size)));
        break;
    case 26:
        if (files[slot].host < 0)
            break;
        tell("fsync(%u)", slot);
        same(27, sys_fsync(files[slot].ours), host_result(fsync(files[slot].host)));
        break;
    default:
        tell("chdir(\"%s\")", path);
        same(21, sys_chdir(path), host_result(chdir(path)));
        compare_working_directory();
        if (pick(4) == 0)
            go_home();
    }
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

static void run(uint64_t seed, unsigned long steps)
{
    state = seed;
    for (unsigned i = 0; i < FILES; i++)
        files[i].host = -1;
    go_home();
    for (step = 0; step < steps; step++) {
        char here[4096];
        random_step();
        if (getcwd(here, sizeof here) == NULL) { /* removed */
            tell("getcwd");
            same(7, sys_getcwd(here, sizeof here), -errno);
            go_home();
        }
    }
    for (unsigned i = 0; i < FILES; i++)
        close_slot(i);
    go_home();
    for (int i = 0; i < DEPTH; i++) { /* ".." has led to the directories above */
        compare_and_remove();
        same(21, sys_chdir(".."), host_result(chdir("..")));
    }
    go_home();
    SETTLE();
}

int main(int argc, char **argv)
{
    char top[] = "/dev/shm/files-XXXXXX", local[] = "files-XXXXXX";
    const char *folder = mkdtemp(top);
    size_t before;

    if (folder == NULL)
        folder = mkdtemp(local);
    assert(folder != NULL && chdir(folder) == 0);
    int host_top = open(".", O_RDONLY);
    umask(0);
    sys_umask(0);
    assert(vfs_init() == 0);
    for (int i = 0; i < DEPTH; i++) {
        EXPECT(sys_mkdir("x", 0777), 0);
        EXPECT(sys_chdir("x"), 0);
        assert(mkdir("x", 0777) == 0 && chdir("x") == 0);
    }
    host_base = open(".", O_RDONLY);
    our_base = sys_open(".", O_RDONLY, 0);
    EXPECT(sys_close(sys_open("first", O_CREAT | O_RDWR, 0600)), 0); /* what is allocated once, is */
    EXPECT(sys_unlink("first"), 0);
    SETTLE();
    before = fake_live;
    for (uint64_t seed = 1; seed <= (argc > 1 ? strtoull(argv[1], NULL, 10) : SEEDS); seed++) {
        run(seed, 2500);
        assert(fake_live == before); /* every node, name and page is gone again */
    }
    for (unsigned kind = 0; kind < 28; kind++) {
        /* A test that only ever compares errors compares nothing. */
        if (succeeded[kind] <= 20) {
            fprintf(stderr, "kind %u: only %lu of %lu succeeded\n", kind, succeeded[kind], compared[kind]);
            abort();
        }
    }

    assert(fchdir(host_top) == 0);
    for (int depth = DEPTH; depth > 0; depth--) {
        char path[2 * DEPTH + 1] = "";
        for (int i = 0; i < depth; i++)
            strcat(path, i == 0 ? "x" : "/x");
        assert(rmdir(path) == 0);
    }
    assert(chdir("..") == 0 && rmdir(folder) == 0);
    fake_reset();
    return 0;
}
