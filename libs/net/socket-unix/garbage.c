/*
 * Sockets that were passed as descriptors, closed by everybody, and stand in the queues of sockets to which
 * the same has happened: nothing can ever receive them, and nothing else would close them. A socket is
 * suspect if messages hold all references to it. What can be received from sockets that are not suspect is
 * not garbage, nor what can be received from that.
 */
#include "unix_socket.h"

unsigned unix_inflight;

static bool suspect(const struct unix_socket *socket)
{
    return socket->inflight != 0 && socket->socket.file.references == socket->inflight;
}

/* Marks what stands in the queue; returns whether anything was marked that was not. */
static bool mark_queue(const struct unix_socket *socket)
{
    bool marked = false;

    for (const struct unix_message *message = socket->first; message != NULL; message = message->next)
        for (unsigned i = 0; message->rights != NULL && i < message->rights->count; i++) {
            struct unix_socket *passed = unix_from(message->rights->files[i]);

            if (passed != NULL && !passed->live)
                passed->live = marked = true;
        }
    return marked;
}

/* What nobody has accepted yet is as live as its listener. */
static bool mark_pending(const struct unix_socket *socket)
{
    bool marked = false;

    for (struct unix_socket *pending = socket->pending; pending != NULL; pending = pending->next_pending)
        if (!pending->live)
            pending->live = marked = true;
    return marked;
}

static bool mark(void)
{
    bool marked = false;

    for (struct ring *ring = ring_first(unix_sockets); ring != NULL; ring = ring_after(unix_sockets, ring)) {
        const struct unix_socket *socket = UNIX_SOCKET_OF(all, ring);

        if (!socket->live)
            continue;
        marked |= mark_queue(socket);
        marked |= mark_pending(socket);
    }
    return marked;
}

static struct unix_socket *find_dead(void)
{
    for (struct ring *ring = ring_first(unix_sockets); ring != NULL; ring = ring_after(unix_sockets, ring)) {
        struct unix_socket *socket = UNIX_SOCKET_OF(all, ring);

        if (!socket->live && socket->first != NULL)
            return socket;
    }
    return NULL;
}

/* Emptying the queues of the dead gives up all references to them. One is held while its queue is emptied. */
void unix_collect(void)
{
    static bool collecting;
    struct unix_socket *dead;

    if (collecting)
        return;
    collecting = true;
    for (struct ring *ring = ring_first(unix_sockets); ring != NULL; ring = ring_after(unix_sockets, ring)) {
        struct unix_socket *socket = UNIX_SOCKET_OF(all, ring);

        socket->live = !suspect(socket) && socket->listener == NULL;
    }
    while (mark())
        continue;
    while ((dead = find_dead()) != NULL) {
        dead->socket.file.references++;
        unix_clear(dead);
        fd_put(&dead->socket.file);
    }
    collecting = false;
}
