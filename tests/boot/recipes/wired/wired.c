/*
 * Port 7 echoes (RFC 862), by IPv6 and IPv4. Whoever is connected to it is asked after a second of silence
 * whether he is still there, and given up after two questions without an answer. Port 9 of UDP answers to
 * `interfaces`, `servers` (of names), `filter` and `end`.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static char answer[1400];
static size_t answered;

__attribute__((format(printf, 1, 2))) static void say(const char *form, ...)
{
    va_list values;
    int length;

    va_start(values, form);
    length = vsnprintf(answer + answered, sizeof(answer) - answered, form, values);
    va_end(values);
    if (length > 0 && (size_t)length < sizeof(answer) - answered)
        answered += (size_t)length;
}

/* An interface a line: its name, whether it runs, and its addresses. */
static void interfaces(void)
{
    struct ifaddrs *list;
    char text[INET6_ADDRSTRLEN];

    if (getifaddrs(&list) != 0)
        return;
    for (const struct ifaddrs *at = list; at != NULL; at = at->ifa_next) {
        const struct sockaddr *address = at->ifa_addr;

        say("%s%s", at->ifa_name, at->ifa_flags & IFF_RUNNING ? " running" : "");
        if (address != NULL && address->sa_family == AF_INET)
            say(" %s",
                inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, text, sizeof(text)));
        if (address != NULL && address->sa_family == AF_INET6)
            say(" %s",
                inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, text, sizeof(text)));
        say("\n");
    }
    freeifaddrs(list);
}

static void file(const char *path)
{
    int file = open(path, O_RDONLY);
    ssize_t length = file >= 0 ? read(file, answer, sizeof(answer)) : -1;

    answered = length > 0 ? (size_t)length : 0;
    if (file >= 0)
        close(file);
}

static int bound(int type, int port)
{
    struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
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

/* 0: it is to end. */
static int asked(int fd, int control)
{
    struct sockaddr_in6 from;
    socklen_t size = sizeof(from);
    ssize_t length = recvfrom(fd, answer, sizeof(answer), 0, (struct sockaddr *)&from, &size);

    if (length < 0)
        return 1;
    answered = (size_t)length;
    if (control) {
        char question = answered > 0 ? answer[0] : 0;

        answered = 0;
        if (question == 'i')
            interfaces();
        else if (question == 's')
            file("/etc/resolv.conf");
        else if (question == 'f')
            file("/proc/net/filter");
        else if (question == 'e')
            return 0;
    }
    sendto(fd, answer, answered, 0, (struct sockaddr *)&from, size);
    return 1;
}

static void accepted(int queue, int fd)
{
    int on = 1, silence = 1, questions = 2;

    if (fd < 0)
        return;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &silence, sizeof(silence));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &silence, sizeof(silence));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &questions, sizeof(questions));
    watch(queue, fd);
}

int main(void)
{
    static char text[4096];
    int queue = epoll_create1(0), stream = bound(SOCK_STREAM, 7), datagrams = bound(SOCK_DGRAM, 7);
    int control = bound(SOCK_DGRAM, 9);
    struct epoll_event events[16];

    listen(stream, 100);
    watch(queue, stream);
    watch(queue, datagrams);
    watch(queue, control);
    for (;;) {
        int count = epoll_wait(queue, events, 16, -1);

        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            ssize_t length;

            if (fd == stream) {
                accepted(queue, accept4(stream, NULL, NULL, SOCK_NONBLOCK));
            } else if (fd == datagrams || fd == control) {
                if (!asked(fd, fd == control))
                    return 0;
            } else if ((length = read(fd, text, sizeof(text))) <= 0 ||
                       write(fd, text, (size_t)length) != length) {
                close(fd);
            }
        }
    }
}
