/* The first run writes; the second, on the same disk, looks what has reached it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE 32768

static char bytes[SIZE];

static void show(int file, off_t offset)
{
    char text[7] = {0};

    if (pread(file, text, 6, offset) != 6)
        perror("pread");
    printf("read %s\n", text);
}

static void change(int file, char *map)
{
    int direct = open("/data/file", O_RDWR | O_DIRECT);

    printf("mapped %c\n", map[4096]);
    memcpy(map + 4096, "hello!", 6);
    show(file, 4096);
    pwrite(file, "world!", 6, 20000);
    printf("mapped %.6s\n", map + 20000);
    printf("msync %d\n", msync(map, SIZE, MS_SYNC));
    show(direct, 4096);
    memset(bytes, 'z', 4096);
    printf("around %zd\n", pwrite(direct, bytes, 4096, 8192));
    printf("mapped %c\n", map[8192]);
    ftruncate(file, 10000);
    ftruncate(file, SIZE);
    printf("cut %d %c\n", map[10001], map[9999]);
    pwrite(file, "again!", 6, 20000);
    close(direct);
}

int main(void)
{
    int file = open("/data/file", O_CREAT | O_RDWR, 0644);
    struct stat stat;
    char *map;

    if (file < 0 || fstat(file, &stat) != 0)
        return 1;
    if (stat.st_size == SIZE) {
        show(file, 4096);
        show(file, 20000);
        return 0;
    }
    memset(bytes, 'a', SIZE);
    if (write(file, bytes, SIZE) != SIZE)
        return 2;
    map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (map == MAP_FAILED)
        return 3;
    change(file, map);
    munmap(map, SIZE);
    return 0; /* without fsync: the end of the application is enough */
}
