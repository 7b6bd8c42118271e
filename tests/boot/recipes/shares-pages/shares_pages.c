/*
 * Each line that it reads is one thing to do, which it answers with a line: a result, and of what was read
 * the Adler-32 sum (RFC 1950).
 *
 *     open NUMBER PATH        NUMBER: 0 to 7
 *     close NUMBER
 *     read NUMBER OFFSET COUNT
 *     write NUMBER OFFSET COUNT SEED
 *     cut NUMBER SIZE
 *     sync NUMBER
 *     size NUMBER
 *     map NUMBER, look OFFSET COUNT, put OFFSET COUNT SEED, unmap      the first 64 KiB
 *     stat PATH, remove PATH, rename PATH PATH
 *     end
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 8
#define MOST ((size_t)1 << 20)
#define MAPPED ((size_t)64 << 10)

static int files[FILES];
static unsigned char *bytes, *mapped;

static uint32_t hash_of(const unsigned char *data, size_t count)
{
    uint32_t a = 1, b = 0;

    for (size_t i = 0; i < count; i++) {
        a = (a + data[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static void fill(unsigned char *to, size_t count, unsigned seed)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (unsigned char)(i * 31 + (i >> 8) + seed);
}

static void answer(long result, uint32_t hash)
{
    printf("= %ld %u\n", result < 0 ? -errno : result, hash);
    fflush(stdout);
}

static void work(const char *word, unsigned number, long first, long second, unsigned seed, const char *path,
                 const char *other)
{
    int file = files[number % FILES];
    struct stat st;
    long result = -1;
    uint32_t hash = 0;

    errno = EINVAL;
    if (strcmp(word, "open") == 0) {
        result = files[number % FILES] = open(path, O_RDWR | O_CREAT, 0644);
    } else if (strcmp(word, "close") == 0) {
        result = close(file);
    } else if (strcmp(word, "read") == 0) {
        result = pread(file, bytes, (size_t)second, first);
        hash = result > 0 ? hash_of(bytes, (size_t)result) : 0;
    } else if (strcmp(word, "write") == 0) {
        fill(bytes, (size_t)second, seed);
        result = pwrite(file, bytes, (size_t)second, first);
    } else if (strcmp(word, "cut") == 0) {
        result = ftruncate(file, first);
    } else if (strcmp(word, "sync") == 0) {
        result = fsync(file);
    } else if (strcmp(word, "size") == 0) {
        result = fstat(file, &st) == 0 ? (long)st.st_size : -1;
    } else if (strcmp(word, "stat") == 0) {
        result = stat(path, &st) == 0 ? (long)st.st_size : -1;
    } else if (strcmp(word, "remove") == 0) {
        result = unlink(path);
    } else if (strcmp(word, "rename") == 0) {
        result = rename(path, other);
    } else if (strcmp(word, "map") == 0) {
        mapped = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        result = mapped == MAP_FAILED ? -1 : 0;
    } else if (strcmp(word, "look") == 0) {
        hash = hash_of(mapped + first, (size_t)second);
        result = second;
    } else if (strcmp(word, "put") == 0) {
        fill(mapped + first, (size_t)second, seed);
        result = second;
    } else if (strcmp(word, "unmap") == 0) {
        result = munmap(mapped, MAPPED);
    }
    answer(result, hash);
}

int main(void)
{
    char line[300], word[16], path[128], other[128];

    bytes = malloc(MOST);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        long numbers[4] = {0};

        *path = *other = '\0';
        if (sscanf(line, "%15s", word) != 1 || strcmp(word, "end") == 0)
            break;
        if (strcmp(word, "open") == 0)
            sscanf(line, "%*s %ld %127s", &numbers[0], path);
        else if (strcmp(word, "stat") == 0 || strcmp(word, "remove") == 0 || strcmp(word, "rename") == 0)
            sscanf(line, "%*s %127s %127s", path, other);
        else if (strcmp(word, "look") == 0 || strcmp(word, "put") == 0)
            sscanf(line, "%*s %ld %ld %ld", &numbers[1], &numbers[2], &numbers[3]);
        else
            sscanf(line, "%*s %ld %ld %ld %ld", &numbers[0], &numbers[1], &numbers[2], &numbers[3]);
        work(word, (unsigned)numbers[0], numbers[1], numbers[2], (unsigned)numbers[3], path, other);
    }
    return 0;
}
