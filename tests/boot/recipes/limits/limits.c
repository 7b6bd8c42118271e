/* What a program gets up to its limits, and not beyond. */
#define _GNU_SOURCE
#include "../expect.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define MB ((size_t)1 << 20)

static void set(int resource, rlim_t now)
{
    struct rlimit limit = {now, RLIM_INFINITY};

    EXPECT(setrlimit(resource, &limit) == 0);
}

static void *map(size_t size, int protection, int flags)
{
    return mmap(NULL, size, protection, flags | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static void address_space(void)
{
    set(RLIMIT_AS, 64 * MB); /* with the first stack and what else is there */
    char *half = map(32 * MB, PROT_NONE, MAP_PRIVATE);
    EXPECT(half != MAP_FAILED);
    EXPECT(map(32 * MB, PROT_NONE, MAP_PRIVATE) == MAP_FAILED && errno == ENOMEM);
    EXPECT(mremap(half, 32 * MB, 64 * MB, MREMAP_MAYMOVE) == MAP_FAILED && errno == ENOMEM);
    /* In place of what is there it takes nothing more. */
    EXPECT(mmap(half, 32 * MB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == half);
    EXPECT(munmap(half, 32 * MB) == 0);
    EXPECT((half = map(32 * MB, PROT_NONE, MAP_PRIVATE)) != MAP_FAILED && munmap(half, 32 * MB) == 0);
    set(RLIMIT_AS, RLIM_INFINITY);
    EXPECT((half = map(512 * MB, PROT_NONE, MAP_PRIVATE)) != MAP_FAILED && munmap(half, 512 * MB) == 0);
    puts("address space ok");
}

static void data(void)
{
    char *end = sbrk(0), *place;

    set(RLIMIT_DATA, 16 * MB);
    EXPECT(map(32 * MB, PROT_READ | PROT_WRITE, MAP_PRIVATE) == MAP_FAILED && errno == ENOMEM);
    EXPECT(brk(end + 32 * MB) == -1 && errno == ENOMEM);
    place = map(32 * MB, PROT_READ, MAP_PRIVATE);
    EXPECT(place != MAP_FAILED && munmap(place, 32 * MB) == 0);
    set(RLIMIT_DATA, RLIM_INFINITY);
    puts("data ok");
}

static volatile sig_atomic_t told;

static void tell(int signal)
{
    told += signal == SIGXFSZ;
}

static void file_size(void)
{
    char bytes[300] = {0};
    int file = open("/file", O_CREAT | O_RDWR, 0600);

    EXPECT(file >= 0 && signal(SIGXFSZ, tell) != SIG_ERR);
    set(RLIMIT_FSIZE, 1000);
    EXPECT(write(file, bytes, 300) == 300 && pwrite(file, bytes, 300, 900) == 100 && told == 0);
    EXPECT(pwrite(file, bytes, 1, 1000) == -1 && errno == EFBIG && told == 1);
    EXPECT(pwrite(file, bytes, 0, 1000) == 0 && told == 1);
    EXPECT(ftruncate(file, 1000) == 0 && told == 1);
    EXPECT(ftruncate(file, 1001) == -1 && errno == EFBIG && told == 2);
    EXPECT(truncate("/file", 1001) == -1 && errno == EFBIG && told == 3);
    EXPECT(lseek(file, 0, SEEK_END) == 1000 && close(file) == 0);
    puts("file size ok");
}

int main(void)
{
    address_space();
    data();
    file_size();
    return 0;
}
