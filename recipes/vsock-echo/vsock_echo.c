/*
 * Sends back what comes in at a port of AF_VSOCK (7, or the first argument). What cannot be sent yet is not
 * read either: the peer has to wait.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* <linux/vm_sockets.h>, which the C library does not have */
struct sockaddr_vm {
    sa_family_t family;
    unsigned short reserved;
    unsigned port, cid;
    unsigned char zero[4];
};
#define CID_ANY 0xffffffffu

#define BLOCK 16384

/* A connection, and what has been read and not yet sent back. */
struct connection {
    int fd;
    size_t begin, end;
    char bytes[BLOCK];
};

static int queue;

static void watch(struct connection *connection, int how, unsigned events)
{
    struct epoll_event event = {.events = events, .data.ptr = connection};

    epoll_ctl(queue, how, connection->fd, &event);
}

static void welcome(struct connection *listener)
{
    int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK);
    struct connection *new = fd >= 0 ? malloc(sizeof(*new)) : NULL;

    if (!new) {
        if (fd >= 0)
            close(fd);
        return;
    }
    new->fd = fd;
    new->begin = new->end = 0;
    watch(new, EPOLL_CTL_ADD, EPOLLIN);
}

/* False: the connection has ended. */
static int carry(struct connection *connection)
{
    for (;;) {
        ssize_t count;

        if (connection->begin == connection->end) {
            connection->begin = connection->end = 0;
            count = read(connection->fd, connection->bytes, BLOCK);
            if (count <= 0) {
                watch(connection, EPOLL_CTL_MOD, EPOLLIN);
                return count < 0 && errno == EAGAIN;
            }
            connection->end = (size_t)count;
        }
        count = send(connection->fd, connection->bytes + connection->begin,
                     connection->end - connection->begin, MSG_NOSIGNAL);
        if (count <= 0) {
            watch(connection, EPOLL_CTL_MOD, EPOLLOUT);
            return count < 0 && errno == EAGAIN;
        }
        connection->begin += (size_t)count;
    }
}

int main(int argc, char **argv)
{
    static struct connection listener;
    struct sockaddr_vm name = {.family = AF_VSOCK, .cid = CID_ANY, .port = 7};

    if (argc > 1)
        name.port = (unsigned)strtoul(argv[1], NULL, 0);
    listener.fd = socket(AF_VSOCK, SOCK_STREAM, 0);
    queue = epoll_create1(0);
    if (listener.fd < 0 || queue < 0 || bind(listener.fd, (struct sockaddr *)&name, sizeof(name)) ||
        listen(listener.fd, 64)) {
        perror("vsock-echo");
        return 1;
    }
    watch(&listener, EPOLL_CTL_ADD, EPOLLIN);
    printf("echo at port %u\n", name.port);
    fflush(stdout);
    for (;;) {
        struct epoll_event events[16];
        int count = epoll_wait(queue, events, 16, -1);

        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;

            if (connection == &listener) {
                welcome(connection);
            } else if (!carry(connection)) {
                close(connection->fd);
                free(connection);
            }
        }
    }
}
