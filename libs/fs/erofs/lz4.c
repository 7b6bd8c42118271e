/*
 * LZ4 blocks (lz4's doc/lz4_Block_format.md): sequences of a token, literals, and a match, which repeats what
 * has come `offset` bytes before. Lengths of 15 go on in further bytes as long as these are 255.
 */
#include "erofs.h"

#include <errno.h>
#include <string.h>

#define MORE 15
#define MATCH_LEAST 4

struct input {
    const unsigned char *at, *end;
};

/* Adds the further bytes of a length to *length; false: there are not as many. */
static bool add_length(struct input *in, size_t *length)
{
    unsigned char byte;

    do {
        if (in->at == in->end)
            return false;
        byte = *in->at++;
        *length += byte; /* at most 255 for each byte of the input: no overflow */
    } while (byte == 255);
    return true;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Repeats bytes, which may reach into what is being written. */
static void repeat(unsigned char *to, size_t offset, size_t length)
{
    const unsigned char *from = to - offset;

    if (length <= offset) {
        memcpy(to, from, length);
        return;
    }
    for (size_t i = 0; i < length; i++)
        to[i] = from[i];
}

int erofs_lz4(const unsigned char *packed, size_t packed_size, unsigned char *out, size_t out_size)
{
    struct input in = {packed, packed + packed_size};
    size_t done = 0;

    while (in.at != in.end) {
        unsigned char token = *in.at++;
        size_t length = token >> 4, offset;

        if (length == MORE && !add_length(&in, &length))
            return -EIO;
        if (length > (size_t)(in.end - in.at))
            return -EIO;
        length = least(length, out_size - done);
        memcpy(out + done, in.at, length);
        in.at += length;
        done += length;
        if (done == out_size)
            return 0;
        if (in.end - in.at < 2)
            return -EIO;
        offset = erofs_le16(in.at);
        in.at += 2;
        length = token & 15;
        if (length == MORE && !add_length(&in, &length))
            return -EIO;
        length = least(length + MATCH_LEAST, out_size - done);
        if (offset == 0 || offset > done)
            return -EIO;
        repeat(out + done, offset, length);
        done += length;
        if (done == out_size)
            return 0;
    }
    return -EIO;
}
