/*
 * Sockets of AF_VSOCK (vsock(7)): each is one end of the library `vsock`. What each call answers is what
 * Linux's net/vmw_vsock/af_vsock.c does.
 */
#pragma once

#include <socket.h>
#include <vsock.h>

struct vsock_socket {
    struct socket socket; /* first */
    struct vsock end;
    uint64_t buffer, buffer_least, buffer_most; /* SO_VM_SOCKETS_BUFFER_* */
    bool closed;
};

static inline struct vsock_socket *vsock_socket_of(struct socket *socket)
{
    return (struct vsock_socket *)socket;
}

/* connection.c */
int vsock_socket_bind(struct socket *socket, const struct socket_address *address);
int vsock_socket_listen(struct socket *socket, int backlog);
int vsock_socket_accept(struct socket *socket, struct socket **accepted);
int vsock_socket_connect(struct socket *socket, const struct socket_address *address);
int vsock_socket_name(struct socket *socket, bool peer, struct socket_address *address);
int vsock_socket_shutdown(struct socket *socket, int how);

/* options.c */
int vsock_socket_set_option(struct socket *socket, int level, int name, const void *value, uint32_t size);
int vsock_socket_get_option(struct socket *socket, int level, int name, void *value, uint32_t *size);
long vsock_socket_control(struct socket *socket, unsigned long request, void *argument);
