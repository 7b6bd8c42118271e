/* Each thread has a file of its own in both shares, writes and reads it in pieces of all sizes from memory
 * that it has mapped, and looks around in a folder that all change. */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define THREADS 12
#define SIZE 300000
#define ROUNDS 4

static const char *const shares[] = {"/a", "/b"};
static int failures[THREADS];

#define CHECK(number, condition)                                                                             \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            printf("thread %d: line %d\n", number, __LINE__);                                                \
            failures[number]++;                                                                              \
        }                                                                                                    \
    } while (0)

static void look_around(int number, const char *share)
{
    char name[64], other[64];
    struct dirent *entry;
    unsigned seen = 0;
    DIR *dir;

    sprintf(name, "%s/folder/mine-%d", share, number);
    sprintf(other, "%s/folder/moved-%d", share, number);
    CHECK(number, close(open(name, O_CREAT | O_EXCL | O_WRONLY, 0600)) == 0);
    CHECK(number, rename(name, other) == 0);
    sprintf(name, "%s/folder", share);
    dir = opendir(name);
    CHECK(number, dir != NULL);
    while (dir && (entry = readdir(dir)))
        seen++;
    CHECK(number, seen >= 3 && seen <= 2 + 2 * THREADS);
    if (dir)
        closedir(dir);
    CHECK(number, unlink(other) == 0);
}

static void work(int number, const char *share, unsigned round)
{
    unsigned char *data = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned char *back = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t size = SIZE - (unsigned)number * 1001 - round, at = 0;
    struct stat st;
    char name[64];
    int fd;

    CHECK(number, data != MAP_FAILED && back != MAP_FAILED);
    for (size_t i = 0; i < size; i++)
        data[i] = (unsigned char)(i * 31 + (size_t)number * 7 + round);
    sprintf(name, "%s/file-%d", share, number);
    fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK(number, fd >= 0);
    for (size_t part = 1; at < size; part = part * 3 + 1) {
        size_t length = part < size - at ? part : size - at;

        CHECK(number, pwrite(fd, data + at, length, (off_t)at) == (long)length);
        at += length;
    }
    CHECK(number, fstat(fd, &st) == 0 && st.st_size == (long)size);
    CHECK(number, pread(fd, back, SIZE, 0) == (long)size);
    CHECK(number, memcmp(data, back, size) == 0);
    CHECK(number, close(fd) == 0);
    munmap(data, SIZE);
    munmap(back, SIZE);
    look_around(number, share);
}

static void *thread(void *argument)
{
    int number = (int)(long)argument;

    for (unsigned round = 0; round < ROUNDS; round++)
        work(number, shares[(unsigned)(number + (int)round) % 2], round);
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    int failed = 0;

    for (int i = 0; i < 2; i++) {
        char name[64];

        sprintf(name, "%s/folder", shares[i]);
        if (mkdir(name, 0700) != 0)
            failed++;
    }
    for (long i = 0; i < THREADS; i++)
        failed += pthread_create(&threads[i], NULL, thread, (void *)i) != 0;
    for (int i = 0; i < THREADS; i++) {
        failed += pthread_join(threads[i], NULL) != 0;
        failed += failures[i];
    }
    printf("failed: %d\n", failed);
    return failed != 0;
}
