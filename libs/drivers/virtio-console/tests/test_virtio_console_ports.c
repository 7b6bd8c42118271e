/* What a device says about its ports, true or not, and the bytes of a port as a file. */
// instead: ../control.c ../port.c
#include "../virtio_console.h"

#include <assert.h>
#include <errno.h>
#include <linux_file.h>
#include <stdlib.h>
#include <string.h>

/* The device's side: messages that wait for the driver, and what the driver has told it. */
static struct {
    char bytes[VIRTIO_CONSOLE_CONTROL_ROOM];
    uint32_t length;
} messages[16];
static unsigned message_first, message_end;
static struct virtio_console_control told[64];
static unsigned told_count;
static char out[200000];
static size_t out_size;
static bool takes; /* what is sent is done at once */

static struct virtio_console console;
static struct virtio_console_port *const port = &console.ports[1];
static _Alignas(4096) unsigned char controls[VIRTIO_CONSOLE_CONTROLS][VIRTIO_CONSOLE_CONTROL_ROOM];
static unsigned char in[VIRTIO_CONSOLE_PIECES * VIRTIO_CONSOLE_PIECE], sent[VIRTIO_CONSOLE_OUT];
static struct virtio_console_control message;

/* Pieces of the port that the device has, in order. */
static void *given[VIRTIO_CONSOLE_PIECES];
static unsigned given_count;
static uint32_t filled[VIRTIO_CONSOLE_PIECES]; /* of the first ones: how much is in them */
static unsigned filled_count;

static const void *added;
static uint32_t added_length;
static void *under_way; /* to the device, of the port */

unsigned virtio_queue_room(const struct virtio_queue *queue)
{
    return queue->device->broken ? 0 : 8;
}

void virtio_queue_add(struct virtio_queue *queue, const void *bytes, uint32_t length, bool device_writes)
{
    assert(device_writes == (queue == &console.control_in || queue == &port->receive));
    added = bytes;
    added_length = length;
}

void virtio_queue_submit(struct virtio_queue *queue, void *token)
{
    if (queue == &console.control_out) {
        assert(added_length == 8 && told_count < 64);
        memcpy(&told[told_count++], added, 8);
    } else if (queue == &port->receive) {
        assert(added_length == VIRTIO_CONSOLE_PIECE && given_count < VIRTIO_CONSOLE_PIECES);
        given[given_count++] = token;
    } else if (queue == &port->transmit) {
        assert(!under_way);
        memcpy(out + out_size, added, added_length);
        out_size += added_length;
        under_way = token;
    }
}

void virtio_queue_notify(struct virtio_queue *queue)
{
    (void)queue;
}

void *virtio_queue_take(struct virtio_queue *queue, uint32_t *written)
{
    void *token = NULL;

    *written = 0;
    if (queue == &console.control_out)
        return &message;
    if (queue == &console.control_in && message_first < message_end) {
        unsigned place = message_first % VIRTIO_CONSOLE_CONTROLS;

        memcpy(controls[place], messages[message_first].bytes, VIRTIO_CONSOLE_CONTROL_ROOM);
        *written = messages[message_first++].length;
        return controls[place];
    }
    if (queue == &port->receive && filled_count > 0) {
        token = given[0];
        *written = filled[0];
        memmove(given, given + 1, --given_count * sizeof given[0]);
        memmove(filled, filled + 1, --filled_count * sizeof filled[0]);
    }
    if (queue == &port->transmit && takes) {
        token = under_way;
        under_way = NULL;
    }
    return token;
}

void virtio_break(struct virtio_device *device, const char *why)
{
    (void)why;
    device->broken = true;
}

bool virtio_needs_reset(const struct virtio_device *device)
{
    (void)device;
    return false;
}

static unsigned events;

void readiness_tell(struct readiness *readiness, unsigned what)
{
    (void)readiness;
    events |= what;
}

/* Whoever waits is interrupted: what else happens is the test's to say before. */
int readiness_wait(struct readiness *readiness, unsigned what, uint64_t deadline, bool exclusive)
{
    (void)readiness, (void)what, (void)deadline, (void)exclusive;
    return -EINTR;
}

void wait_poll(void) {}

uint32_t virtio_console_node_number(const struct virtio_console_port *of)
{
    return (uint32_t)(of - console.ports);
}

static void say(uint32_t number, unsigned event, unsigned value, const char *text, size_t length)
{
    const struct virtio_console_control head = {number, (uint16_t)event, (uint16_t)value};

    message_first = 0;
    message_end = 1;
    memcpy(messages[0].bytes, &head, sizeof head);
    memcpy(messages[0].bytes + sizeof head, text, length);
    messages[0].length = (uint32_t)(sizeof head + length);
    virtio_console_take_controls(&console);
}

static void come(const char *text, size_t length)
{
    assert(filled_count < given_count && length <= VIRTIO_CONSOLE_PIECE);
    memcpy(given[filled_count], text, length);
    filled[filled_count++] = (uint32_t)length;
}

static void sayings(void)
{
    static const char *const bad[] = {"", ".hidden", "a/b", "..", "two words", "\xff", "a\0b"};

    /* Of ports that are not there, or not yet: nothing happens. */
    say(77, VIRTIO_CONSOLE_DEVICE_ADD, 1, "", 0);
    say(UINT32_MAX, VIRTIO_CONSOLE_PORT_OPEN, 1, "", 0);
    say(1, VIRTIO_CONSOLE_PORT_OPEN, 1, "", 0);
    say(1, VIRTIO_CONSOLE_PORT_NAME, 1, "early", 5);
    assert(told_count == 0 && !port->host_open && !port->name[0]);
    say(1, VIRTIO_CONSOLE_DEVICE_ADD, 1, "", 0);
    assert(port->exists && given_count == VIRTIO_CONSOLE_PIECES && told_count == 1);
    assert(told[0].port == 1 && told[0].event == VIRTIO_CONSOLE_PORT_READY && told[0].value == 1);
    say(1, VIRTIO_CONSOLE_DEVICE_ADD, 1, "", 0); /* once is enough */
    assert(told_count == 1 && given_count == VIRTIO_CONSOLE_PIECES);
    say(1, 999, 1, "", 0);
    messages[0].length = 7; /* less than a message */
    message_first = 0;
    virtio_console_take_controls(&console);
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        say(1, VIRTIO_CONSOLE_PORT_NAME, 1, bad[i], i == 6 ? 3 : strlen(bad[i]));
        assert(!port->name[0]);
    }
    say(1, VIRTIO_CONSOLE_PORT_NAME, 1, "0123456789012345678901234567890x", 32); /* too long */
    assert(!port->name[0]);
    say(1, VIRTIO_CONSOLE_PORT_NAME, 1, "org.one_2-3", 12); /* with its NUL */
    assert(strcmp(port->name, "org.one_2-3") == 0);
    say(1, VIRTIO_CONSOLE_PORT_OPEN, 1, "", 0);
    assert(port->host_open);
}

static void bytes(void)
{
    const struct open_file_ops *ops;
    struct readiness *readiness;
    char room[3000];

    assert(virtio_console_open(port, LINUX_O_RDWR) == 0 && virtio_console_open(port, LINUX_O_RDWR) == -EBUSY);
    assert(told[told_count - 1].event == VIRTIO_CONSOLE_PORT_OPEN && told[told_count - 1].value == 1);
    ops = port->file.ops;
    assert(ops->read(&port->file, room, 10) == -EINTR);
    port->file.flags |= LINUX_O_NONBLOCK;
    assert(ops->read(&port->file, room, 10) == -EAGAIN);
    come("first", 5);
    come("", 0); /* a piece with nothing in it goes back */
    come("second", 6);
    virtio_console_take(port);
    assert(given_count == VIRTIO_CONSOLE_PIECES - 2);
    assert(ops->poll(&port->file, &readiness) == (READINESS_READABLE | READINESS_WRITABLE));
    assert(ops->read(&port->file, room, 3) == 3 && memcmp(room, "fir", 3) == 0);
    assert(ops->read(&port->file, room, 100) == 8 && memcmp(room, "stsecond", 8) == 0);
    assert(given_count == VIRTIO_CONSOLE_PIECES);

    takes = false;
    assert(ops->write(&port->file, room, 0) == 0);
    memset(room, 'x', sizeof room);
    assert(ops->write(&port->file, room, sizeof room) == (long)sizeof room && out_size == sizeof room);
    assert(ops->write(&port->file, room, 1) == -EAGAIN);
    assert(!(ops->poll(&port->file, &readiness) & READINESS_WRITABLE));
    takes = true;
    virtio_console_take(port);
    assert(ops->write(&port->file, room, 1) == 1);
    virtio_console_take(port);

    come("last", 4); /* what was sent before the other side ended is still read */
    virtio_console_take(port);
    say(1, VIRTIO_CONSOLE_PORT_OPEN, 0, "", 0);
    assert(ops->poll(&port->file, &readiness) == (READINESS_READABLE | READINESS_HUP));
    assert(ops->read(&port->file, room, 100) == 4 && ops->read(&port->file, room, 100) == 0);
    assert(ops->write(&port->file, room, 1) == -EAGAIN);
    say(1, VIRTIO_CONSOLE_PORT_OPEN, 1, "", 0);
    come("unread", 6);
    virtio_console_take(port);
    ops->release(&port->file);
    assert(!port->open && given_count == VIRTIO_CONSOLE_PIECES);
    assert(told[told_count - 1].event == VIRTIO_CONSOLE_PORT_OPEN && told[told_count - 1].value == 0);
    come("nobody", 6);
    virtio_console_take(port);
    assert(port->count == 0 && given_count == VIRTIO_CONSOLE_PIECES);

    assert(virtio_console_open(port, LINUX_O_RDWR) == 0);
    say(1, VIRTIO_CONSOLE_DEVICE_REMOVE, 0, "", 0);
    assert(ops->read(&port->file, room, 1) == 0 && ops->write(&port->file, room, 1) == -EIO);
    port->exists = port->host_open = true;
    console.virtio.broken = true;
    assert(ops->read(&port->file, room, 1) == 0 && ops->write(&port->file, room, 1) == -EIO);
}

int main(void)
{
    console.multiport = true;
    console.port_count = 2;
    console.controls = controls[0];
    console.message = &message;
    console.control_in.device = console.control_out.device = &console.virtio;
    port->console = &console;
    port->in = in;
    port->out = sent;
    port->receive.device = port->transmit.device = &console.virtio;
    sayings();
    bytes();
    return 0;
}
