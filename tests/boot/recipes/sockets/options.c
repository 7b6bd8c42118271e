/*
 * Options.
 */
#include "sockets.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static void number(int fd, const char *name, int level, int option, int value)
{
    char text[64];
    int got = -1;
    socklen_t size = sizeof(got);

    snprintf(text, sizeof(text), "set %s to %d", name, value);
    report(text, setsockopt(fd, level, option, &value, sizeof(value)));
    snprintf(text, sizeof(text), "get %s", name);
    report(text, getsockopt(fd, level, option, &got, &size) == 0 ? got : -1);
}

#define NUMBER(fd, level, option, value) number(fd, #option, level, option, value)

static void get(int fd, const char *name, int level, int option)
{
    int got = -1;
    socklen_t size = sizeof(got);

    report(name, getsockopt(fd, level, option, &got, &size) == 0 ? got : -1);
}

#define GET(fd, level, option) get(fd, #option, level, option)

void test_options(void)
{
    struct timeval time = {3, 500000}, got = {0, 0};
    struct linger linger = {1, 7}, lingers = {0, 0};
    struct tcp_info information;
    socklen_t size = sizeof(got);
    int a, b, on = 1;

    pair(&a, &b);
    GET(a, SOL_SOCKET, SO_TYPE);
    GET(a, SOL_SOCKET, SO_DOMAIN);
    GET(a, SOL_SOCKET, SO_PROTOCOL);
    GET(a, SOL_SOCKET, SO_ERROR);
    GET(a, SOL_SOCKET, SO_ACCEPTCONN);
    NUMBER(a, SOL_SOCKET, SO_REUSEADDR, 1);
    NUMBER(a, SOL_SOCKET, SO_KEEPALIVE, 1);
    NUMBER(a, IPPROTO_TCP, TCP_NODELAY, 1);
    NUMBER(a, IPPROTO_TCP, TCP_NODELAY, 0);
    NUMBER(a, IPPROTO_TCP, TCP_CORK, 1);
    NUMBER(a, IPPROTO_TCP, TCP_KEEPIDLE, 30);
    NUMBER(a, IPPROTO_TCP, TCP_KEEPINTVL, 5);
    NUMBER(a, IPPROTO_TCP, TCP_KEEPCNT, 4);
    NUMBER(a, IPPROTO_TCP, TCP_KEEPCNT, 0);
    NUMBER(a, IPPROTO_IP, IP_TTL, 9);
    NUMBER(a, IPPROTO_IP, IP_TTL, 0);
    NUMBER(a, IPPROTO_IP, IP_TOS, 16);
    report("an unknown option", setsockopt(a, SOL_SOCKET, 9999, &on, sizeof(on)));
    report("an unknown level", setsockopt(a, 9999, 1, &on, sizeof(on)));
    report("a short value", setsockopt(a, SOL_SOCKET, SO_RCVTIMEO, &on, sizeof(on)));
    report("set SO_RCVTIMEO", setsockopt(a, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)));
    report("get SO_RCVTIMEO", getsockopt(a, SOL_SOCKET, SO_RCVTIMEO, &got, &size));
    printf("%ld s %ld us, %u bytes\n", (long)got.tv_sec, (long)got.tv_usec, size);
    time.tv_usec = 1000000;
    report("a time that is none", setsockopt(a, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)));
    report("set SO_LINGER", setsockopt(a, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
    size = sizeof(lingers);
    report("get SO_LINGER", getsockopt(a, SOL_SOCKET, SO_LINGER, &lingers, &size));
    printf("%d, %d s\n", lingers.l_onoff, lingers.l_linger);
    lingers.l_onoff = 0;
    setsockopt(a, SOL_SOCKET, SO_LINGER, &lingers, sizeof(lingers));
    size = sizeof(information);
    report("TCP_INFO", getsockopt(a, IPPROTO_TCP, TCP_INFO, &information, &size));
    printf("state %d\n", information.tcpi_state);
    close(a);
    close(b);
    a = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    NUMBER(a, SOL_SOCKET, SO_BROADCAST, 1);
    GET(a, SOL_SOCKET, SO_TYPE);
    GET(a, SOL_SOCKET, SO_PROTOCOL);
    close(a);
}
