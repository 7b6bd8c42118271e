/*
 * Families of sockets.
 *
 * The library `socket` has the system calls on sockets; it checks what the application passes, waits, and
 * calls the family. A family's functions never wait: where one would have to, it returns -EAGAIN, and is
 * called again when events() says that it may go on, unless the socket does not block.
 * All of this runs in the kernel, where nothing else runs at the same time; a family may change a socket's
 * state from handlers of interrupts and timers, too. What families may call stands in socket.h.
 *
 * Each provider of `socket.family` defines one `const struct socket_family`; create() of one after the other
 * is asked until one answers with something else than -EAFNOSUPPORT.
 *
 * Errors are negated errno values.
 */
#pragma once

#include <fd_table.h>
#include <linux_socket.h>
#include <readiness.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address of any family; `size` is 0 where there is none. It begins with linux_sockaddr. */
struct socket_address {
    union {
        uint16_t family;
        struct linux_sockaddr_in in;
        struct linux_sockaddr_in6 in6;
        uint8_t bytes[LINUX_SOCKADDR_MAX];
    };
    uint32_t size; /* bytes, at most LINUX_SOCKADDR_MAX */
};

/* The application's memory that data are to be copied from or to: what is left of it. */
struct socket_data {
    const struct linux_iovec *pieces;
    size_t offset; /* in the first piece */
    size_t left;   /* bytes, in all pieces, behind the offset */
};

struct socket_message {
    struct socket_data data;
    /* Sending: where to, NULL for the connected peer. Receiving: NULL if nobody wants it, else to be filled
     * in with where from (size 0: the connected peer of a stream, which nobody is told of). */
    struct socket_address *address;
    /* Ancillary data: linux_cmsghdr entries of the application. Receiving: `control_size` bytes are there;
     * the function changes it to what it has filled in. */
    void *control;
    size_t control_size;
    /* Sending: the data never change and never go away; they need not be copied. A family may ignore it. */
    bool lasting;
    unsigned flags; /* MSG_*; a receiver sets MSG_TRUNC, MSG_CTRUNC, MSG_EOR and takes all others out */
};

struct socket;

/* NULL in place of an operation: -EOPNOTSUPP, except where the comment says otherwise. */
struct socket_ops {
    int (*bind)(struct socket *socket, const struct socket_address *address);
    /* `backlog` is between 0 and LINUX_SOMAXCONN. */
    int (*listen)(struct socket *socket, int backlog);
    /* A connection that has come in: a socket with one reference, for the caller to own. */
    int (*accept)(struct socket *socket, struct socket **accepted);
    /* -EINPROGRESS: it has begun; the socket becomes writable when it is decided, and `error` says how. */
    int (*connect)(struct socket *socket, const struct socket_address *address);
    /* Its own address, or its peer's (-ENOTCONN). Must be there. */
    int (*name)(struct socket *socket, bool peer, struct socket_address *address);
    /*
     * Sends or receives once, and returns the bytes moved. A stream may move less than there is room for;
     * receiving 0 bytes is its end. A message that was longer than its room returns what was moved, and with
     * MSG_TRUNC among the flags that came in its full length. Of the flags, `socket` deals with MSG_DONTWAIT,
     * MSG_NOSIGNAL, MSG_WAITALL and MSG_CMSG_CLOEXEC (a receiver of descriptors looks at that, too).
     */
    long (*send)(struct socket *socket, struct socket_message *message);
    long (*receive)(struct socket *socket, struct socket_message *message);
    /* LINUX_SHUT_* */
    int (*shutdown)(struct socket *socket, int how);
    /* What `socket` does not know itself (below): -ENOPROTOOPT for what nobody knows. set: `size` bytes at
     * `value`, not aligned. get: `*size` is the room, at most 256 bytes, then what was filled in. NULL:
     * -ENOPROTOOPT. */
    int (*set_option)(struct socket *socket, int level, int name, const void *value, uint32_t size);
    int (*get_option)(struct socket *socket, int level, int name, void *value, uint32_t *size);
    /* Requests of ioctl(2) other than FIONBIO; NULL: -ENOTTY. */
    long (*control)(struct socket *socket, unsigned long request, void *argument);
    /* READINESS_* bits that hold now. Must be there. */
    unsigned (*events)(struct socket *socket);
    /* The last reference is gone: to close it and to give up its memory. Must be there. */
    void (*release)(struct socket *socket);
};

/*
 * A socket: the beginning of a family's own structure. socket_begin() (socket.h) fills it in; the family
 * calls readiness_notify() on its `readiness` when something has changed.
 *
 * `socket` itself deals with the options of SOL_SOCKET that read or change these fields: SO_ERROR, SO_TYPE,
 * SO_DOMAIN, SO_PROTOCOL, SO_RCVTIMEO, SO_SNDTIMEO.
 */
struct socket {
    struct open_file file;
    const struct socket_ops *ops;
    struct readiness readiness;
    uint64_t receive_timeout; /* nanoseconds; 0: none */
    uint64_t send_timeout;
    int error; /* positive errno value that nobody has been told of: SO_ERROR, which sets it to 0 */
    uint16_t domain;
    uint8_t type; /* LINUX_SOCK_* */
    uint8_t protocol;
};

struct socket_family {
    /* A socket with one reference. -EAFNOSUPPORT: not a domain of this family. -ESOCKTNOSUPPORT,
     * -EPROTONOSUPPORT. */
    int (*create)(int domain, int type, int protocol, struct socket **socket);
};

extern const struct socket_family *const socket_families[];
extern const size_t socket_families_count;

/* The socket's pending error, negated, which it has no more; 0 if there is none. */
static inline int socket_take_error(struct socket *socket)
{
    int error = socket->error;

    socket->error = 0;
    return -error;
}
