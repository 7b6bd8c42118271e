#include "shell_parts.h"

/* `state` is enum vsock_state. */
static const char *const states[] = {"new", "listening", "connecting", "connected", "ended", "closing"};

static void print_port(struct shell *shell, uint32_t port)
{
    if (port == VSOCK_ANY)
        shell_print(shell, "%10s ", "-");
    else
        shell_print(shell, "%10u ", port);
}

void shell_sockets(struct shell *shell, int count, char **words)
{
    (void)count, (void)words;
    shell_print(shell, "      port       peer state        waiting   buffer\n");
    for (const struct vsock *end = NULL; (end = vsock_next(end));) {
        print_port(shell, end->local.port);
        print_port(shell, end->peer.port);
        shell_print(shell, "%-10s %9zu %8u\n", states[end->state], end->queue.size, end->buffer);
    }
}
