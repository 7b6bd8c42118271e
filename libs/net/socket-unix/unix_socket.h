/*
 * Sockets of AF_UNIX (unix(7)), as the parts of this library see them.
 *
 * What is sent stands in the queue of the socket that will receive it. Two connected sockets are each other's
 * `peer`, without references: the one that goes first says so. A datagram socket that has been connected
 * knows its peer too, and stands in that one's list of admirers.
 */
#pragma once

#include <config.h>
#include <ring.h>
#include <socket.h>
#ifdef CONFIG_LIB_USERS
#include <users.h>
#endif

#define UNIX_BUFFER 212992u /* bytes that may wait in a queue: Linux's net.core.wmem_default */
#define UNIX_RIGHTS_MAX 253 /* descriptors in a message: SCM_MAX_FD in Linux's include/net/scm.h */
#define UNIX_PROCESS 1      /* the one process */

#define UNIX_NAME_MAX (sizeof(struct linux_sockaddr_un) + 1) /* of an address with its NUL */

struct unix_name {
    struct ring ring; /* of all names */
    struct unix_socket *socket;
    struct vnode *vnode; /* of a name in the file system, a reference is held; NULL: abstract */
    unsigned users;      /* the socket, and those that were accepted by it */
    uint32_t size;       /* of the address */
    uint8_t address[];   /* as the application gave it, or as it would see it */
};

/* Open files on their way. */
struct unix_rights {
    struct unix_rights *next; /* of those to be closed */
    unsigned count;
    struct open_file *files[]; /* a reference is held to each */
};

struct unix_message {
    struct unix_message *next;
    struct unix_rights *rights; /* NULL: none */
    size_t size, offset;        /* bytes, and how many of them have been received */
    size_t capacity;            /* bytes that there is memory for */
    uint32_t address_size;      /* of the sender: 0 if it has no name */
#ifdef CONFIG_LIB_USERS
    struct linux_ucred sender; /* by the real ids: SCM_CREDENTIALS */
#endif
    uint8_t address[UNIX_NAME_MAX];
    uint8_t bytes[];
};

struct unix_socket {
    struct socket socket;
    struct ring all; /* of all sockets of this family */
    struct unix_name *name;
    struct unix_socket *peer;
    struct ring *admirers; /* datagram sockets that are connected to this one */
    struct ring admirer;   /* in that list of the peer */
    struct ring *blocked;  /* sockets that wait for room in this one's queue */
    struct ring block;     /* in that list of another socket */
    struct unix_socket *blocked_by;

    struct unix_message *first, **last; /* the queue */
    size_t queued;                      /* bytes in it */
    struct unix_message *spare;         /* memory for the next message; NULL: none */

    struct unix_socket *pending, *next_pending; /* connections that nobody has accepted yet, oldest first */
    struct unix_socket *listener;               /* in whose list of pending ones it is */
    unsigned pending_count, backlog;

    unsigned inflight; /* references that are held by messages */
    uint32_t buffer;   /* SO_SNDBUF */
    bool listening;
    bool connected;           /* has been, at least */
    bool ended_in, ended_out; /* nothing more is received, or sent */
    bool refused;             /* a datagram socket's peer has gone: the next to send is told */
    bool credentials;         /* SO_PASSCRED */
    bool live;                /* garbage.c */
#ifdef CONFIG_LIB_USERS
    struct linux_ucred peer_credentials; /* by the effective ids: SO_PEERCRED; a listener's own */
    struct linux_ucred sender;           /* of what was received last */
#endif
};

#ifdef CONFIG_LIB_USERS
static inline struct linux_ucred unix_credentials(enum users_kind kind)
{
    return (struct linux_ucred){
        .pid = UNIX_PROCESS, .uid = users_now.user[kind], .gid = users_now.group[kind]};
}
#endif

#define UNIX_SOCKET_OF(member, ring)                                                                         \
    ((struct unix_socket *)((char *)(ring)-offsetof(struct unix_socket, member)))

extern struct ring *unix_sockets;

static inline struct unix_socket *unix_of(struct socket *socket)
{
    return (struct unix_socket *)socket;
}

static inline bool unix_is_stream(const struct unix_socket *self)
{
    return self->socket.type != LINUX_SOCK_DGRAM;
}

/* Whether `from` can write to `to`, as poll() sees it: with some distance, so that it pays. */
static inline bool unix_has_room(const struct unix_socket *from, const struct unix_socket *to)
{
    return to->queued <= from->buffer - from->buffer / 4;
}

/* create.c */
struct unix_socket *unix_new(int type);
struct unix_socket *unix_from(struct open_file *file); /* NULL: something else */
void unix_tell(struct unix_socket *self, unsigned events);

/* connect.c */
int unix_listen(struct socket *socket, int backlog);
int unix_accept(struct socket *socket, struct socket **accepted);
int unix_connect(struct socket *socket, const struct socket_address *address);
int unix_shutdown(struct socket *socket, int how);
void unix_join(struct unix_socket *a, struct unix_socket *b);
void unix_part(struct unix_socket *self); /* from its peer, which is told */
/* `self` waits until `other` has room; unix_unblock() ends that, unix_room() tells all who wait. */
void unix_block(struct unix_socket *self, struct unix_socket *other);
void unix_unblock(struct unix_socket *self);
void unix_room(struct unix_socket *self);

/* name.c */
int unix_bind(struct socket *socket, const struct socket_address *address);
int unix_show_name(struct socket *socket, bool peer, struct socket_address *address);
/* The socket of a name; -ENOENT, -ECONNREFUSED, -EINVAL. */
int unix_find(const struct socket_address *address, struct unix_socket **found);
void unix_drop_name(struct unix_name *name, const struct unix_socket *user); /* may be NULL */

/* send.c, receive.c */
long unix_send(struct socket *socket, struct socket_message *message);
long unix_receive(struct socket *socket, struct socket_message *message);
void unix_forget(struct unix_socket *self, struct unix_message *message); /* with its rights */
void unix_clear(struct unix_socket *self);                                /* the whole queue */

/* rights.c: ancillary data. unix_rights_take() reads what is to be sent, unix_rights_put() fills in what has
 * come; `keep`: it will come again. */
int unix_rights_take(const struct socket_message *message, struct unix_rights **rights);
void unix_rights_put(struct unix_socket *self, struct socket_message *message, struct unix_rights *rights,
                     bool keep);
void unix_rights_drop(struct unix_rights *rights); /* may be NULL */

/* garbage.c: closes sockets that only messages to each other refer to. */
void unix_collect(void);
extern unsigned unix_inflight; /* references to sockets of this family that are held by messages */

/* options.c */
int unix_set_option(struct socket *socket, int level, int name, const void *value, uint32_t size);
int unix_get_option(struct socket *socket, int level, int name, void *value, uint32_t *size);
long unix_control(struct socket *socket, unsigned long request, void *argument);
