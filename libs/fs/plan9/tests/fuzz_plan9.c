// sources: ../../vnode-table/vnode_table.c ../../../drivers/share-channel/share_channel.c
// sources: ../../../drivers/share-channel/share_transfer.c ../../../drivers/share-channel/share_listing.c
// runs: 15000
// max-len: 2048
/* The input is what the server answers: for each request a byte that says how, and the bytes of the answer.
 */
#include "../../../drivers/share-channel/tests/fuzz_share.h"
#include "../plan9.h"

#include <plan9_channel.h>

extern const struct fs_type plan9_fs;
const struct fs_type *const fuzzed = &plan9_fs;
static const struct share_driver driver = {"fake", &fake_channels};
const struct share_driver *const plan9_channels[] = {&driver};
const size_t plan9_channels_count = 1;

static size_t server(const unsigned char *request, size_t length, unsigned char *answer, size_t room)
{
    static const unsigned char version[] = {0, 0x20, 0, 0, 8, 0, '9', 'P', '2', '0', '0', '0', '.', 'L'};
    unsigned how = next(), size = next() | (how & 7) << 8;

    assert(length >= 7);
    if (size > room)
        size = (unsigned)room;
    if (request[4] == PLAN9_TVERSION && how < 240) {
        size = 7 + sizeof version;
        memcpy(answer + 7, version, sizeof version);
    } else {
        for (unsigned i = 0; i < size; i++)
            answer[i] = (unsigned char)next();
    }
    /* Most answers look like one, so that what they say is believed. */
    if (how < 250 && size >= 7) {
        answer[0] = (unsigned char)size;
        answer[1] = (unsigned char)(size >> 8);
        answer[2] = answer[3] = 0;
        answer[4] = how > 220 ? PLAN9_RLERROR : request[4] + 1;
        memcpy(answer + 5, request + 5, 2);
    }
    /* And most counts of bytes are right. */
    if (how < 150 && size >= 11 && (request[4] == PLAN9_TREAD || request[4] == PLAN9_TREADDIR)) {
        answer[7] = (unsigned char)(size - 11);
        answer[8] = (unsigned char)((size - 11) >> 8);
        answer[9] = answer[10] = 0;
    }
    return size;
}
