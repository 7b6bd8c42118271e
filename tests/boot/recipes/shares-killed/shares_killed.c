/* Writes to a file of a share, until that fails; then does what else would wait for its server. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
    static char block[65536];
    int fd = open("/share/written", O_RDWR | O_CREAT, 0600);
    struct stat st;
    long count = 0;

    printf("open: %d\n", fd);
    fflush(stdout);
    while (pwrite(fd, block, sizeof block, 0) == sizeof block && access("/share/none", F_OK) != 0 &&
           errno == ENOENT)
        if (++count == 10) {
            printf("ready\n");
            fflush(stdout);
        }
    printf("stopped: errno %d\n", errno);
    printf("read: %ld errno %d\n", (long)pread(fd, block, 10, 0), errno);
    printf("fsync: %d errno %d\n", fsync(fd), errno);
    printf("open: %d errno %d\n", open("/share/other", O_RDONLY), errno);
    printf("mkdir: %d errno %d\n", mkdir("/share/folder", 0700), errno);
    printf("opendir: %d errno %d\n", opendir("/share") != NULL, errno);
    printf("fstat: %d\n", fstat(fd, &st));
    printf("close: %d\n", close(fd));
    return 7;
}
