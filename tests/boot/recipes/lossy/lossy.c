/*
 * Sends bytes over a connection whose packets get lost, and looks whether they arrive as they were. Prints
 * how long it took, in milliseconds, which only shows how well losses are repaired.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static unsigned char byte_at(unsigned long at)
{
    return (unsigned char)(at * 2654435761u >> 13);
}

static long milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
    static unsigned char out[16384], in[16384];
    unsigned long total = argc > 1 ? strtoul(argv[1], NULL, 10) : 4 << 20, sent = 0, received = 0, wrong = 0;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(at);
    int door = socket(AF_INET, SOCK_STREAM, 0), a = socket(AF_INET, SOCK_STREAM, 0), b;
    long began;

    if (bind(door, (struct sockaddr *)&at, size) || listen(door, 1) ||
        getsockname(door, (struct sockaddr *)&at, &size) || connect(a, (struct sockaddr *)&at, size) ||
        (b = accept(door, NULL, NULL)) < 0) {
        perror("lossy");
        return 1;
    }
    began = milliseconds();
    fcntl(a, F_SETFL, O_NONBLOCK);
    fcntl(b, F_SETFL, O_NONBLOCK);
    while (received < total) {
        struct pollfd fds[] = {{a, sent < total ? POLLOUT : 0, 0}, {b, POLLIN, 0}};
        long done;

        if (poll(fds, 2, 60000) <= 0)
            break;
        if (fds[0].revents & POLLOUT) {
            for (unsigned i = 0; i < sizeof(out); i++)
                out[i] = byte_at(sent + i);
            done = write(a, out, total - sent < sizeof(out) ? total - sent : sizeof(out));
            sent += done > 0 ? (unsigned long)done : 0;
        }
        done = read(b, in, sizeof(in));
        for (long i = 0; i < done; i++)
            wrong += in[i] != byte_at(received + (unsigned long)i);
        received += done > 0 ? (unsigned long)done : 0;
    }
    fprintf(stderr, "%ld ms\n", milliseconds() - began);
    printf("%lu sent, %lu received, %lu wrong\n", sent, received, wrong);
    return 0;
}
