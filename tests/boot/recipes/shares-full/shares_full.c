/*
 * For each file of the arguments: opens it, writes sixteen times, has it brought to its device twice, closes
 * it, and looks at what is there then. A line for each thing, and one for equal ones.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 4096
#define BLOCKS 16

static void show(const char *what, long result)
{
    if (result < 0)
        printf("  %s: errno %d\n", what, errno);
    else
        printf("  %s: %ld\n", what, result);
}

static void show_times(long times, long result)
{
    char what[32];

    snprintf(what, sizeof what, "%ld times write", times);
    show(what, result);
}

static unsigned char byte_at(long offset)
{
    return (unsigned char)(offset * 7 + offset / BLOCK);
}

static void write_all(int file)
{
    static unsigned char bytes[BLOCK];
    long at = 0, last = 0, times = 0;

    for (int i = 0; i < BLOCKS; i++) {
        long result;

        for (long j = 0; j < BLOCK; j++)
            bytes[j] = byte_at(at + j);
        result = write(file, bytes, BLOCK);
        if (times != 0 && result != last) {
            show_times(times, last);
            times = 0;
        }
        last = result;
        times++;
        at += result > 0 ? result : 0;
    }
    show_times(times, last);
}

static void look(const char *name)
{
    static unsigned char bytes[BLOCK * BLOCKS];
    int file = open(name, O_RDONLY);
    long size = read(file, bytes, sizeof bytes), same = 0;

    while (same < size && bytes[same] == byte_at(same))
        same++;
    show("holds", size);
    show("of what was written", same);
    close(file);
}

int main(int count, char **words)
{
    for (int i = 1; i < count; i++) {
        int file = open(words[i], O_RDWR);

        printf("%s\n", words[i]);
        show("open", file < 0 ? -1 : 0);
        if (file >= 0) {
            write_all(file);
            show("fsync", fsync(file));
            show("fsync", fsync(file));
            show("close", close(file));
        }
        look(words[i]);
    }
    return 0;
}
