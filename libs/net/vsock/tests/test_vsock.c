// sources: ../../../sched/ktimer/ktimer.c
// cflags: -DCONFIG_VSOCK_LOCAL=1
#include "fake_device.h"

#include <errno.h>

int vsock_init(void);

static struct vsock a, child;
static unsigned events_seen, gone_count, children;
static unsigned char text[VSOCK_PAGE_DATA];

static void changed(struct vsock *self, unsigned events)
{
    (void)self;
    events_seen |= events;
}

static struct vsock *incoming(struct vsock *listener);

static void gone(struct vsock *self)
{
    (void)self;
    gone_count++;
}

static const struct vsock_user user = {.changed = changed, .incoming = incoming, .gone = gone};

static struct vsock *incoming(struct vsock *listener)
{
    if (children++ > 0)
        return NULL;
    child = (struct vsock){0};
    assert(vsock_begin(&child, &user, listener->type) == 0);
    return &child;
}

static void say(struct vsock_header header)
{
    come_in(&header, text);
}

static const struct vsock_header *last(void)
{
    return &sent[(sent_count - 1) % FAKE_SENT];
}

/* A connection to port 9 of the host, which has room for `room` bytes. */
static void connect(enum vsock_type type, uint32_t room)
{
    struct vsock_header header;

    a = (struct vsock){0};
    events_seen = gone_count = 0;
    assert(vsock_begin(&a, &user, type) == 0);
    assert(vsock_connect(&a, (struct vsock_address){VSOCK_HOST, 9}) == -EINPROGRESS);
    assert(last()->operation == OPERATION_REQUEST && last()->destination_port == 9 &&
           last()->buffer == a.buffer);
    header = packet(a.local.port, 9, OPERATION_RESPONSE, 0);
    header.buffer = room;
    header.type = (uint16_t)type;
    say(header);
    assert(a.state == VSOCK_CONNECTED && events_seen == VSOCK_WRITABLE);
}

static void end_by_peer(void)
{
    struct vsock_header header = packet(a.local.port, 9, OPERATION_RST, 0);

    header.type = (uint16_t)a.type;
    say(header);
    assert(a.state == VSOCK_ENDED);
    vsock_close(&a);
    assert(gone_count == 1 && vsock_next(NULL) == NULL);
}

static void credit_to_the_peer(void)
{
    struct vsock_header header;

    connect(VSOCK_STREAM, 20000);
    assert(vsock_send(&a, 50000, fill, NULL) == 20000);
    assert(last()->operation == OPERATION_RW &&
           sent[(sent_count - 2) % FAKE_SENT].length == VSOCK_DEVICE_MOST);
    assert(vsock_send(&a, 1, fill, NULL) == -EAGAIN && last()->operation == OPERATION_CREDIT_REQUEST);
    sent_count = 0;
    assert(vsock_send(&a, 1, fill, NULL) == -EAGAIN && sent_count == 0); /* it was asked already */
    assert(!(vsock_events(&a) & VSOCK_WRITABLE));
    events_seen = 0;
    header = packet(a.local.port, 9, OPERATION_CREDIT_UPDATE, 0);
    header.buffer = 20000;
    header.forward = 5000;
    say(header);
    assert(events_seen == VSOCK_WRITABLE && vsock_credit(&a) == 5000);
    header.forward = 4000; /* older than what is known */
    say(header);
    assert(vsock_credit(&a) == 5000);
    assert(vsock_send(&a, 50000, fill, NULL) == 5000);
    header.forward = 25001; /* of 25000 */
    say(header);
    assert(a.state == VSOCK_ENDED && last()->operation == OPERATION_RST &&
           vsock_take_error(&a) == -ECONNRESET);
    vsock_close(&a);
    assert(gone_count == 1);
}

static void credit_of_ours(void)
{
    size_t sum = 0, whole, got = 0;
    uint32_t room;

    connect(VSOCK_STREAM, 1000);
    room = a.buffer;
    sent_count = 0;
    for (uint32_t filled = 0; filled < room;) {
        uint32_t part = room - filled < VSOCK_PAGE_DATA ? room - filled : VSOCK_PAGE_DATA;

        say(packet(a.local.port, 9, OPERATION_RW, part));
        filled += part;
    }
    assert(a.state == VSOCK_CONNECTED && a.queue.size == room && sent_count == 0);
    while (got < room / 4)
        got += (size_t)vsock_receive(&a, 100, false, drop, &sum, &whole);
    assert(sent_count == 1 && last()->operation == OPERATION_CREDIT_UPDATE && last()->forward == got);
    while (got < room)
        got += (size_t)vsock_receive(&a, 5000, false, drop, &sum, &whole);
    assert(got == room && vsock_receive(&a, 1, false, drop, &sum, &whole) == -EAGAIN);
    assert(a.queue.pages == 0);
    /* One byte at a time takes no more memory than many. */
    for (uint32_t i = 0; i < room; i++)
        say(packet(a.local.port, 9, OPERATION_RW, 1));
    assert(a.state == VSOCK_CONNECTED && a.queue.pages <= room / VSOCK_PAGE_DATA + 1);
    say(packet(a.local.port, 9, OPERATION_RW, 1));
    assert(a.state == VSOCK_ENDED && last()->operation == OPERATION_RST);
    vsock_close(&a);
}

static void messages(void)
{
    struct vsock_header header;
    size_t sum = 0, whole;

    connect(VSOCK_PACKETS, 40000);
    assert(vsock_send(&a, 40001, fill, NULL) == -EMSGSIZE);
    sent_count = 0;
    assert(vsock_send(&a, 30000, fill, NULL) == 30000 && sent_count == 2);
    assert(sent[0].flags == 0 && last()->flags == FLAG_END_OF_MESSAGE);
    assert(vsock_send(&a, 10001, fill, NULL) == -EAGAIN && !(vsock_events(&a) & VSOCK_WRITABLE));
    header = packet(a.local.port, 9, OPERATION_RW, 10);
    header.type = VSOCK_PACKETS;
    say(header);
    assert(!(vsock_events(&a) & VSOCK_READABLE));
    header.flags = FLAG_END_OF_MESSAGE;
    say(header);
    say(header);
    assert(vsock_receive(&a, 15, false, drop, &sum, &whole) == 15 && whole == 20);
    assert(vsock_receive(&a, 15, false, drop, &sum, &whole) == 10 && whole == 10);
    assert(vsock_receive(&a, 15, false, drop, &sum, &whole) == -EAGAIN);
    /* Messages of nothing need no credit, but have their bound. */
    header.length = 0;
    for (unsigned i = 0; i < 200000 && a.state == VSOCK_CONNECTED; i++)
        say(header);
    assert(a.state == VSOCK_ENDED);
    vsock_close(&a);
}

static void endings(void)
{
    struct vsock_header header;
    size_t sum = 0, whole;

    /* What came before the end can be read; both halves shut are answered by an end. */
    connect(VSOCK_STREAM, 1000);
    say(packet(a.local.port, 9, OPERATION_RW, 5));
    header = packet(a.local.port, 9, OPERATION_SHUTDOWN, 0);
    header.flags = VSOCK_SHUT_SEND;
    say(header);
    assert(vsock_events(&a) == (VSOCK_READABLE | VSOCK_NO_MORE | VSOCK_WRITABLE));
    assert(vsock_send(&a, 5, fill, NULL) == 5);
    header.flags = VSOCK_SHUT_RECEIVE;
    say(header);
    assert(last()->operation == OPERATION_RST && a.state == VSOCK_ENDED);
    assert(vsock_send(&a, 5, fill, NULL) == -EPIPE);
    assert(vsock_receive(&a, 9, false, drop, &sum, &whole) == 5);
    assert(vsock_receive(&a, 9, false, drop, &sum, &whole) == 0);
    vsock_close(&a);
    assert(gone_count == 1);

    /* Whoever closes waits for the peer, but not for ever. */
    connect(VSOCK_STREAM, 1000);
    vsock_close(&a);
    assert(last()->operation == OPERATION_SHUTDOWN && last()->flags == 3 && gone_count == 0);
    say(packet(a.local.port, 9, OPERATION_RST, 0));
    assert(gone_count == 1);
    connect(VSOCK_STREAM, 1000);
    vsock_close(&a);
    fake_now += 9 * SECOND;
    ktimer_run(fake_now);
    assert(gone_count == 1 && last()->operation == OPERATION_RST);

    connect(VSOCK_STREAM, 1000);
    end_by_peer();

    /* Nobody answers. */
    a = (struct vsock){0};
    vsock_begin(&a, &user, VSOCK_STREAM);
    vsock_connect(&a, (struct vsock_address){VSOCK_HOST, 9});
    fake_now += 3 * SECOND;
    ktimer_run(fake_now);
    assert(a.state == VSOCK_NEW && vsock_take_error(&a) == -ETIMEDOUT && vsock_events(&a) == VSOCK_WRITABLE);
    vsock_close(&a);
}

static void listening(void)
{
    struct vsock listener = {0};

    vsock_begin(&listener, &user, VSOCK_STREAM);
    assert(vsock_listen(&listener, 1) == -EINVAL);
    assert(vsock_bind(&listener, (struct vsock_address){77, 80}) == -EADDRNOTAVAIL);
    assert(vsock_bind(&listener, (struct vsock_address){VSOCK_ANY, 80}) == 0);
    assert(vsock_listen(&listener, 1) == 0);
    children = 0;
    say(packet(80, 5, OPERATION_REQUEST, 0));
    assert(last()->operation == OPERATION_RESPONSE && vsock_events(&listener) == VSOCK_READABLE);
    say(packet(80, 6, OPERATION_REQUEST, 0)); /* there is no memory for a second one */
    assert(last()->operation == OPERATION_RST && last()->destination_port == 6);
    /* The transport is reset: the connection is lost, the listener is not. */
    gone_count = 0;
    client->reset();
    assert(child.state == VSOCK_ENDED && listener.state == VSOCK_LISTENING);
    vsock_close(&listener);
    assert(gone_count == 2);
    say(packet(80, 5, OPERATION_REQUEST, 0));
    assert(last()->operation == OPERATION_RST);
}

/* Without packets nothing is lost, and little is kept. */
static void no_packets(void)
{
    connect(VSOCK_STREAM, 1000);
    out_of_packets = 1;
    sent_count = 0;
    assert(vsock_send(&a, 10, fill, NULL) == -EAGAIN && !(vsock_events(&a) & VSOCK_WRITABLE));
    for (unsigned i = 0; i < 1000; i++)
        say(packet(5000, i, OPERATION_RW, 1));
    assert(vsock_shut(&a, VSOCK_SHUT_SEND) == 0 && sent_count == 0);
    out_of_packets = 0;
    client->room();
    assert(sent[0].operation == OPERATION_SHUTDOWN && sent_count > 1 && sent_count <= 40);
    end_by_peer();
}

/* Both ends are ours: nothing of it reaches the device, or comes from it. */
static void within(uint32_t cid)
{
    struct vsock listener = {0}, *server;
    struct vsock_header forged;
    size_t sum = 0, whole, sent_bytes = 0, got = 0;
    uint32_t room;

    assert(vsock_begin(&listener, &user, VSOCK_STREAM) == 0);
    assert(vsock_bind(&listener, (struct vsock_address){cid, 80}) == 0 && vsock_listen(&listener, 1) == 0);
    a = (struct vsock){0};
    children = events_seen = sent_count = gone_count = 0;
    assert(vsock_begin(&a, &user, VSOCK_STREAM) == 0);
    assert(vsock_connect(&a, (struct vsock_address){cid, 80}) == -EINPROGRESS);
    assert(a.state == VSOCK_CONNECTED && events_seen & VSOCK_WRITABLE);
    server = vsock_accept(&listener);
    assert(server == &child && server->peer.cid == cid && server->peer.port == a.local.port &&
           server->local.cid == cid);

    /* As much as was promised, and no more. */
    room = a.peer_buffer;
    for (long n; (n = vsock_send(&a, 100000, fill, NULL)) > 0;)
        sent_bytes += (size_t)n;
    assert(sent_bytes == room && !(vsock_events(&a) & VSOCK_WRITABLE));
    for (long n; (n = vsock_receive(server, 3000, false, drop, &sum, &whole)) > 0;)
        got += (size_t)n;
    assert(got == room && sum == (size_t)'x' * room && vsock_events(&a) & VSOCK_WRITABLE);

    /* Somebody outside who says that he is us. */
    forged = packet(a.local.port, 80, OPERATION_RST, 0);
    forged.source_cid = cid;
    say(forged);
    client->reset(); /* of the transport, which this is none of */
    assert(a.state == VSOCK_CONNECTED && server->state == VSOCK_CONNECTED && sent_count == 0);

    /* Without memory somebody waits. */
    fake_pages_fail_in = 0;
    assert(vsock_send(server, 100, fill, NULL) == -EAGAIN && !(vsock_events(server) & VSOCK_WRITABLE));
    fake_pages_fail_in = -1;
    events_seen = 0;
    assert(vsock_send(&a, 1, fill, NULL) == 1);
    assert(events_seen & VSOCK_WRITABLE && vsock_events(server) & VSOCK_WRITABLE);
    assert(vsock_send(server, 100, fill, NULL) == 100);

    vsock_close(&a);
    assert(gone_count == 1 && server->state == VSOCK_ENDED);
    assert(vsock_receive(server, 10, false, drop, &sum, &whole) == 1);
    vsock_close(server);
    vsock_close(&listener);
    assert(gone_count == 3 && sent_count == 0 && vsock_next(NULL) == NULL);
}

int main(void)
{
    size_t before;

    fake_pages_reset();
    before = pages_available();
    assert(vsock_init() == 0);
    credit_to_the_peer();
    credit_of_ours();
    messages();
    endings();
    listening();
    no_packets();
    within(VSOCK_LOCAL);
    within(FAKE_CID);
    device_gone = true;
    within(VSOCK_LOCAL);
    device_gone = false;
    assert(pages_available() == before && lent == 0);
    return 0;
}
