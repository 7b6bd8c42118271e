/*
 * Opens each file that is named, and sends back what comes from it, in capital letters, until the line `end`
 * comes or the host closes them all. A file that comes twice is busy.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MOST 8

static int write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, bytes, size);

        if (done < 0)
            return -1;
        bytes += done;
        size -= (size_t)done;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct pollfd files[MOST];
    int count = 0;
    unsigned long total = 0;

    for (int i = 1; i < argc && count < MOST; i++) {
        int fd = open(argv[i], O_RDWR);

        printf("%s: %s\n", argv[i], fd < 0 ? strerror(errno) : "open");
        if (fd >= 0)
            files[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        poll(files, (nfds_t)count, -1);
        for (int i = 0; i < count; i++) {
            static char bytes[5000];
            ssize_t size;

            if (!(files[i].revents & (POLLIN | POLLHUP)))
                continue;
            size = read(files[i].fd, bytes, sizeof bytes);
            if (size <= 0) {
                usleep(1000); /* nobody is there yet, or any more */
                continue;
            }
            if (size >= 4 && memcmp(bytes + size - 4, "end\n", 4) == 0) {
                printf("%lu bytes\n", total);
                write_all(files[i].fd, "bye\n", 4);
                close(files[i].fd);
                return 0;
            }
            total += (unsigned long)size;
            for (ssize_t j = 0; j < size; j++)
                bytes[j] = (char)toupper((unsigned char)bytes[j]);
            if (write_all(files[i].fd, bytes, (size_t)size) != 0)
                return 1;
        }
    }
}
