/*
 * Random calls to a small tree, so that each meets what others have left: names, links, open files that have
 * lost their names, holes. The sum says what all of them returned and showed, whatever the file system's own
 * numbers and orders are.
 */
#define _GNU_SOURCE
#include "show.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OPEN 8
#define LARGEST 70000

static uint64_t state = 1;
static uint32_t sum;
static int files[OPEN];

static unsigned any(unsigned count)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % count;
}

static void add(uint32_t value)
{
    sum = (sum ^ value) * 16777619u + 1;
}

static long say(long result)
{
    add(result < 0 ? (uint32_t)-errno : (uint32_t)result);
    return result;
}

static const char *path(void)
{
    static char texts[4][32];
    static int next;
    char *text = texts[next++ % 4];
    int depth = 1 + (int)any(3), length = 0;

    for (int i = 0; i < depth; i++)
        length += snprintf(text + length, 32 - (size_t)length, "%s%c", i != 0 ? "/" : "", 'a' + (int)any(4));
    if (any(20) == 0)
        strcpy(text + length, any(2) != 0 ? "/" : "/..");
    return text;
}

static void look(const char *name)
{
    struct stat values;

    if (say(lstat(name, &values)) != 0)
        return;
    add(values.st_mode);
    if (!S_ISDIR(values.st_mode)) {
        add((uint32_t)values.st_size);
        add((uint32_t)values.st_nlink);
    }
}

static void content(int file)
{
    static char bytes[LARGEST];
    off_t offset = any(LARGEST);
    long size = pread(file, bytes, any(9000), offset);

    say(size);
    for (long i = 0; i < size; i++)
        add((unsigned char)bytes[i]);
}

static void entries(const char *name)
{
    DIR *directory = opendir(name);
    struct dirent *entry;
    uint32_t all = 0, count = 0;

    say(directory != NULL ? 0 : -1);
    if (directory == NULL)
        return;
    while ((entry = readdir(directory)) != NULL) {
        uint32_t one = 7;

        for (const char *at = entry->d_name; *at != '\0'; at++)
            one = one * 31 + (unsigned char)*at;
        all += one; /* in whatever order */
        count++;
    }
    closedir(directory);
    add(all);
    add(count);
}

static void written(int file)
{
    static char bytes[9000];
    size_t size = any(sizeof(bytes));

    memset(bytes, (int)any(256), size);
    if (any(2) != 0)
        say(pwrite(file, bytes, size, any(LARGEST - sizeof(bytes))));
    else if (lseek(file, 0, SEEK_CUR) < LARGEST)
        say(write(file, bytes, size));
}

static void follow(const char *name)
{
    char target[64];
    long size = say(readlink(name, target, sizeof(target)));

    for (long i = 0; i < size; i++)
        add((unsigned char)target[i]);
}

static void open_one(int *file, const char *name)
{
    static const int flags[] = {O_RDONLY,
                                O_RDWR,
                                O_RDWR | O_CREAT,
                                O_RDWR | O_CREAT | O_EXCL,
                                O_WRONLY | O_CREAT | O_TRUNC,
                                O_RDWR | O_CREAT | O_APPEND,
                                O_RDONLY | O_DIRECTORY,
                                O_RDONLY | O_NOFOLLOW};

    int chosen = flags[any(sizeof(flags) / sizeof(flags[0]))];

    if (*file >= 0)
        say(close(*file));
    *file = open(name, chosen, 0600 + any(0100));
    say(*file < 0 ? -1 : 0);
}

static void allocate(int file)
{
    static const int modes[] = {0, 1, 3, 16, 17};
    int mode = modes[any(5)];
    off_t offset = any(LARGEST / 2);

    say(fallocate(file, mode, offset, 1 + any(LARGEST / 2)));
}

/* A file without a name cannot be made shorter by 9P. */
static int has_name(int file)
{
    struct stat values;

    return fstat(file, &values) != 0 || values.st_nlink != 0;
}

static void step(int plain)
{
    int *file = &files[any(OPEN)];
    const char *name = path(), *other;
    struct stat values;

    switch (any(24)) {
    case 0:
    case 1:
    case 2:
        open_one(file, name);
        break;
    case 3:
    case 4:
        written(*file);
        break;
    case 5:
    case 6:
        content(*file);
        break;
    case 7:
        if (!plain || has_name(*file))
            say(ftruncate(*file, any(LARGEST)));
        break;
    case 8:
        say(truncate(name, any(LARGEST)));
        break;
    case 9:
        if (!plain)
            allocate(*file);
        break;
    case 10:
        if (say(fstat(*file, &values)) == 0 && !S_ISDIR(values.st_mode)) {
            add((uint32_t)values.st_size);
            add((uint32_t)values.st_nlink);
        }
        break;
    case 11:
    case 12:
        say(mkdir(name, 0700 + any(0100)));
        break;
    case 13:
        say(rmdir(name));
        break;
    case 14:
    case 15:
        say(unlink(name));
        break;
    case 16:
    case 17:
        say(rename(name, path()));
        break;
    case 18:
        other = path();
        if (!plain)
            say(syscall(SYS_renameat2, AT_FDCWD, name, AT_FDCWD, other, 1 + any(2)));
        break;
    case 19:
        say(link(name, path()));
        break;
    case 20:
        say(symlink(path(), name));
        break;
    case 21:
        follow(name);
        break;
    case 22:
        say(chmod(name, 0600 + any(0100)));
        break;
    default:
        entries(name);
    }
    look(name);
}

void torture(int steps, int all, int plain)
{
    for (int i = 0; i < OPEN; i++)
        files[i] = -1;
    if (mkdir("torture", 0755) != 0 || chdir("torture") != 0)
        perror("torture");
    for (int i = 1; i <= steps; i++) {
        step(plain);
        if (all || i % 100 == 0)
            printf("%d: %08x\n", i, (unsigned)sum);
    }
}
