/* 5.3.6: the bytes of a port; and as a file, with the meaning that Linux's virtio_console gives it. */
#include "virtio_console.h"

#include <errno.h>
#include <linux_file.h>
#include <string.h>
#include <vnode.h>

#define PATIENCE 100000 /* reads of a register: what is on its way out may go before the port is closed */

static struct virtio_console_port *of(struct open_file *file)
{
    return (struct virtio_console_port *)file;
}

static void give(struct virtio_console_port *port, unsigned piece)
{
    unsigned char *room = port->in + piece * VIRTIO_CONSOLE_PIECE;

    if (virtio_queue_room(&port->receive) == 0)
        return;
    virtio_queue_add(&port->receive, room, VIRTIO_CONSOLE_PIECE, true);
    virtio_queue_submit(&port->receive, room);
    virtio_queue_notify(&port->receive);
}

void virtio_console_fill(struct virtio_console_port *port)
{
    for (unsigned i = 0; i < VIRTIO_CONSOLE_PIECES; i++)
        give(port, i);
}

void virtio_console_take(struct virtio_console_port *port)
{
    unsigned char *room;
    uint32_t length;
    unsigned events = 0;

    while ((room = virtio_queue_take(&port->receive, &length))) {
        unsigned piece = (unsigned)(room - port->in) / VIRTIO_CONSOLE_PIECE;

        if (length == 0 || !port->open) { /* nobody is there who could read it */
            give(port, piece);
            continue;
        }
        port->filled[(port->first + port->count) % VIRTIO_CONSOLE_PIECES].piece = (uint8_t)piece;
        port->filled[(port->first + port->count++) % VIRTIO_CONSOLE_PIECES].length = length;
        events |= READINESS_READABLE;
    }
    if (virtio_queue_take(&port->transmit, &length)) {
        port->sending = false;
        events |= READINESS_WRITABLE;
    }
    if (port->console->virtio.broken)
        events |= READINESS_HUP | READINESS_ERR;
    if (events)
        readiness_notify(&port->readiness, events);
}

static bool gone(const struct virtio_console_port *port)
{
    return port->console->virtio.broken || !port->exists;
}

static int wait(struct open_file *file, unsigned events)
{
    if (file->flags & LINUX_O_NONBLOCK) {
        wait_poll();
        return -EAGAIN;
    }
    return readiness_wait(&of(file)->readiness, events, WAIT_FOR_EVER, false);
}

/* The end is where nobody has the other side open, and nothing is left of what was sent before. */
static long read(struct open_file *file, void *buffer, size_t size)
{
    struct virtio_console_port *port = of(file);
    size_t done = 0;

    while (port->count == 0) {
        int error;

        if (gone(port) || !port->host_open)
            return 0;
        error = wait(file, READINESS_READABLE);
        if (error && port->count == 0)
            return error;
    }
    while (done < size && port->count > 0) {
        uint32_t left = port->filled[port->first].length - port->offset;
        uint32_t part = size - done < left ? (uint32_t)(size - done) : left;
        unsigned piece = port->filled[port->first].piece;

        memcpy((char *)buffer + done, port->in + piece * VIRTIO_CONSOLE_PIECE + port->offset, part);
        done += part;
        port->offset += part;
        if (part < left)
            break;
        port->offset = 0;
        port->first = (port->first + 1) % VIRTIO_CONSOLE_PIECES;
        port->count--;
        give(port, piece);
    }
    return (long)done;
}

static long write(struct open_file *file, const void *data, size_t size)
{
    struct virtio_console_port *port = of(file);

    if (size == 0)
        return 0;
    while (port->sending || !port->host_open) {
        int error;

        if (gone(port))
            return -EIO;
        error = wait(file, READINESS_WRITABLE);
        if (error && (port->sending || !port->host_open))
            return error;
    }
    if (gone(port) || virtio_queue_room(&port->transmit) == 0)
        return -EIO;
    if (size > VIRTIO_CONSOLE_OUT)
        size = VIRTIO_CONSOLE_OUT;
    memcpy(port->out, data, size);
    port->sending = true;
    virtio_queue_add(&port->transmit, port->out, (uint32_t)size, false);
    virtio_queue_submit(&port->transmit, port);
    virtio_queue_notify(&port->transmit);
    return (long)size;
}

static unsigned poll(struct open_file *file, struct readiness **readiness)
{
    struct virtio_console_port *port = of(file);
    unsigned events = 0;

    *readiness = &port->readiness;
    if (port->count > 0)
        events |= READINESS_READABLE;
    if (!port->host_open || gone(port))
        events |= READINESS_HUP;
    else if (!port->sending)
        events |= READINESS_WRITABLE;
    return events;
}

static void stat(struct open_file *file, struct linux_stat_values *values)
{
    uint32_t number = virtio_console_node_number(of(file));

    *values = (struct linux_stat_values){
        .device = 5,
        .inode = number,
        .special_device = number,
        .mode = VNODE_DEVICE | 0600,
        .links = 1,
        .block_size = 4096,
    };
}

static void release(struct open_file *file)
{
    struct virtio_console_port *port = of(file);

    for (int i = 0; port->sending && !gone(port) && port->host_open && i < PATIENCE; i++) {
        virtio_needs_reset(&port->console->virtio);
        virtio_console_take(port);
    }
    port->open = false;
    while (port->count > 0) {
        give(port, port->filled[port->first].piece);
        port->first = (port->first + 1) % VIRTIO_CONSOLE_PIECES;
        port->count--;
    }
    port->offset = 0;
    virtio_console_tell(port->console, (unsigned)(port - port->console->ports), VIRTIO_CONSOLE_PORT_OPEN, 0);
}

static const struct open_file_ops operations = {
    .read = read, .write = write, .poll = poll, .stat = stat, .release = release};

int virtio_console_open(struct virtio_console_port *port, unsigned flags)
{
    if (port->open)
        return -EBUSY;
    port->open = true;
    port->file = (struct open_file){.ops = &operations, .references = 1, .flags = flags};
    virtio_console_tell(port->console, (unsigned)(port - port->console->ports), VIRTIO_CONSOLE_PORT_OPEN, 1);
    return 0;
}
