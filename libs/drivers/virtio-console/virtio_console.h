/* The parts of this driver, and what virtio 1.2, section 5.3 says about the device. */
#pragma once

#include <config.h>
#include <fd_table.h>
#include <readiness.h>
#include <stdbool.h>
#include <stdint.h>
#include <virtio.h>

#define VIRTIO_CONSOLE_F_MULTIPORT (UINT64_C(1) << 1) /* 5.3.3 */

/* 5.3.6.2: struct virtio_console_control; the name of a port stands behind it */
struct virtio_console_control {
    uint32_t port;
    uint16_t event;
    uint16_t value;
};

enum {
    VIRTIO_CONSOLE_DEVICE_READY = 0,
    VIRTIO_CONSOLE_DEVICE_ADD = 1,
    VIRTIO_CONSOLE_DEVICE_REMOVE = 2,
    VIRTIO_CONSOLE_PORT_READY = 3,
    VIRTIO_CONSOLE_PORT_OPEN = 6,
    VIRTIO_CONSOLE_PORT_NAME = 7,
};

#define VIRTIO_CONSOLE_NAME_ROOM 32u
#define VIRTIO_CONSOLE_PIECES 8u         /* of memory for what comes in */
#define VIRTIO_CONSOLE_PIECE 1024u       /* bytes */
#define VIRTIO_CONSOLE_OUT 16384u        /* bytes that are on their way out, at most */
#define VIRTIO_CONSOLE_CONTROLS 32u      /* messages that can come at once */
#define VIRTIO_CONSOLE_CONTROL_ROOM 128u /* bytes of one */

struct virtio_console;

struct virtio_console_port {
    struct open_file file; /* first; there is one opening at a time */
    struct virtio_console *console;
    struct virtio_queue receive, transmit;
    struct readiness readiness;
    bool exists;
    bool open;      /* by a program here */
    bool host_open; /* by one there */
    bool sending;
    char name[VIRTIO_CONSOLE_NAME_ROOM]; /* "": none */

    unsigned char *in, *out;
    /* Pieces that hold something, in order; the first one from `offset` on. */
    struct {
        uint32_t length;
        uint8_t piece;
    } filled[VIRTIO_CONSOLE_PIECES];
    unsigned first, count;
    uint32_t offset;
};

struct virtio_console {
    struct virtio_device virtio;
    struct virtio_console *next;
    unsigned number;
    unsigned port_count;
    bool multiport;
    struct virtio_queue control_in, control_out;
    unsigned char *controls;
    struct virtio_console_control *message; /* to the device */
    struct virtio_console_port ports[CONFIG_VIRTIO_CONSOLE_PORTS];
};

extern struct virtio_console *virtio_consoles;

/* control.c: waits until the device has the message; what the device has said */
void virtio_console_tell(struct virtio_console *console, unsigned port, unsigned event, unsigned value);
void virtio_console_fill_controls(struct virtio_console *console);
void virtio_console_take_controls(struct virtio_console *console);

/* port.c: gives all pieces to the device; takes what has come and gone; opens it as a file: 0 or -EBUSY */
void virtio_console_fill(struct virtio_console_port *port);
void virtio_console_take(struct virtio_console_port *port);
int virtio_console_open(struct virtio_console_port *port, unsigned flags);

/* nodes.c: of a port */
uint32_t virtio_console_node_number(const struct virtio_console_port *port);
