/* What users other than root may not do, and who is at the other end. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static void show(const char *call, long result)
{
    printf("%s: %s\n", call, result < 0 ? strerror(errno) : "done");
}

#define SHOW(call) show(#call, call)

static void become(uid_t user, gid_t group)
{
    if (seteuid(0) != 0 || setegid(group) != 0 || seteuid(user) != 0)
        perror("become");
    printf("as %u:%u\n", (unsigned)user, (unsigned)group);
}

static int bind_port(int type, int family, unsigned short port)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    int end = socket(family, type, 0);
    int result = family == AF_INET ? bind(end, (struct sockaddr *)&four, sizeof(four))
                                   : bind(end, (struct sockaddr *)&six, sizeof(six));
    int error = errno;

    close(end);
    errno = error;
    return result;
}

static int mount_here(void)
{
    return mount("none", ".", "tmpfs", 0, NULL);
}

static int set_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return clock_settime(CLOCK_REALTIME, &now);
}

static int limit(rlim_t now, rlim_t most)
{
    const struct rlimit wanted = {now, most};

    return setrlimit(RLIMIT_FSIZE, &wanted);
}

static int schedule(int policy, int priority)
{
    const struct sched_param wanted = {.sched_priority = priority};

    /* musl's sched_setscheduler() never asks. */
    errno = pthread_setschedparam(pthread_self(), policy, &wanted);
    return errno != 0 ? -1 : 0;
}

static void calls(void)
{
    SHOW(bind_port(SOCK_STREAM, AF_INET, 987));
    SHOW(bind_port(SOCK_DGRAM, AF_INET, 987));
    become(5, 6);
    SHOW(bind_port(SOCK_STREAM, AF_INET, 987));
    SHOW(bind_port(SOCK_DGRAM, AF_INET, 987));
    SHOW(bind_port(SOCK_STREAM, AF_INET, 1023));
    SHOW(bind_port(SOCK_STREAM, AF_INET, 0));
    SHOW(bind_port(SOCK_DGRAM, AF_INET, 0));
    SHOW(mount_here());
    SHOW(umount("."));
    SHOW(umount2(".", 0x100));
    SHOW(set_clock());
    SHOW(mknod("device", S_IFCHR | 0666, 0x103));
    SHOW(mknod("device", S_IFBLK | 0666, 0x103));
    SHOW(limit(1 << 20, 1 << 20));
    SHOW(limit(1 << 20, 1 << 21));
    SHOW(limit(1 << 21, 1 << 20));
    SHOW(limit(1 << 19, 1 << 20));
    SHOW(schedule(SCHED_FIFO, 1));
    SHOW(schedule(SCHED_OTHER, 0));
    SHOW(schedule(SCHED_OTHER, 1));
    become(0, 0);
}

static void peer_of(const char *name, int end)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);

    if (getsockopt(end, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        perror(name);
    printf("%s: %d:%d\n", name, (int)peer.uid, (int)peer.gid);
}

static void sender_of(const char *name, int end)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    char byte;
    struct iovec piece = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
    struct ucred sender;

    if (recvmsg(end, &message, 0) != 1 || CMSG_FIRSTHDR(&message) == NULL) {
        printf("%s: nobody\n", name);
        return;
    }
    memcpy(&sender, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(sender));
    printf("%s: %d:%d\n", name, (int)sender.uid, (int)sender.gid);
}

static void peers(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0rights"};
    socklen_t size = sizeof(sa_family_t) + 7;
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0), server;
    int pair[2], one = 1;

    peer_of("nobody", client);
    become(5, 6);
    SHOW(bind(listener, (struct sockaddr *)&name, size));
    SHOW(listen(listener, 1));
    become(7, 8);
    SHOW(connect(client, (struct sockaddr *)&name, size));
    become(9, 9);
    server = accept(listener, NULL, NULL);
    peer_of("client's peer", client);
    peer_of("server's peer", server);
    peer_of("listener", listener);
    SHOW(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    become(0, 0);
    peer_of("pair", pair[0]);
    setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &one, sizeof(one));
    setsockopt(server, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one));
    if (setresgid(3, 4, 0) != 0 || setresuid(1, 2, 0) != 0)
        perror("setresuid");
    send(pair[0], "x", 1, 0);
    send(client, "x", 1, 0);
    become(0, 0);
    sender_of("packet", pair[1]);
    sender_of("stream", server);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    mkdir("r", 0777);
    if (chdir("r") != 0 || chmod(".", 0777) != 0)
        perror("r");
    calls();
    peers();
    return 0;
}
