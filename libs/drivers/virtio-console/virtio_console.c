#include "virtio_console.h"

#include <errno.h>
#include <heap.h>
#include <log.h>
#include <pages.h>

#define TYPE_CONSOLE 3 /* 5.3.1 */

/* 5.3.2 */
#define QUEUE_CONTROL_IN 2
#define QUEUE_CONTROL_OUT 3
#define QUEUE_RECEIVE(port) ((uint16_t)((port) == 0 ? 0 : 2 * (port) + 2))
#define QUEUE_TRANSMIT(port) ((uint16_t)(QUEUE_RECEIVE(port) + 1))

#define CONFIGURATION_PORTS 4 /* 5.3.4: max_nr_ports */

struct virtio_console *virtio_consoles;

static bool listen(struct virtio_console *console)
{
    bool waiting = true;

    for (unsigned i = 0; i < console->port_count; i++) {
        if (!console->ports[i].exists)
            continue;
        waiting &= virtio_queue_listen(&console->ports[i].receive, 1);
        waiting &= virtio_queue_listen(&console->ports[i].transmit, 1);
    }
    return waiting && (!console->multiport || virtio_queue_listen(&console->control_in, 1));
}

static void take_all(struct virtio_console *console)
{
    do {
        if (console->multiport)
            virtio_console_take_controls(console);
        for (unsigned i = 0; i < console->port_count; i++)
            if (console->ports[i].exists)
                virtio_console_take(&console->ports[i]);
    } while (!console->virtio.broken && !listen(console));
}

static void attention(struct virtio_device *device, bool queues, bool configuration)
{
    struct virtio_console *console =
        (struct virtio_console *)((char *)device - offsetof(struct virtio_console, virtio));

    (void)queues;
    if (configuration && virtio_needs_reset(device))
        virtio_break(device, "it says that it cannot go on");
    take_all(console);
}

static int make_port(struct virtio_console *console, unsigned number)
{
    struct virtio_console_port *port = &console->ports[number];
    int error = virtio_queue_create(&console->virtio, &port->receive, QUEUE_RECEIVE(number),
                                    VIRTIO_CONSOLE_PIECES, 0);

    if (!error)
        error = virtio_queue_create(&console->virtio, &port->transmit, QUEUE_TRANSMIT(number), 2, 0);
    if (error)
        return error;
    port->console = console;
    port->in = pages_alloc(VIRTIO_CONSOLE_PIECES * VIRTIO_CONSOLE_PIECE / PAGE_SIZE);
    port->out = pages_alloc(VIRTIO_CONSOLE_OUT / PAGE_SIZE);
    return port->in && port->out ? 0 : -ENOMEM;
}

static int make_control(struct virtio_console *console)
{
    int error = virtio_queue_create(&console->virtio, &console->control_in, QUEUE_CONTROL_IN,
                                    VIRTIO_CONSOLE_CONTROLS, 0);

    if (!error)
        error = virtio_queue_create(&console->virtio, &console->control_out, QUEUE_CONTROL_OUT, 2, 0);
    if (error)
        return error;
    console->controls = pages_alloc(1 + VIRTIO_CONSOLE_CONTROLS * VIRTIO_CONSOLE_CONTROL_ROOM / PAGE_SIZE);
    if (!console->controls)
        return -ENOMEM;
    console->message = (void *)(console->controls + VIRTIO_CONSOLE_CONTROLS * VIRTIO_CONSOLE_CONTROL_ROOM);
    return 0;
}

/* 5.3.5. The device tells of its ports, and of their names, in answer to messages: what it has said when it
 * has taken these is what there is. */
static int start(struct virtio_console *console)
{
    int error = virtio_begin(&console->virtio, VIRTIO_CONSOLE_F_MULTIPORT, 0, attention);
    uint32_t count = 1;

    if (error)
        return error;
    console->multiport = console->virtio.accepted & VIRTIO_CONSOLE_F_MULTIPORT;
    if (console->multiport)
        count = virtio_configuration32(&console->virtio, CONFIGURATION_PORTS);
    if (count > CONFIG_VIRTIO_CONSOLE_PORTS)
        count = CONFIG_VIRTIO_CONSOLE_PORTS;
    for (unsigned i = 0; i < count && !error; i++)
        error = make_port(console, i);
    if (!error && console->multiport)
        error = make_control(console);
    if (!error)
        error = virtio_ready(&console->virtio);
    if (error)
        return error;
    console->port_count = count;
    if (console->multiport) {
        virtio_console_fill_controls(console);
        virtio_console_tell(console, 0, VIRTIO_CONSOLE_DEVICE_READY, 1);
    } else {
        console->ports[0].exists = console->ports[0].host_open = true;
        virtio_console_fill(&console->ports[0]);
    }
    take_all(console);
    return console->virtio.broken ? -EIO : 0;
}

static void found(const struct virtio_device *device)
{
    struct virtio_console *console = heap_alloc(sizeof *console), **link = &virtio_consoles;
    int error = -ENOMEM;

    if (console) {
        *console = (struct virtio_console){.virtio = *device};
        error = start(console);
    }
    if (error) {
        log_write(LOG_ERROR, "virtio-console: a device does not start, error %d", -error);
        if (console) {
            console->port_count = 0;
            console->multiport = false;
            virtio_break(&console->virtio, "its driver cannot use it");
        }
        return;
    }
    for (; *link; link = &(*link)->next)
        console->number++;
    *link = console;
}

int virtio_console_init(void);

int virtio_console_init(void)
{
    virtio_find(TYPE_CONSOLE, found);
    return 0;
}
