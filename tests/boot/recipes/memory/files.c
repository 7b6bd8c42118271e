#include "cases.h"

#include <sys/stat.h>

#define NAME "/memory-test"

static int make(size_t size)
{
    int fd = open(NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);

    CHECK(fd >= 0);
    for (size_t i = 0; i < size; i++) {
        char byte = (char)('a' + i / PAGE);

        CHECK(pwrite(fd, &byte, 1, (off_t)i) == 1);
        if (i % PAGE == 20 && i + PAGE < size)
            i += PAGE - 40; /* both ends of each page will do */
    }
    CHECK(ftruncate(fd, (off_t)size) == 0);
    return fd;
}

static char *map_file(int fd, size_t size, int protection, int flags, off_t offset)
{
    char *start = mmap(NULL, size, protection, flags, fd, offset);

    CHECK(start != MAP_FAILED);
    return start;
}

void private_files(void)
{
    int fd = make(3 * PAGE + 100);
    char *start = map_file(fd, 4 * PAGE, READ_WRITE, MAP_PRIVATE, 0), byte;

    CHECK(close(fd) == 0); /* the mapping keeps the file */
    CHECK(peek(start) == 'a' && peek(start + PAGE) == 'b' && peek(start + 3 * PAGE + 99) == 'd');
    CHECK(peek(start + 3 * PAGE + 100) == 0 && peek(start + 4 * PAGE - 1) == 0);
    poke(start + PAGE, 'X');
    CHECK(peek(start + PAGE) == 'X' && peek(start + PAGE + 1) == 'b');
    fd = open(NAME, O_RDONLY);
    CHECK(pread(fd, &byte, 1, PAGE) == 1 && byte == 'b');
    CHECK(madvise(start + PAGE, PAGE, MADV_DONTNEED) == 0 && peek(start + PAGE) == 'b');
    CHECK(munmap(start, 4 * PAGE) == 0);
    start =
        map_file(fd, PAGE, READ_WRITE, MAP_PRIVATE, 2 * PAGE); /* open for reading only: private will do */
    poke(start, 'Y');
    CHECK(peek(start + 1) == 'c' && munmap(start, PAGE) == 0);
    CHECK(close(fd) == 0 && unlink(NAME) == 0);
}

void shared_files(void)
{
    int fd = make(4 * PAGE);
    char *one = map_file(fd, 4 * PAGE, READ_WRITE, MAP_SHARED, 0);
    char *two = map_file(fd, 2 * PAGE, READ_WRITE, MAP_SHARED, PAGE), byte;

    CHECK(peek(one + PAGE) == 'b' && peek(two) == 'b');
    poke(one + PAGE, 'X');
    poke(two + PAGE + 1, 'Y');
    CHECK(peek(two) == 'X' && peek(one + 2 * PAGE + 1) == 'Y');
    CHECK(munmap(one + PAGE, PAGE) == 0 && peek(one) == 'a' && peek(one + 3 * PAGE) == 'd' &&
          peek(two) == 'X');
    one = mremap(one + 2 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE);
    CHECK(one != MAP_FAILED && peek(one + 1) == 'Y');
    CHECK(munmap(two, 2 * PAGE) == 0 && munmap(one, 2 * PAGE) == 0);
    CHECK(munmap(one - 2 * PAGE, PAGE) == 0);
    CHECK(pread(fd, &byte, 1, PAGE) == 1 && byte == 'X');
    CHECK(pread(fd, &byte, 1, 2 * PAGE + 1) == 1 && byte == 'Y');
    CHECK(close(fd) == 0 && unlink(NAME) == 0);
}

/* Reading, writing and cutting a file, and its shared pages, are of one mind at any moment. */
void coherence(void)
{
    int fd = make(3 * PAGE);
    char *start = map_file(fd, 3 * PAGE, READ_WRITE, MAP_SHARED, 0), bytes[6] = "abcdef", byte;

    CHECK(peek(start + PAGE - 1) == 'a' &&
          peek(start + PAGE) == 'b'); /* these pages are there, the third is not */
    CHECK(pwrite(fd, bytes, 6, PAGE - 3) == 6);
    CHECK(memcmp(start + PAGE - 3, "abcdef", 6) == 0);
    poke(start + PAGE + 2, 'Z');
    CHECK(pread(fd, bytes, 6, PAGE - 3) == 6 && memcmp(bytes, "abcdeZ", 6) == 0);
    CHECK(pwrite(fd, "q", 1, 2 * PAGE + 7) == 1 && peek(start + 2 * PAGE + 7) == 'q');
    CHECK(ftruncate(fd, PAGE + 1) == 0 && ftruncate(fd, 3 * PAGE) == 0);
    CHECK(peek(start + PAGE) == 'd' && peek(start + PAGE + 2) == 0 && peek(start + 2 * PAGE + 7) == 0);
    CHECK(pread(fd, &byte, 1, PAGE + 2) == 1 && byte == 0);
    CHECK(munmap(start, 3 * PAGE) == 0 && pread(fd, &byte, 1, PAGE) == 1 && byte == 'd');
    CHECK(close(fd) == 0 && unlink(NAME) == 0);
}

void syncing(void)
{
    int fd = make(2 * PAGE + 10);
    char *start = map_file(fd, 3 * PAGE, READ_WRITE, MAP_SHARED, 0), byte;
    struct stat stat;

    poke(start + 5, 'S');
    poke(start + 2 * PAGE + 9, 'T');
    poke(start + 2 * PAGE + 10, 'U'); /* behind the end: not for the file */
    CHECK(msync(start, 3 * PAGE, MS_SYNC) == 0);
    CHECK(pread(fd, &byte, 1, 5) == 1 && byte == 'S');
    CHECK(pread(fd, &byte, 1, 2 * PAGE + 9) == 1 && byte == 'T');
    CHECK(fstat(fd, &stat) == 0 && stat.st_size == 2 * (off_t)PAGE + 10);
    poke(start + 5, 'V'); /* after it was written back once */
    CHECK(msync(start, PAGE, MS_SYNC) == 0 && pread(fd, &byte, 1, 5) == 1 && byte == 'V');
    CHECK(mprotect(start, PAGE, PROT_READ) == 0 && peek(start + 5) == 'V');
    CHECK(mprotect(start, PAGE, READ_WRITE) == 0);
    poke(start + 6, 'W');
    CHECK(munmap(start, 3 * PAGE) == 0 && pread(fd, &byte, 1, 6) == 1 && byte == 'W');
    CHECK(close(fd) == 0 && unlink(NAME) == 0);
}

void file_errors(void)
{
    int fd = make(PAGE), pair[2];
    char *start;

    CHECK(close(fd) == 0);
    FAILS(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), EBADF);
    fd = open(NAME, O_RDONLY);
    FAILS(mmap(NULL, PAGE, READ_WRITE, MAP_SHARED, fd, 0), EACCES);
    FAILS(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 100), EINVAL);
    FAILS(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, INT64_MAX - PAGE + 1), EOVERFLOW);
    start = map_file(fd, PAGE, PROT_READ, MAP_SHARED, 0);
    FAILS(mprotect(start, PAGE, READ_WRITE), EACCES);
    CHECK(peek(start) == 'a' && munmap(start, PAGE) == 0 && close(fd) == 0);
    fd = open(NAME, O_WRONLY);
    FAILS(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), EACCES);
    CHECK(close(fd) == 0 && unlink(NAME) == 0 && pipe(pair) == 0);
    FAILS(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, pair[0], 0), ENODEV);
    CHECK(close(pair[0]) == 0 && close(pair[1]) == 0);
}

void ends_of_files(void)
{
    int fd = make(PAGE);
    char *start = map_file(fd, 3 * PAGE, READ_WRITE, MAP_SHARED, 0), byte;

    CHECK(ftruncate(fd, 2 * PAGE) == 0); /* what the file has now can be touched now */
    CHECK(peek(start + PAGE) == 0);
    poke(start + 2 * PAGE - 1, 'E');
    CHECK(msync(start, 3 * PAGE, MS_SYNC) == 0);
    CHECK(pread(fd, &byte, 1, 2 * PAGE - 1) == 1 && byte == 'E');
    CHECK(munmap(start, 3 * PAGE) == 0 && close(fd) == 0 && unlink(NAME) == 0);
}
