/* What files and directories do, in the folder that the argument names; Linux says the same. */
#define _GNU_SOURCE
#include "show.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define KEEP_SIZE 1 /* fallocate(2) */
#define PUNCH_HOLE 2
#define ZERO_RANGE 16
#define SIZE 20000

static void fill(int file)
{
    static char bytes[SIZE];

    for (int i = 0; i < SIZE; i++)
        bytes[i] = (char)(1 + i % 251);
    if (ftruncate(file, 0) != 0 || pwrite(file, bytes, SIZE, 0) != SIZE)
        perror("fill");
}

static void allocate(int file, int mode, off_t offset, off_t length)
{
    static char bytes[3 * SIZE];
    struct stat values;
    unsigned sum = 0;
    long size;

    fill(file);
    printf("fallocate %d %ld %ld:", mode, (long)offset, (long)length);
    show("", fallocate(file, mode, offset, length));
    fstat(file, &values);
    size = pread(file, bytes, sizeof(bytes), 0);
    for (long i = 0; i < size; i++)
        sum = sum * 31 + (unsigned char)bytes[i];
    printf("  size %ld, %ld bytes, %08x\n", (long)values.st_size, size, sum);
}

static void room(void)
{
    int file = open("room", O_CREAT | O_RDWR, 0644), reader = open("room", O_RDONLY), pipes[2];

    allocate(file, 0, 0, 100);
    allocate(file, 0, 19000, 5000);
    allocate(file, KEEP_SIZE, 19000, 5000);
    allocate(file, KEEP_SIZE, 30000, 5000);
    allocate(file, PUNCH_HOLE | KEEP_SIZE, 4096, 8192);
    allocate(file, PUNCH_HOLE | KEEP_SIZE, 5000, 100);
    allocate(file, PUNCH_HOLE | KEEP_SIZE, 1000, 17000);
    allocate(file, PUNCH_HOLE | KEEP_SIZE, 19000, 90000);
    allocate(file, PUNCH_HOLE, 4096, 4096);
    allocate(file, ZERO_RANGE, 4000, 9000);
    allocate(file, ZERO_RANGE, 15000, 9000);
    allocate(file, ZERO_RANGE | KEEP_SIZE, 15000, 9000);
    allocate(file, ZERO_RANGE | PUNCH_HOLE | KEEP_SIZE, 0, 4096);
    allocate(file, 256, 0, 4096);
    allocate(file, 0, -1, 4096);
    allocate(file, 0, 0, 0);
    allocate(file, 0, INT64_MAX, 2);
    SHOW(fallocate(reader, 0, 0, 10));
    SHOW(fallocate(99, 0, 0, 10));
    SHOW(pipe(pipes));
    SHOW(fallocate(pipes[1], 0, 0, 10));
    SHOW(sync_file_range(file, 0, 0, 0));
    SHOW(sync_file_range(file, 0, 0, 7));
    SHOW(sync_file_range(file, 4096, 4096, 2));
    SHOW(sync_file_range(file, 1 << 30, 10, 7));
    SHOW(sync_file_range(file, 0, 10, 8));
    SHOW(sync_file_range(file, -1, 10, 2));
    SHOW(sync_file_range(file, 0, -1, 2));
    SHOW(sync_file_range(file, INT64_MAX, 2, 2));
    SHOW(sync_file_range(reader, 0, 0, 7));
    SHOW(sync_file_range(pipes[0], 0, 0, 7));
    SHOW(sync_file_range(99, 0, 0, 7));
    SHOW(fdatasync(file));
    SHOW(fdatasync(reader));
    SHOW(fsync(pipes[0]));
    SHOW(posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED));
    close(pipes[0]);
    close(pipes[1]);
    close(reader);
    close(file);
}

static void file_system(void)
{
    static char bytes[1 << 16];
    struct statvfs before, after;
    int file = open("space", O_CREAT | O_WRONLY, 0644);

    SHOW(statvfs(".", &before));
    for (int i = 0; i < 16; i++)
        if (write(file, bytes, sizeof(bytes)) != sizeof(bytes))
            perror("write");
    fsync(file);
    SHOW(fstatvfs(file, &after));
    printf("names of %lu, blocks %d, order %d\n", after.f_namemax,
           after.f_bsize >= 512 && after.f_frsize >= 512,
           after.f_bavail <= after.f_bfree && after.f_bfree <= after.f_blocks);
    printf("same %d %d\n", before.f_fsid == after.f_fsid, before.f_blocks == after.f_blocks);
    SHOW(statvfs("nothing", &after));
    SHOW(statvfs("space/x", &after));
    close(file);
}

static void set_times(const char *what, const struct timespec times[2])
{
    struct stat values;

    if (utimensat(AT_FDCWD, "times", times, 0) != 0) {
        show(what, -1);
        return;
    }
    stat("times", &values);
    printf("%s: %lld.%09ld %lld.%09ld\n", what, (long long)values.st_atim.tv_sec, values.st_atim.tv_nsec,
           (long long)values.st_mtim.tv_sec, values.st_mtim.tv_nsec);
}

static void times(void)
{
    const struct timespec fine[2] = {{1000000000, 123456789}, {1500000000, 987654321}};
    const struct timespec early[2] = {{-1, 999999999}, {-86400, 1}};
    const struct timespec late[2] = {{1ll << 32, 5}, {1ll << 33, 999999999}};
    const struct timespec some[2] = {{7, UTIME_OMIT}, {8, 8}};
    const struct timespec wrong[2] = {{7, 1000000000}, {8, 8}}, negative[2] = {{7, 7}, {8, -1}};
    struct stat values, links;

    close(open("times", O_CREAT | O_WRONLY, 0644));
    set_times("fine", fine);
    set_times("early", early);
    set_times("late", late);
    set_times("some", some);
    set_times("wrong", wrong);
    set_times("negative", negative);
    symlink("times", "link");
    SHOW(utimensat(AT_FDCWD, "link", fine, AT_SYMLINK_NOFOLLOW));
    stat("times", &values);
    lstat("link", &links);
    printf("the link's own: %ld %ld\n", (long)links.st_mtim.tv_nsec, (long)values.st_mtim.tv_nsec);
}

#define MANY 600

static char seen[MANY];

static int number_of(const struct dirent *entry)
{
    return entry->d_name[0] == 'n' ? atoi(entry->d_name + 1) : -1;
}

static void name(char *text, int number)
{
    snprintf(text, 16, "many/n%d", number);
}

static void check(const char *what, const char *kept)
{
    int missing = 0, twice = 0, ghosts = 0;

    for (int i = 0; i < MANY; i++) {
        missing += kept[i] && seen[i] == 0;
        twice += seen[i] > 1;
        ghosts += kept[i] == 0 && seen[i] != 0;
    }
    printf("%s: %d missing, %d twice, %d that are gone\n", what, missing, twice, ghosts);
}

/* Names go while a directory is read, and places in it are gone back to. */
static void directories(void)
{
    static char kept[MANY];
    char text[16];
    struct dirent *entry;
    DIR *directory;
    long half = 0;
    int count = 0, others = 0;

    mkdir("many", 0755);
    for (int i = 0; i < MANY; i++) {
        name(text, i);
        close(open(text, O_CREAT | O_WRONLY, 0644));
        kept[i] = 1;
    }
    directory = opendir("many");
    while ((entry = readdir(directory)) != NULL) {
        int number = number_of(entry);

        others += number < 0;
        if (number >= 0)
            seen[number]++;
        if (++count == MANY / 2)
            half = telldir(directory);
    }
    check("all", kept);
    printf("and %d others\n", others);

    /* What was passed before the half goes, and every third behind it. */
    seekdir(directory, half);
    memset(seen, 0, sizeof(seen));
    while ((entry = readdir(directory)) != NULL)
        if (number_of(entry) >= 0)
            seen[number_of(entry)]++;
    for (int i = 0; i < MANY; i++)
        kept[i] = seen[i];
    for (int i = 0; i < MANY; i++)
        if (!kept[i] || i % 3 == 0) {
            name(text, i);
            if (unlink(text) != 0)
                perror(text);
            kept[i] = 0;
        }
    seekdir(directory, half);
    memset(seen, 0, sizeof(seen));
    while ((entry = readdir(directory)) != NULL)
        if (number_of(entry) >= 0)
            seen[number_of(entry)]++;
    check("from the half on", kept);
    rewinddir(directory);
    memset(seen, 0, sizeof(seen));
    while ((entry = readdir(directory)) != NULL)
        if (number_of(entry) >= 0)
            seen[number_of(entry)]++;
    check("from the beginning", kept);

    /* Each is removed as it is found, as rm -r does. */
    rewinddir(directory);
    for (count = 0; (entry = readdir(directory)) != NULL;)
        if (number_of(entry) >= 0) {
            name(text, number_of(entry));
            count += unlink(text) == 0;
        }
    closedir(directory);
    show("rmdir", rmdir("many"));
}

int main(int count, char **words)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    umask(022);
    if (count > 1 && chdir(words[1]) != 0)
        perror(words[1]);
    if (mkdir("files", 0755) != 0 || chdir("files") != 0)
        perror("files");
    room();
    file_system();
    times();
    directories();
    torture(count > 2 ? atoi(words[2]) : 3000, count > 3 && !strcmp(words[3], "all"),
            count > 3 && !strcmp(words[3], "plain"));
    return 0;
}
