/* 5.3.6.2 */
#include "virtio_console.h"

#include <log.h>
#include <string.h>

#define ATTEMPTS 1000000 /* reads of a register while the device takes a message: seconds */

void virtio_console_tell(struct virtio_console *console, unsigned port, unsigned event, unsigned value)
{
    uint32_t written;

    if (!console->multiport || virtio_queue_room(&console->control_out) == 0)
        return;
    *console->message =
        (struct virtio_console_control){.port = port, .event = (uint16_t)event, .value = (uint16_t)value};
    virtio_queue_add(&console->control_out, console->message, sizeof *console->message, false);
    virtio_queue_submit(&console->control_out, console->message);
    virtio_queue_notify(&console->control_out);
    for (int i = 0; !virtio_queue_take(&console->control_out, &written) && !console->virtio.broken; i++) {
        if (i == ATTEMPTS)
            virtio_break(&console->virtio, "it does not take a message");
        virtio_needs_reset(&console->virtio); /* leaves a virtual machine, and so lets its host work */
    }
    for (unsigned i = 0; i < console->port_count && console->virtio.broken; i++)
        readiness_notify(&console->ports[i].readiness, READINESS_ALWAYS);
}

static void give(struct virtio_console *console, void *room)
{
    virtio_queue_add(&console->control_in, room, VIRTIO_CONSOLE_CONTROL_ROOM, true);
    virtio_queue_submit(&console->control_in, room);
}

void virtio_console_fill_controls(struct virtio_console *console)
{
    for (unsigned i = 0; i < VIRTIO_CONSOLE_CONTROLS && virtio_queue_room(&console->control_in) > 0; i++)
        give(console, console->controls + i * VIRTIO_CONSOLE_CONTROL_ROOM);
    virtio_queue_notify(&console->control_in);
}

/* A file's name: other characters mean that there is none. The NUL at its end may be there or not. */
static void take_name(struct virtio_console_port *port, const char *name, size_t length)
{
    size_t used = 0;

    if (length > 0 && name[length - 1] == '\0')
        length--;
    for (; used < length && used < sizeof port->name - 1; used++) {
        char c = name[used];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_' &&
            c != '-' && (c != '.' || used == 0))
            break;
        port->name[used] = c;
    }
    if (used < length || used == 0) {
        log_write(LOG_WARNING, "virtio-console: the name of a port is none of a file");
        used = 0;
    }
    port->name[used] = '\0';
}

/* What is said of ports that are not there, or that there is no such event, is of no use and does no harm. */
static void handle(struct virtio_console *console, const struct virtio_console_control *said,
                   const char *name, size_t length)
{
    struct virtio_console_port *port = said->port < console->port_count ? &console->ports[said->port] : NULL;

    if (!port || (!port->exists && said->event != VIRTIO_CONSOLE_DEVICE_ADD))
        return;
    switch (said->event) {
    case VIRTIO_CONSOLE_DEVICE_ADD:
        if (port->exists)
            break;
        port->exists = true;
        virtio_console_fill(port);
        virtio_console_tell(console, said->port, VIRTIO_CONSOLE_PORT_READY, 1);
        break;
    case VIRTIO_CONSOLE_DEVICE_REMOVE:
        port->exists = port->host_open = false;
        readiness_notify(&port->readiness, READINESS_HUP);
        break;
    case VIRTIO_CONSOLE_PORT_OPEN:
        port->host_open = said->value != 0;
        readiness_notify(&port->readiness,
                         port->host_open ? READINESS_WRITABLE : READINESS_HUP | READINESS_READABLE);
        break;
    case VIRTIO_CONSOLE_PORT_NAME:
        take_name(port, name, length);
        break;
    default:
        break;
    }
}

void virtio_console_take_controls(struct virtio_console *console)
{
    char *room;
    uint32_t written;

    while ((room = virtio_queue_take(&console->control_in, &written))) {
        char copy[VIRTIO_CONSOLE_CONTROL_ROOM];
        struct virtio_console_control said;

        /* The device could still change it. */
        memcpy(copy, room, sizeof copy);
        give(console, room);
        virtio_queue_notify(&console->control_in);
        memcpy(&said, copy, sizeof said);
        if (written >= sizeof said)
            handle(console, &said, copy + sizeof said, written - sizeof said);
    }
}
