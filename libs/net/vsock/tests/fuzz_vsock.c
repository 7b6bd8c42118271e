// sources: ../../../sched/ktimer/ktimer.c
// cflags: -DCONFIG_VSOCK_LOCAL=1
// runs: 40000
// max-len: 900
/*
 * Packets of any kind for a few ends that are opened, read, written and closed meanwhile, also among
 * themselves, with packets to send and memory running out: what was promised is never exceeded, and in the
 * end nothing is left.
 */
#include "fake_device.h"
#include "fuzz_input.h"

#define ENDS 6

int vsock_init(void);

struct own_end {
    struct vsock end; /* first */
    bool used, accepted;
};

static struct own_end ends[ENDS];

static void changed(struct vsock *self, unsigned events)
{
    assert(((struct own_end *)self)->used && events != 0);
    if (events & VSOCK_FAILED)
        assert(vsock_take_error(self) < 0);
}

static struct vsock *incoming(struct vsock *listener);

static void gone(struct vsock *self)
{
    ((struct own_end *)self)->used = false;
}

static const struct vsock_user user = {.changed = changed, .incoming = incoming, .gone = gone};

static struct own_end *make(enum vsock_type type)
{
    for (unsigned i = 0; i < ENDS; i++)
        if (!ends[i].used) {
            ends[i] = (struct own_end){.used = true};
            assert(vsock_begin(&ends[i].end, &user, type) == 0);
            return &ends[i];
        }
    return NULL;
}

static struct vsock *incoming(struct vsock *listener)
{
    struct own_end *made = make(listener->type);

    return made ? &made->end : NULL;
}

/* Numbers that matter: small, large, at the ends. */
static uint32_t number(struct input *input)
{
    uint8_t what = next(input);

    return what < 128 ? what : what < 192 ? (uint32_t)(what - 127) * 4096 : UINT32_MAX - (what - 192u);
}

static void deliver(struct input *input)
{
    static const uint8_t bytes[VSOCK_PAGE_DATA];
    struct vsock_header header = packet(1000 + next(input) % 4, next(input) % 4, next(input) % 9,
                                        number(input) % (VSOCK_PAGE_DATA + 1));
    uint8_t odd = next(input);

    /* Mostly of a connection that there is. */
    for (unsigned i = 0; odd & 1 && i < ENDS; i++)
        if (ends[i].used && ends[i].end.state >= VSOCK_CONNECTING && next(input) & 1) {
            header.destination_port = ends[i].end.local.port;
            header.source_port = ends[i].end.peer.port;
            header.source_cid = ends[i].end.peer.cid;
            header.type = (uint16_t)ends[i].end.type;
            header.forward = ends[i].end.sent;
            break;
        }
    if (odd & 2)
        header.type = next(input) % 4;
    if (odd & 4)
        header.buffer = number(input);
    if (odd & 8)
        header.forward += number(input);
    if (odd & 16)
        header.flags = next(input);
    if (odd & 32)
        header.source_cid = number(input) + ((uint64_t)(odd & 64) << 32);
    if (odd & 128)
        header.destination_cid = number(input);
    come_in(&header, bytes);
}

static void check(void)
{
    for (unsigned i = 0; i < ENDS; i++) {
        const struct vsock *end = &ends[i].end;

        if (!ends[i].used)
            continue;
        assert(end->received - end->forwarded <= end->buffer);
        assert(vsock_credit(end) <= end->peer_buffer);
        assert(end->queue.pages <= 6 * ((size_t)end->buffer / VSOCK_PAGE_DATA + 3));
        assert(end->queue.pages > 0 || end->queue.size == 0);
    }
    assert(lent == 0);
}

static void act(struct input *input, struct own_end *own)
{
    struct vsock *end = &own->end;
    size_t whole, sum = 0, size = number(input) % 40000 + 1;
    struct vsock *taken;

    /* One that nobody has taken yet is not its user's. */
    if (!own->used || end->state == VSOCK_CLOSING || end->listener)
        return;
    switch (next(input) % 9) {
    case 8:
        vsock_connect(
            end, (struct vsock_address){next(input) & 1 ? VSOCK_LOCAL : FAKE_CID, 1000 + next(input) % 4});
        break;
    case 0:
        vsock_bind(end, (struct vsock_address){VSOCK_ANY, 1000 + next(input) % 4});
        break;
    case 1:
        vsock_listen(end, next(input) % 3);
        break;
    case 2:
        vsock_connect(end, (struct vsock_address){VSOCK_HOST, next(input) % 4});
        break;
    case 3:
        taken = end->state == VSOCK_LISTENING ? vsock_accept(end) : NULL;
        if (taken)
            ((struct own_end *)taken)->accepted = true;
        break;
    case 4:
        vsock_send(end, size, fill, NULL);
        break;
    case 5:
        vsock_receive(end, size, next(input) & 1, drop, &sum, &whole);
        break;
    case 6:
        vsock_shut(end, next(input) % 3 + 1);
        break;
    default:
        vsock_close(end);
    }
}

static void step(struct input *input)
{
    switch (next(input) % 8) {
    case 0:
        make(next(input) & 1 ? VSOCK_STREAM : VSOCK_PACKETS);
        break;
    case 1:
        out_of_packets = next(input) & 1;
        if (!out_of_packets)
            client->room();
        break;
    case 2:
        fake_now += (uint64_t)next(input) * 100000000;
        ktimer_run(fake_now);
        break;
    case 3:
        if (next(input) == 77)
            client->reset();
        break;
    case 4:
    case 5:
        act(input, &ends[next(input) % ENDS]);
        break;
    default:
        deliver(input);
    }
    check();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    size_t before;

    fake_pages_reset();
    before = pages_available();
    assert(vsock_init() == 0);
    fake_pages_fail_in = -1;
    while (input.left > 0)
        step(&input);
    out_of_packets = 0;
    for (unsigned i = 0; i < ENDS; i++)
        if (ends[i].used && ends[i].end.state != VSOCK_CLOSING && !ends[i].end.listener)
            vsock_close(&ends[i].end);
    client->reset();
    client->room();
    for (unsigned i = 0; i < ENDS; i++)
        assert(!ends[i].used);
    assert(pages_available() == before && vsock_next(NULL) == NULL && ktimer_first() == KTIMER_NEVER);
    return 0;
}
