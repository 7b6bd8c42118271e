/* /dev/vport0p1, and /dev/virtio-ports/NAME of one that has a name. The major number 253 is of the range for
 * local use (Linux's Documentation/admin-guide/devices.txt). */
#include "virtio_console.h"

#include <device_node.h>
#include <errno.h>
#include <string.h>
#include <vnode.h>

#define MAJOR 253u
#define PORTS 32u /* minor numbers of a device */
#define DEVICES 8u

static const char folder[] = "virtio-ports/";
_Static_assert(sizeof folder + VIRTIO_CONSOLE_NAME_ROOM <= DEVICE_NODE_ROOM, "a path has room");

uint32_t virtio_console_node_number(const struct virtio_console_port *port)
{
    return MAJOR << 8 | (port->console->number * PORTS + (uint32_t)(port - port->console->ports));
}

static char *put_number(char *to, unsigned number)
{
    if (number >= 10)
        *to++ = (char)('0' + number / 10);
    *to++ = (char)('0' + number % 10);
    return to;
}

static void name_by_number(const struct virtio_console_port *port, char *path)
{
    memcpy(path, "vport", 5);
    path = put_number(path + 5, port->console->number);
    *path++ = 'p';
    *put_number(path, (unsigned)(port - port->console->ports)) = '\0';
}

static bool node(unsigned index, struct device_node *node)
{
    for (struct virtio_console *console = virtio_consoles; console; console = console->next)
        for (unsigned i = 0; i < console->port_count && console->number < DEVICES; i++) {
            const struct virtio_console_port *port = &console->ports[i];
            bool named = port->name[0] != '\0';

            if (!port->exists)
                continue;
            if (index > (unsigned)named) {
                index -= 1 + (unsigned)named;
                continue;
            }
            *node =
                (struct device_node){.mode = VNODE_DEVICE | 0600, .number = virtio_console_node_number(port)};
            if (index == 0) {
                name_by_number(port, node->path);
            } else {
                memcpy(node->path, folder, sizeof folder - 1);
                memcpy(node->path + sizeof folder - 1, port->name, sizeof port->name);
            }
            return true;
        }
    return false;
}

static int open(uint32_t number, unsigned flags, struct open_file **opened)
{
    for (struct virtio_console *console = virtio_consoles; console; console = console->next)
        for (unsigned i = 0; i < console->port_count; i++) {
            struct virtio_console_port *port = &console->ports[i];
            int error;

            if (!port->exists || virtio_console_node_number(port) != number)
                continue;
            error = virtio_console_open(port, flags);
            if (!error)
                *opened = &port->file;
            return error;
        }
    return -ENXIO;
}

const struct device_nodes virtio_console_device_node = {.node = node, .open = open};
