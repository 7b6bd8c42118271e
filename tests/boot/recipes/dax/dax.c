#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned char data[9000];

static void show(int file, long offset, long size)
{
    unsigned sum = 0;
    long got = pread(file, data, size, offset);

    for (long i = 0; i < got; i++)
        sum = sum * 31 + data[i];
    printf("read %ld: %ld %08x\n", offset, got, sum);
    fflush(stdout);
}

int main(void)
{
    int file = open("/share/a", O_RDWR);

    if (file < 0) {
        printf("open: %s\n", strerror(errno));
        return 1;
    }
    show(file, 0, 100);
    show(file, 4000, 3000);
    show(file, 9000, 5000);
    printf("write: %ld\n", (long)pwrite(file, "written by the window", 21, 50));
    show(file, 0, 100);
    printf("cut: %d\n", ftruncate(file, 60));
    show(file, 0, 100);
    close(file);
    printf("end\n");
    return 0;
}
