/*
 * Port 7 of TCP and UDP (RFC 862), by IPv6 and IPv4. A datagram that says "end" ends it.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int bound(int type)
{
    struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_port = htons(7)};
    int fd = socket(AF_INET6, type | SOCK_NONBLOCK, 0);

    if (bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
        perror("bind");
    return fd;
}

static void watch(int queue, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event);
}

/* False: it is to end. */
static int datagram(int fd)
{
    static char text[2048];
    struct sockaddr_in6 from;
    socklen_t size = sizeof(from);
    ssize_t length = recvfrom(fd, text, sizeof(text), 0, (struct sockaddr *)&from, &size);

    if (length < 0)
        return 1;
    sendto(fd, text, (size_t)length, 0, (struct sockaddr *)&from, size);
    return length != 3 || memcmp(text, "end", 3) != 0;
}

int main(void)
{
    static char text[4096];
    int queue = epoll_create1(0), stream = bound(SOCK_STREAM), datagrams = bound(SOCK_DGRAM);
    struct epoll_event events[16];

    listen(stream, 100);
    watch(queue, stream);
    watch(queue, datagrams);
    printf("ready\n");
    fflush(stdout);
    for (;;) {
        int count = epoll_wait(queue, events, 16, -1);

        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            ssize_t length;

            if (fd == stream) {
                int visitor = accept4(stream, NULL, NULL, SOCK_NONBLOCK);

                if (visitor >= 0)
                    watch(queue, visitor);
            } else if (fd == datagrams) {
                if (!datagram(fd))
                    return 0;
            } else if ((length = read(fd, text, sizeof(text))) > 0) {
                if (write(fd, text, (size_t)length) != length)
                    close(fd);
            } else {
                close(fd);
            }
        }
    }
}
