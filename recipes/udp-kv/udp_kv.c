/*
 * A network service without a network stack: packets are answered in the buffers they came in. UDP port 7
 * echoes (RFC 862), port 4000 is a store (store.h). The IPv4 address is the first argument, 10.0.2.15 if
 * there is none. A datagram `quit` to port 4001 ends it.
 *
 * All work is done in receive(), which the driver calls from idle(). A batch of packets is answered by one
 * call.
 */
#include "packet.h"
#include "store.h"

#include <console.h>
#include <idle.h>
#include <net_device.h>

#define PORT_ECHO 7
#define PORT_STORE 4000
#define PORT_CONTROL 4001
#define BATCH 32

static struct net_device *card;
static unsigned char address[4] = {10, 0, 2, 15};
static bool ended;

static size_t packet_serve(uint16_t port, unsigned char *data, size_t length, size_t room)
{
    if (port == PORT_ECHO)
        return length;
    if (port == PORT_STORE && room >= 128)
        return store_answer((char *)data, length);
    if (port == PORT_CONTROL && length >= 4 && memcmp(data, "quit", 4) == 0)
        ended = true;
    return PACKET_SILENT;
}

static void send(const struct net_packet *packets, unsigned count)
{
    unsigned taken = card->operations->transmit(card, packets, count);

    /* Datagrams may be lost. */
    for (; taken < count; taken++)
        net_buffer_free(packets[taken].token);
}

static void receive(struct net_client *client, struct net_buffer *packets)
{
    struct net_packet answers[BATCH];
    struct net_fragment fragments[BATCH];
    unsigned count = 0;

    (void)client;
    while (packets) {
        struct net_buffer *packet = packets;
        size_t length =
            packet->next ? 0 : packet_answer(packet->data, packet->length, card->address, address);

        packets = packet->next_packet;
        if (length == 0) {
            net_buffer_free(packet);
            continue;
        }
        fragments[count] = (struct net_fragment){packet->data, length};
        answers[count] =
            (struct net_packet){.fragments = &fragments[count], .fragment_count = 1, .token = packet};
        if (++count == BATCH) {
            send(answers, count);
            count = 0;
        }
    }
    if (count > 0)
        send(answers, count);
}

static void sent(struct net_client *client, void *token)
{
    (void)client;
    net_buffer_free(token);
}

static struct net_client client = {.receive = receive, .sent = sent};

static void say(const char *text)
{
    console_write(text, strlen(text));
}

/* a.b.c.d */
static bool read_address(const char *text)
{
    unsigned char result[4];

    for (int i = 0; i < 4; i++) {
        unsigned value = 0, digits = 0;

        for (; *text >= '0' && *text <= '9' && digits < 3; digits++)
            value = value * 10 + (unsigned)(*text++ - '0');
        if (digits == 0 || value > 255 || *text++ != (i < 3 ? '.' : '\0'))
            return false;
        result[i] = (unsigned char)value;
    }
    memcpy(address, result, sizeof address);
    return true;
}

int main(int argc, char **argv)
{
    for (size_t i = 0; !card && i < net_drivers_count; i++)
        card = *net_drivers[i]->devices;
    if (argc > 1 && !read_address(argv[1])) {
        say("udp-kv: the argument is no IPv4 address\n");
        return 2;
    }
    if (!card || card->operations->open(card, &client) != 0) {
        say("udp-kv: no network device\n");
        return 1;
    }
    say("udp-kv: ready\n");
    while (!ended && idle(IDLE_FOR_EVER)) {
    }
    return ended ? 0 : 1;
}
