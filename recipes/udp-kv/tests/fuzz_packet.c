/* Any frames, one after the other, as a card gives them: nothing outside their buffers is touched, answers
 * fit and are sound, and what the store says it keeps is what it was told. */
#include "../packet.h"
#include "../store.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const unsigned char mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56}, ip[4] = {10, 0, 2, 15};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static size_t packet_serve(uint16_t port, unsigned char *data, size_t length, size_t room)
{
    check(room >= 128 && length <= room);
    return port & 1 ? length : store_answer((char *)data, length);
}

/* A datagram that is sound, with these bytes. */
static size_t make(unsigned char *frame, const uint8_t *data, size_t size)
{
    memset(frame, 0, UDP_END);
    memcpy(frame, mac, sizeof mac);
    packet_put(frame + ETHERNET_TYPE, TYPE_IPV4);
    frame[IPV4_VERSION] = 0x45;
    packet_put(frame + IPV4_LENGTH, (unsigned)(size + UDP_END - ETHERNET_END));
    frame[IPV4_PROTOCOL] = PROTOCOL_UDP;
    memcpy(frame + IPV4_TARGET, ip, sizeof ip);
    packet_put(frame + IPV4_CHECKSUM, packet_fold(packet_sum(frame + ETHERNET_END, 20, 0)));
    packet_put(frame + UDP_TARGET, 4000);
    packet_put(frame + UDP_LENGTH, (unsigned)(size + UDP_END - IPV4_END));
    memcpy(frame + UDP_END, data, size);
    return size + UDP_END;
}

static void answer(unsigned char *frame, size_t length)
{
    size_t said = packet_answer(frame, length, mac, ip);

    check(said <= PACKET_LONGEST);
    if (said == 0 || packet_get(frame + ETHERNET_TYPE) == TYPE_ARP)
        return;
    check(packet_get(frame + IPV4_LENGTH) == said - ETHERNET_END);
    check(packet_fold(packet_sum(frame + ETHERNET_END, 20, 0)) == 0);
    check(packet_fold(packet_sum(frame + IPV4_SOURCE, said - IPV4_SOURCE,
                                 PROTOCOL_UDP + (uint32_t)(said - IPV4_END))) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* As long as a buffer of a card, and no longer. */
    unsigned char *frame = malloc(PACKET_LONGEST);
    uint8_t known[STORE_KEY + STORE_VALUE + 5];

    memset(store_entries, 0, sizeof store_entries);
    while (size > 2) {
        size_t length = (size_t)(data[0] & 0x7f) * 12;
        bool sound = data[0] & 0x80;

        data++;
        size--;
        if (length > size)
            length = size;
        if (sound && length > PACKET_LONGEST - UDP_END)
            length = PACKET_LONGEST - UDP_END;
        if (sound) {
            answer(frame, make(frame, data, length));
        } else {
            memcpy(frame, data, length < PACKET_LONGEST ? length : PACKET_LONGEST);
            answer(frame, length < PACKET_LONGEST ? length : PACKET_LONGEST);
        }
        data += length;
        size -= length;
    }
    /* Whatever came before: unless there is no room, what is set is got. */
    memcpy(known, "set a b", 7);
    make(frame, known, 7);
    if (store_answer((char *)frame + UDP_END, 7) == 6) {
        make(frame, (const uint8_t *)"get a", 5);
        check(store_answer((char *)frame + UDP_END, 5) == 7 && memcmp(frame + UDP_END, "value b", 7) == 0);
    }
    free(frame);
    return 0;
}
