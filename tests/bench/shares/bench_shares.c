/*
 * Works on files of a folder of the host, bench_shares [FOLDER], or in the working directory. For each
 * benchmark two lines, behind each of which it waits for one: `begin NAME`, and `end COUNT NANOSECONDS`.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LARGE ((size_t)16 << 20)
#define SMALL ((size_t)4096)
#define ENTRIES 1000

static char *bytes;
static struct stat st;

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void check(int good, const char *what)
{
    if (!good) {
        perror(what);
        exit(1);
    }
}

static void say(const char *line)
{
    char answer;

    fputs(line, stdout);
    fflush(stdout);
    do
        check(read(0, &answer, 1) == 1, "read");
    while (answer != '\n');
}

/* `count` operations of a kind; `number` says which of them it is. */
static void measure(const char *name, unsigned count, void (*operation)(unsigned number))
{
    char line[80];
    uint64_t start;

    sprintf(line, "begin %s\n", name);
    say(line);
    start = now();
    for (unsigned i = 0; i < count; i++)
        operation(i);
    sprintf(line, "end %u %lu\n", count, (unsigned long)(now() - start));
    say(line);
}

static size_t block;

static void write_large(unsigned number)
{
    int file = open("large", O_WRONLY | O_CREAT, 0644);

    (void)number;
    for (size_t done = 0; done < LARGE; done += block)
        check(pwrite(file, bytes, block, (off_t)done) == (ssize_t)block, "write");
    check(close(file) == 0, "close");
}

static void read_large(unsigned number)
{
    int file = open("large", O_RDONLY);

    (void)number;
    for (size_t done = 0; done < LARGE; done += block)
        check(read(file, bytes, block) == (ssize_t)block, "read");
    check(close(file) == 0, "close");
}

static void stat_one(unsigned number)
{
    (void)number;
    check(stat("small", &st) == 0, "stat");
}

static void stat_each(unsigned number)
{
    char name[32];

    sprintf(name, "many/entry-%u", number % ENTRIES);
    check(stat(name, &st) == 0, "stat");
}

static void open_and_close(unsigned number)
{
    (void)number;
    check(close(open("small", O_RDONLY)) == 0, "open");
}

static void read_small(unsigned number)
{
    int file = open("small", O_RDONLY);

    (void)number;
    check(fstat(file, &st) == 0 && read(file, bytes, SMALL) == (ssize_t)SMALL, "read");
    check(close(file) == 0, "close");
}

static void create_and_unlink(unsigned number)
{
    char name[32];

    sprintf(name, "new-%u", number);
    check(close(open(name, O_WRONLY | O_CREAT | O_EXCL, 0644)) == 0, "create");
    check(unlink(name) == 0, "unlink");
}

static void miss(unsigned number)
{
    char name[32];

    sprintf(name, "missing-%u", number % 8);
    check(stat(name, &st) != 0, "missing");
}

static void list(unsigned number)
{
    DIR *folder = opendir("many");
    unsigned seen = 0;

    (void)number;
    while (readdir(folder))
        seen++;
    check(seen == ENTRIES + 2, "readdir");
    closedir(folder);
}

static void list_and_stat(unsigned number)
{
    DIR *folder = opendir("many");
    struct dirent *entry;

    (void)number;
    while ((entry = readdir(folder)))
        check(fstatat(dirfd(folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0, "fstatat");
    closedir(folder);
}

int main(int count, char **words)
{
    static const struct {
        const char *write, *read;
        size_t size;
        unsigned often;
    } large[] = {{"write_4k", "read_4k", 4096, 1},
                 {"write_64k", "read_64k", 65536, 4},
                 {"write_1m", "read_1m", 1 << 20, 8}};

    check(count < 2 || words[1][0] != '/' || chdir(words[1]) == 0, "chdir");
    bytes = aligned_alloc(4096, 1 << 20);
    for (size_t i = 0; i < 1 << 20; i++)
        bytes[i] = (char)(i * 31);
    block = 1 << 20;
    write_large(0);
    for (unsigned i = 0; i < sizeof large / sizeof *large; i++) {
        block = large[i].size;
        measure(large[i].write, large[i].often, write_large);
        measure(large[i].read, large[i].often, read_large);
    }
    measure("stat_one", 2000, stat_one);
    measure("stat_each", ENTRIES, stat_each);
    measure("open_and_close", 1000, open_and_close);
    measure("read_small", 1000, read_small);
    measure("create_and_unlink", 500, create_and_unlink);
    measure("miss", 1000, miss);
    measure("list", 10, list);
    measure("list_and_stat", 2, list_and_stat);
    return 0;
}
