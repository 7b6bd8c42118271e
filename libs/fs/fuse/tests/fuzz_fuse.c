// sources: ../../vnode-table/vnode_table.c ../../../drivers/share-channel/share_channel.c
// sources: ../../../drivers/share-channel/share_transfer.c ../../../drivers/share-channel/share_listing.c
// cflags: -UCONFIG_FUSE_CACHE
// runs: 15000
// max-len: 2048
/* The input is what the server answers: for each request a byte that says how, and the bytes of the answer.
 */
#include "../../../drivers/share-channel/tests/fuzz_share.h"
#include "../fuse.h"

#include <fuse_channel.h>

extern const struct fs_type fuse_fs;
const struct fs_type *const fuzzed = &fuse_fs;
static const struct share_driver driver = {"fake", &fake_channels};
const struct share_driver *const fuse_channels[] = {&driver};
const size_t fuse_channels_count = 1;

static size_t server(const unsigned char *request, size_t length, unsigned char *answer, size_t room)
{
    const struct fuse_in_header *in = (const void *)request;
    struct fuse_out_header *out = (void *)answer;
    unsigned how = next(), size = next() | (how & 7) << 8;

    assert(length >= sizeof *in && in->length == length);
    if (room == 0)
        return 0;
    if (in->operation == FUSE_INIT && how < 240) {
        const struct fuse_init_out init = {
            .major = 7, .minor = 31, .flags = FUSE_DO_READDIRPLUS, .max_write = 8192};

        memcpy(answer + sizeof *out, &init, sizeof init);
        size = sizeof *out + sizeof init;
    } else {
        /* Most have the length that belongs to them. */
        if (how < 180)
            size = sizeof *out + (in->operation == FUSE_GETATTR || in->operation == FUSE_SETATTR ? 104
                                  : in->operation == FUSE_CREATE                                 ? 144
                                  : in->operation == FUSE_OPEN || in->operation == FUSE_OPENDIR  ? 16
                                  : in->operation == FUSE_LOOKUP || in->operation == FUSE_MKDIR  ? 128
                                                                                                : size % 200);
        if (size > room)
            size = (unsigned)room;
        for (unsigned i = 0; i < size; i++)
            answer[i] = (unsigned char)next();
        /* And most modes are of files that there are. */
        if (how < 120 && in->operation == FUSE_LOOKUP && size >= sizeof *out + 128)
            answer[sizeof *out + 40 + 61] =
                (unsigned char)((answer[sizeof *out + 40 + 61] & 15) | (how < 40   ? 0x80
                                                                        : how < 80 ? 0x40
                                                                                   : 0xa0));
    }
    /* Most answers look like one, so that what they say is believed. */
    if (how < 250 && size >= sizeof *out) {
        out->length = size;
        out->error = how > 230 ? -5 : 0;
        out->unique = in->unique;
        if (out->error && how > 240)
            size = out->length = sizeof *out;
    }
    return size;
}
