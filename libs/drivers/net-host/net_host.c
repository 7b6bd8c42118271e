#include "net_host.h"

#include <args.h>
#include <config.h>
#include <errno.h>
#include <host_descriptor.h>
#include <log.h>
#include <pages.h>

#define BATCH 64u /* packets that are handled at once */
#define FRAGMENTS 16u
#define MTU (NET_HOST_LONGEST - NET_DEVICE_HEADER_LENGTH)

static struct net_host card;
static struct net_device *devices;

void net_host_ended(struct net_host *host)
{
    if (!host->net.link)
        return;
    host->net.link = false;
    host_descriptor_detach(host->fd);
    log_write(LOG_WARNING, "net-host: nobody is at the other end any more");
    if (host->net.client && host->net.client->link_changed)
        host->net.client->link_changed(host->net.client);
}

/* Until there are none: frames that have been read are not announced again by the host. */
static void readable(void *argument)
{
    while (net_host_receive(argument, BATCH) == BATCH) {
    }
}

static int open(struct net_device *device, struct net_client *client)
{
    struct net_host *host = net_host_of(device);

    if (device->client)
        return -EBUSY;
    device->client = client;
    return host->polled ? 0 : host_descriptor_attach(host->fd, readable, host);
}

static unsigned poll(struct net_device *device, unsigned budget)
{
    struct net_host *host = net_host_of(device);

    return device->client && device->link && budget > 0 ? net_host_receive(host, budget) : 0;
}

static void interrupts(struct net_device *device, bool on)
{
    struct net_host *host = net_host_of(device);

    if (host->polled != on)
        return;
    host->polled = !on;
    if (!on)
        host_descriptor_detach(host->fd);
    else if (device->client && device->link)
        host_descriptor_attach(host->fd, readable, host);
}

static const struct net_device_operations operations = {
    .open = open,
    .transmit = net_host_transmit,
    .poll = poll,
    .interrupts = interrupts,
};

/* A descriptor's number; -1: it is none. */
static int number(const char *text)
{
    int value = 0;

    if (!text || *text == '\0')
        return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || value > 99999)
            return -1;
        value = value * 10 + (*text - '0');
    }
    return value;
}

int net_host_init(void);

int net_host_init(void)
{
    /* The address that QEMU gives the first network card of a machine. */
    static const uint8_t address[NET_DEVICE_ADDRESS_LENGTH] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

    card.framed = true;
    card.fd = number(args_parameter("net.fd"));
    if (card.fd < 0) {
        card.framed = false;
        card.fd = number(args_parameter("net.tap"));
    }
    if (card.fd < 0)
        return 0;
    card.stage = pages_alloc(NET_HOST_STAGE / PAGE_SIZE);
    if (!card.stage || net_buffer_pool_create(&card.pool, CONFIG_NET_HOST_BUFFERS))
        return -ENOMEM;
    for (unsigned i = 0; i < sizeof address; i++)
        card.net.address[i] = address[i];
    card.net.operations = &operations;
    card.net.mtu = MTU;
    card.net.max_fragments = FRAGMENTS;
    card.net.max_segmented = NET_HOST_LONGEST;
    card.net.link = true;
    devices = &card.net;
    return 0;
}

const struct net_driver net_host_net_device = {.name = "net-host", .devices = &devices};
