#include "cases.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static struct sockaddr_un address;

static socklen_t named(const char *path)
{
    address = (struct sockaddr_un){.sun_family = AF_UNIX};
    strcpy(address.sun_path, path);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
}

static socklen_t abstract(const char *name)
{
    address = (struct sockaddr_un){.sun_family = AF_UNIX};
    strcpy(address.sun_path + 1, name);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
}

#define BIND(fd, size) bind(fd, (struct sockaddr *)&address, size)
#define CONNECT(fd, size) connect(fd, (struct sockaddr *)&address, size)

static void show_name(int fd)
{
    struct sockaddr_un got = {0};
    socklen_t size = sizeof got;

    SHOW(getsockname(fd, (struct sockaddr *)&got, &size));
    printf("    %d %u", got.sun_family, (unsigned)size);
    if (size > 3)
        printf(" %s", got.sun_path[0] != '\0' ? got.sun_path : got.sun_path + 1);
    printf("\n");
}

void names(void)
{
    int a = socket(AF_UNIX, SOCK_STREAM, 0), b = socket(AF_UNIX, SOCK_STREAM, 0);
    int c = socket(AF_UNIX, SOCK_DGRAM, 0), d = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), e;
    struct stat status;
    struct sockaddr_un peer = {0};
    socklen_t size;
    char byte;

    unlink("socket");
    show_name(a);
    SHOW(BIND(a, named("socket")));
    show_name(a);
    SHOW(stat("socket", &status));
    SHOW(S_ISSOCK(status.st_mode));
    SHOW(BIND(b, named("socket")));
    SHOW(BIND(a, named("other")));
    SHOW(BIND(b, named("nowhere/socket")));
    SHOW(BIND(b, 1));
    SHOW(CONNECT(b, named("absent")));
    SHOW(CONNECT(b, named("socket")));
    SHOW(listen(b, 5));
    SHOW(listen(c, 5));
    SHOW(accept(a, NULL, NULL));
    SHOW(listen(a, 1));
    SHOW(CONNECT(c, named("socket")));
    SHOW(CONNECT(b, named("socket")));
    SHOW(CONNECT(b, named("socket")));
    SHOW(CONNECT(d, named("socket")));
    e = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    SHOW(CONNECT(e, named("socket")));
    SHOW(close(e));
    size = sizeof peer;
    e = accept4(a, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC);
    SHOW(size);
    show_name(e);
    show_name(b);
    SHOW(write(b, "x", 1));
    SHOW(read(e, &byte, 1));
    size = sizeof peer;
    SHOW(getpeername(b, (struct sockaddr *)&peer, &size));
    printf("    %s %u\n", peer.sun_path, (unsigned)size);
    SHOW(close(a));
    SHOW(read(d, &byte, 1)); /* nobody has accepted it */
    SHOW(unlink("socket"));
    close(b);
    close(d);
    close(e);
    a = socket(AF_UNIX, SOCK_DGRAM, 0);
    b = socket(AF_UNIX, SOCK_DGRAM, 0);
    SHOW(BIND(a, abstract("hidden")));
    SHOW(BIND(b, abstract("hidden")));
    SHOW(BIND(b, abstract("hidden2")));
    show_name(a);
    SHOW(CONNECT(b, abstract("hidden")));
    SHOW(write(b, "x", 1));
    memset(&peer, 0, sizeof peer);
    size = sizeof peer;
    SHOW(recvfrom(a, &byte, 1, 0, (struct sockaddr *)&peer, &size));
    printf("    %s %u\n", peer.sun_path + 1, (unsigned)size);
    SHOW(BIND(c, offsetof(struct sockaddr_un, sun_path)));
    size = sizeof peer;
    SHOW(getsockname(c, (struct sockaddr *)&peer, &size));
    SHOW(size);
    close(a);
    SHOW(write(b, "x", 1));
    SHOW(write(b, "x", 1));
    SHOW(CONNECT(b, abstract("hidden")));
    close(b);
    close(c);
    SHOW(socket(AF_UNIX, SOCK_STREAM, 77));
    SHOW(socket(AF_UNIX, 77, 0));
}
