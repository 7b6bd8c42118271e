/*
 * Works on files below a folder, and prints what every call did. On Linux it prints the same: nothing that
 * differs from run to run is printed.
 *
 *     shares FOLDER [[not] PART...]
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

static void say(const char *what, long result)
{
    if (result < 0)
        printf("%s: errno %d\n", what, errno);
    else
        printf("%s: %ld\n", what, result);
}

#define SAY(call) say(#call, (long)(call))

static void show(const char *path)
{
    struct stat st;

    if (lstat(path, &st) != 0)
        printf("%s: errno %d\n", path, errno);
    else
        printf("%s: mode %o links %lu size %ld\n", path, (unsigned)st.st_mode, (unsigned long)st.st_nlink,
               S_ISDIR(st.st_mode) ? 0L : (long)st.st_size);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path)
{
    DIR *dir = opendir(path);
    static char *names[2048];
    unsigned count = 0;
    struct dirent *entry;

    if (!dir) {
        printf("list %s: errno %d\n", path, errno);
        return;
    }
    while (count < 2048 && (entry = readdir(dir))) {
        char *name = malloc(strlen(entry->d_name) + 8);

        sprintf(name, "%s %d", entry->d_name, entry->d_type);
        names[count++] = name;
    }
    closedir(dir);
    qsort(names, count, sizeof *names, by_name);
    printf("list %s: %u\n", path, count);
    for (unsigned i = 0; i < count; i++) {
        if (count < 20)
            printf("  %s\n", names[i]);
        free(names[i]);
    }
}

static void files(void)
{
    char buffer[64];
    struct iovec parts[2] = {{"one ", 4}, {"two", 3}};
    int fd;

    SAY(open("missing", O_RDONLY));
    SAY(fd = open("file", O_RDWR | O_CREAT | O_EXCL, 0640));
    SAY(open("file", O_RDWR | O_CREAT | O_EXCL, 0640));
    SAY(write(fd, "hello, host\n", 12));
    SAY(pwrite(fd, "HELLO", 5, 0));
    SAY(pread(fd, buffer, sizeof buffer, 0));
    printf("%.12s", buffer);
    SAY(pread(fd, buffer, sizeof buffer, 100));
    SAY(lseek(fd, 0, SEEK_END));
    SAY(writev(fd, parts, 2));
    SAY(lseek(fd, -3, SEEK_CUR));
    SAY(read(fd, buffer, sizeof buffer));
    show("file");
    SAY(ftruncate(fd, 5));
    show("file");
    SAY(ftruncate(fd, 5000));
    memset(buffer, 'x', sizeof buffer);
    SAY(pread(fd, buffer, 10, 4990));
    printf("%d %d\n", buffer[0], buffer[9]);
    SAY(fsync(fd));
    SAY(fdatasync(fd));
    SAY(close(fd));
    SAY(truncate("file", 3));
    SAY(chmod("file", 0600));
    show("file");
    SAY(fd = open("file", O_WRONLY | O_APPEND));
    SAY(write(fd, "+", 1));
    SAY(write(fd, "+", 1));
    SAY(close(fd));
    show("file");
    SAY(fd = open("file", O_RDONLY));
    SAY(read(fd, buffer, sizeof buffer));
    printf("%.5s\n", buffer);
    SAY(write(fd, "no", 2));
    SAY(close(fd));
    SAY(open("file/below", O_RDONLY));
    SAY(open(".", O_WRONLY));
}

static void names(void)
{
    char target[300], name[300];
    int fd;

    SAY(mkdir("folder", 0750));
    SAY(mkdir("folder", 0750));
    SAY(mkdir("folder/in", 0700));
    SAY(mkdir("nowhere/in", 0700));
    SAY(close(open("folder/in/a", O_WRONLY | O_CREAT, 0644)));
    SAY(symlink("folder/in/a", "pointer"));
    SAY(symlink("x", "pointer"));
    SAY(readlink("pointer", target, sizeof target));
    printf("%.11s\n", target);
    show("pointer");
    SAY(readlink("folder", target, sizeof target));
    SAY(link("folder/in/a", "folder/b"));
    SAY(link("folder/in/a", "folder/b"));
    SAY(link("folder", "folder2"));
    show("folder/b");
    SAY(access("pointer", R_OK));
    SAY(rmdir("folder"));
    SAY(rmdir("folder/b"));
    SAY(unlink("folder/in"));
    SAY(rename("folder/b", "moved"));
    SAY(rename("folder/b", "moved"));
    SAY(rename("moved", "folder/in/moved"));
    show("folder/in/moved");
    SAY(rename("folder", "folder/in/below"));
    SAY(rename("folder/in", "in"));
    list("in");
    list("folder");
    SAY(rename("in", "folder"));
    list("folder");
    SAY(rename("folder/moved", "pointer"));
    show("pointer");
    list(".");
    SAY(chdir("folder"));
    SAY(chdir(".."));
    SAY(access("folder/a", F_OK));
    memset(name, 'n', 255);
    name[255] = '\0';
    SAY(fd = open(name, O_CREAT | O_WRONLY, 0600));
    SAY(close(fd));
    SAY(unlink(name));
    name[255] = 'n';
    name[256] = '\0';
    SAY(open(name, O_CREAT | O_WRONLY, 0600));
}

/* QEMU's 9P server makes none. */
static void special(void)
{
    SAY(mkfifo("pipe", 0600));
    show("pipe");
    SAY(unlink("pipe"));
}

/* A file that has no name any more is a file still. */
static void nameless(void)
{
    char buffer[16] = "";
    struct stat st;
    int fd;

    SAY(fd = open("short-lived", O_RDWR | O_CREAT, 0600));
    SAY(write(fd, "still here", 10));
    SAY(unlink("short-lived"));
    SAY(open("short-lived", O_RDONLY));
    SAY(write(fd, "!", 1));
    SAY(pread(fd, buffer, sizeof buffer, 0));
    printf("%.11s\n", buffer);
    SAY(fstat(fd, &st));
    printf("size %ld links %lu\n", (long)st.st_size, (unsigned long)st.st_nlink);
    SAY(close(fd));
}

static void times(void)
{
    struct timespec when[2] = {{1000000000, 123456789}, {-5, 250000000}};
    struct stat st;

    SAY(close(open("dated", O_CREAT | O_WRONLY, 0600)));
    SAY(utimensat(AT_FDCWD, "dated", when, 0));
    SAY(stat("dated", &st));
    printf("%ld.%09ld %ld.%09ld\n", (long)st.st_atim.tv_sec, st.st_atim.tv_nsec, (long)st.st_mtim.tv_sec,
           st.st_mtim.tv_nsec);
    SAY(utimensat(AT_FDCWD, "dated", NULL, 0));
    SAY(stat("dated", &st));
    printf("now: %d\n", st.st_mtim.tv_sec > 1500000000);
    SAY(unlink("dated"));
}

static unsigned char byte_at(size_t i)
{
    return (unsigned char)(i * 7 + (i >> 8) * 13 + (i >> 16) * 29);
}

/* More than one message can hold, and at odd places. */
static void big(void)
{
    size_t size = 3000001, wrong = 0;
    unsigned char *data = malloc(size + 1), *back = malloc(size + 100);
    int fd;

    for (size_t i = 0; i < size; i++)
        data[i] = byte_at(i);
    SAY(fd = open("big", O_RDWR | O_CREAT | O_TRUNC, 0644));
    SAY(write(fd, data, size));
    show("big");
    SAY(pread(fd, back, size + 100, 0));
    for (size_t i = 0; i < size; i++)
        wrong += back[i] != data[i];
    SAY(pread(fd, back + 1, 1000003, 999));
    for (size_t i = 0; i < 1000003; i++)
        wrong += back[i + 1] != data[i + 999];
    SAY(pwrite(fd, data + 1, 700001, 4097));
    SAY(pread(fd, back, 700001, 4097));
    for (size_t i = 0; i < 700001; i++)
        wrong += back[i] != data[i + 1];
    printf("wrong bytes: %zu\n", wrong);
    SAY(close(fd));
    free(data);
    free(back);
}

/* More entries than one message holds, while some go. */
static void many(void)
{
    struct dirent *entry;
    char name[32];
    unsigned seen = 0, bad = 0;
    DIR *dir;

    SAY(mkdir("many", 0700));
    for (unsigned i = 0; i < 1000; i++) {
        sprintf(name, "many/entry-%04u", i);
        bad += close(open(name, O_CREAT | O_WRONLY, 0600)) != 0;
    }
    list("many");
    dir = opendir("many");
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        sprintf(name, "many/%s", entry->d_name);
        bad += unlink(name) != 0;
        seen++;
    }
    closedir(dir);
    printf("seen %u, failed %u\n", seen, bad);
    list("many");
    SAY(rmdir("many"));
}

static void space(void)
{
    struct statvfs fs;

    SAY(statvfs(".", &fs));
    printf("%d %d %lu\n", fs.f_bsize > 0, fs.f_bavail <= fs.f_blocks, fs.f_namemax);
}

static void given(void)
{
    char buffer[64] = "";
    int fd;

    SAY(fd = open("given/by/the/host", O_RDONLY));
    SAY(read(fd, buffer, sizeof buffer - 1));
    printf("%s", buffer);
    SAY(close(fd));
    list("given");
    SAY(fd = open("for-the-host", O_CREAT | O_WRONLY | O_TRUNC, 0644));
    SAY(write(fd, "from the image\n", 15));
    SAY(close(fd));
}

static const struct {
    const char *name;
    void (*run)(void);
} parts[] = {
    {"given", given}, {"files", files}, {"names", names}, {"nameless", nameless}, {"times", times},
    {"big", big},     {"many", many},   {"space", space}, {"special", special},
};

/* The names of parts are what is to be done, or, behind "not", what is to be left out; all without any. */
static int asked(char **words, const char *name)
{
    int leave = *words && strcmp(*words, "not") == 0, named = !*words;

    for (words += leave; *words; words++)
        named |= strcmp(*words, name) == 0;
    return named != leave;
}

int main(int argc, char **argv)
{
    if (argc < 2 || chdir(argv[1]) != 0) {
        printf("no folder: errno %d\n", errno);
        return 1;
    }
    umask(022);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!asked(argv + 2, parts[i].name))
            continue;
        printf("-- %s\n", parts[i].name);
        parts[i].run();
    }
    return 0;
}
