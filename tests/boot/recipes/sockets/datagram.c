/*
 * Datagrams.
 */
#include "sockets.h"

#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

static int bound(struct sockaddr_in *at)
{
    socklen_t size = sizeof(*at);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    *at = local(0);
    if (bind(fd, (struct sockaddr *)at, size) || getsockname(fd, (struct sockaddr *)at, &size))
        report("bound", -1);
    return fd;
}

static void messages(int a, int b, struct sockaddr_in to)
{
    static char large[66000];
    char text[16] = "", second[16] = "";
    struct iovec pieces[] = {{"ab", 2}, {"cde", 3}}, room[] = {{text, 3}, {second, 15}};
    struct msghdr out = {.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = pieces, .msg_iovlen = 2};
    struct sockaddr_in from;
    struct msghdr in = {.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = room, .msg_iovlen = 2};
    struct iovec whole = {text, sizeof(text)};
    struct mmsghdr many[3];
    int count;

    report("sendmsg", sendmsg(a, &out, 0));
    report("poll", ready(b, POLLIN | POLLOUT));
    report("FIONREAD", ioctl(b, FIONREAD, &count) == 0 ? count : -1);
    report("recvmsg", recvmsg(b, &in, 0));
    printf("%.3s|%s from %s, flags %x\n", text, second, inet_ntoa(from.sin_addr), (unsigned)in.msg_flags);
    report("send", sendto(a, "123456", 6, 0, (struct sockaddr *)&to, sizeof(to)));
    room[0].iov_len = 2;
    in.msg_iovlen = 1;
    report("cut", recvmsg(b, &in, 0));
    printf("flags %x\n", (unsigned)in.msg_flags);
    report("send", sendto(a, "123456", 6, 0, (struct sockaddr *)&to, sizeof(to)));
    report("its full length", recv(b, text, 2, MSG_TRUNC | MSG_PEEK));
    report("the same once more", recv(b, text, sizeof(text), 0));
    report("nothing", sendto(a, "", 0, 0, (struct sockaddr *)&to, sizeof(to)));
    report("is a datagram, too", recv(b, text, sizeof(text), MSG_DONTWAIT));
    report("and there is no other", recv(b, text, sizeof(text), MSG_DONTWAIT));
    report("too long", sendto(a, large, sizeof(large), 0, (struct sockaddr *)&to, sizeof(to)));
    report("as long as can be", sendto(a, large, 65507, 0, (struct sockaddr *)&to, sizeof(to)));
    report("comes in one", recv(b, large, sizeof(large), 0));
    memset(many, 0, sizeof(many));
    for (int i = 0; i < 3; i++)
        many[i].msg_hdr = out;
    report("sendmmsg", sendmmsg(a, many, 3, 0));
    for (int i = 0; i < 3; i++)
        many[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &whole, .msg_iovlen = 1}};
    report("recvmmsg", recvmmsg(b, many, 3, MSG_WAITFORONE, NULL));
    printf("%u %u %u\n", many[0].msg_len, many[1].msg_len, many[2].msg_len);
}

/* Several datagrams by one call (udp(7)). */
static void segments(int a, int b, struct sockaddr_in to)
{
    static char data[7000], room[7000];
    char control[CMSG_SPACE(sizeof(uint16_t))];
    struct iovec all = {data, 3500};
    struct msghdr out = {.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &all, .msg_iovlen = 1};
    struct cmsghdr *entry = (struct cmsghdr *)control;
    int size = 70000;
    socklen_t length = sizeof(size);
    ssize_t got;

    for (unsigned i = 0; i < sizeof(data); i++)
        data[i] = (char)(i % 251);
    report("a size that is none", setsockopt(a, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)));
    size = 1000;
    report("UDP_SEGMENT", setsockopt(a, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)));
    size = 0;
    report("is kept", getsockopt(a, IPPROTO_UDP, UDP_SEGMENT, &size, &length) == 0 ? size : -1);
    report("four", sendmsg(a, &out, 0));
    for (int i = 0; i < 4; i++) {
        got = recv(b, room, sizeof(room), MSG_DONTWAIT);
        report("of them", got > 0 && memcmp(room, data + 1000 * i, (size_t)got) == 0 ? got : -1);
    }
    report("no more", recv(b, room, sizeof(room), MSG_DONTWAIT));
    out.msg_control = control;
    out.msg_controllen = sizeof(control);
    *entry = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(uint16_t)), .cmsg_level = IPPROTO_UDP};
    report("of no type", sendmsg(a, &out, 0));
    entry->cmsg_type = UDP_SEGMENT;
    memcpy(CMSG_DATA(entry), &(uint16_t){3000}, sizeof(uint16_t));
    report("as the call says", sendmsg(a, &out, 0));
    report("one", recv(b, room, sizeof(room), MSG_DONTWAIT));
    report("and the rest", recv(b, room, sizeof(room), MSG_DONTWAIT));
    memcpy(CMSG_DATA(entry), &(uint16_t){20}, sizeof(uint16_t));
    report("too many", sendmsg(a, &out, 0));
    memcpy(CMSG_DATA(entry), &(uint16_t){0}, sizeof(uint16_t));
    report("none", sendmsg(a, &out, 0));
    report("comes in one", recv(b, room, sizeof(room), MSG_DONTWAIT));
    size = 0;
    setsockopt(a, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size));
}

void test_datagram(void)
{
    struct sockaddr_in at, from;
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    socklen_t size = sizeof(from);
    char text[8];
    int a = socket(AF_INET, SOCK_DGRAM, 0), b = bound(&at), c = socket(AF_INET, SOCK_DGRAM, 0);

    report("without an address", send(a, "x", 1, 0));
    messages(a, b, at);
    segments(a, b, at);
    report("connect", connect(a, (struct sockaddr *)&at, sizeof(at)));
    report("send", send(a, "hi", 2, 0));
    report("recvfrom", recvfrom(b, text, sizeof(text), 0, (struct sockaddr *)&from, &size));
    report("answer", sendto(b, "yo", 2, 0, (struct sockaddr *)&from, sizeof(from)));
    report("read", read(a, text, sizeof(text)));
    report("stranger", sendto(c, "psst", 4, 0, (struct sockaddr *)&from, sizeof(from)));
    report("is not heard", recv(a, text, sizeof(text), MSG_DONTWAIT));
    report("peer", getpeername(a, (struct sockaddr *)&from, &size));
    report("disconnect", connect(a, &nobody, sizeof(nobody)));
    report("peer", getpeername(a, (struct sockaddr *)&from, &size));
    report("listen", listen(a, 1));
    report("accept", accept(a, NULL, NULL));
    report("shutdown", shutdown(a, SHUT_RDWR));
    close(a);
    close(b);
    close(c);
}
