/*
 * IPv6, and IPv4 through its sockets.
 */
#include "sockets.h"

#include <stdio.h>
#include <unistd.h>

static const char *text_of(const struct sockaddr_in6 *address)
{
    static char text[64];

    return inet_ntop(AF_INET6, &address->sin6_addr, text, sizeof(text));
}

static void greet(int door, int visitor, const char *words, size_t size)
{
    struct sockaddr_in6 from;
    socklen_t from_size = sizeof(from);
    char text[16];
    int end = accept(door, (struct sockaddr *)&from, &from_size);

    printf("%s comes from %s, %u bytes\n", end >= 0 ? "a visitor" : "nobody", text_of(&from), from_size);
    report("write", write(visitor, words, size));
    report("read", read(end, text, sizeof(text)));
    close(end);
    close(visitor);
}

static void streams(void)
{
    struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT};
    socklen_t size = sizeof(at);
    struct sockaddr_in four;
    int door = socket(AF_INET6, SOCK_STREAM, 0), visitor = socket(AF_INET6, SOCK_STREAM, 0);

    report("bind to all addresses", bind(door, (struct sockaddr *)&at, size));
    report("listen", listen(door, 5));
    getsockname(door, (struct sockaddr *)&at, &size);
    printf("%s\n", text_of(&at));
    at.sin6_addr = in6addr_loopback;
    report("connect by IPv6", connect(visitor, (struct sockaddr *)&at, size));
    greet(door, visitor, "six", 3);
    four = local(ntohs(at.sin6_port));
    visitor = client();
    report("connect by IPv4", connect(visitor, (struct sockaddr *)&four, sizeof(four)));
    greet(door, visitor, "four", 4);
    close(door);
}

static void only_six(void)
{
    struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT};
    socklen_t size = sizeof(at);
    struct sockaddr_in four;
    int door = socket(AF_INET6, SOCK_STREAM, 0), visitor = client(), on = 1;

    report("IPV6_V6ONLY", setsockopt(door, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)));
    report("bind", bind(door, (struct sockaddr *)&at, size));
    report("listen", listen(door, 1));
    getsockname(door, (struct sockaddr *)&at, &size);
    four = local(ntohs(at.sin6_port));
    report("connect by IPv4", connect(visitor, (struct sockaddr *)&four, sizeof(four)));
    close(door);
    close(visitor);
}

static void datagrams(void)
{
    struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT}, from;
    socklen_t size = sizeof(at), from_size = sizeof(from);
    int a = socket(AF_INET6, SOCK_DGRAM, 0), b = socket(AF_INET6, SOCK_DGRAM, 0);
    char text[16];

    report("bind", bind(b, (struct sockaddr *)&at, size));
    getsockname(b, (struct sockaddr *)&at, &size);
    report("sendto", sendto(a, "six", 3, 0, (struct sockaddr *)&at, size));
    report("recvfrom", recvfrom(b, text, sizeof(text), 0, (struct sockaddr *)&from, &from_size));
    printf("from %s\n", text_of(&from));
    close(a);
    close(b);
}

void test_six(void)
{
    streams();
    only_six();
    datagrams();
}
