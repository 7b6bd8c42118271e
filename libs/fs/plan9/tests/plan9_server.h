/*
 * A server that keeps to the protocol and counts fids, or lies about one thing in one answer.
 */
#pragma once

#include "../../../drivers/share-channel/tests/drive_share.h"
#include "../plan9.h"

#include <plan9_channel.h>

extern const struct fs_type plan9_fs;
static const struct share_driver driver = {"fake", &fake_channels};
const struct share_driver *const plan9_channels[] = {&driver};
const size_t plan9_channels_count = 1;

/* What a lie changes: the answer number `lie_at` (from 0), in this way. */
enum lie {
    TRUTH,
    SHORT_HEADER,
    OTHER_TAG,
    OTHER_TYPE,
    LONGER_SIZE,
    SHORTER_SIZE,
    CUT,
    COUNT_TOO_LARGE,
    GARBAGE,
    ERROR_NONE,
    ERROR_HUGE,
    LIES,
};
static enum lie lie;
static int lie_at, answers;

/* The tree: the root, a file, a link, a folder. */
enum { ROOT = 1, FILE_A = 2, LINK = 3, FOLDER = 4, MADE = 5 };
static unsigned fids[256]; /* what each is at; 0: nobody uses it */
static bool fids_open[256];
static unsigned file_size = 10000;
static unsigned vanishing; /* so often an entry goes while its directory is listed */
static bool dishonest;     /* has lied: what the client does then need not make sense */

static uint64_t number(const unsigned char *at, unsigned bytes)
{
    uint64_t value = 0;

    while (bytes > 0)
        value = value << 8 | at[--bytes];
    return value;
}

static unsigned char *out;

static void put(uint64_t value, unsigned bytes)
{
    for (; bytes > 0; bytes--, value >>= 8)
        *out++ = (unsigned char)value;
}

static void put_qid(unsigned file)
{
    put(file == ROOT || file == FOLDER ? 0x80 : file == LINK ? 2 : 0, 1);
    put(0, 4);
    put(file, 8);
}

static unsigned find(unsigned dir, const char *name, size_t length)
{
    if (length == 2 && memcmp(name, "..", 2) == 0)
        return ROOT;
    if (dir != ROOT || length != 1)
        return 0;
    return *name == 'a' ? FILE_A : *name == 'l' ? LINK : *name == 'd' ? FOLDER : *name == 'm' ? MADE : 0;
}

static unsigned fid(const unsigned char *at)
{
    unsigned value = (unsigned)number(at, 4);

    assert(value < 256 && (fids[value] || dishonest));
    return value;
}

static int walk(const unsigned char *in)
{
    unsigned from = fid(in), to = (unsigned)number(in + 4, 4), count = (unsigned)number(in + 8, 2);
    unsigned file = fids[from], done = 0;
    unsigned char *place = out;

    assert(to < 256 && (!fids[to] || dishonest) && count <= 16 && !fids_open[from]);
    in += 10;
    put(0, 2);
    for (; done < count; done++) {
        size_t length = number(in, 2);
        unsigned next = find(file, (const char *)in + 2, length);

        if (!next)
            break;
        file = next;
        put_qid(file);
        in += 2 + length;
    }
    if (done < count && done == 0)
        return ENOENT;
    if (done == count)
        fids[to] = file;
    *place = (unsigned char)done;
    return 0;
}

static void getattr(unsigned file)
{
    put(0x7ff, 8);
    put_qid(file);
    put(file == LINK ? 0120777 : file == ROOT || file == FOLDER ? 0040755 : 0100644, 4);
    put(0, 8);
    put(1, 8);
    put(0, 8);
    put(file == FILE_A ? file_size : file == LINK ? 6 : 0, 8);
    put(4096, 8);
    put(8, 8);
    for (int i = 0; i < 10; i++)
        put(1000 + (unsigned)i, 8);
}

static void read_file(unsigned offset, unsigned count)
{
    unsigned left = offset < file_size ? file_size - offset : 0;

    if (count > left)
        count = left;
    put(count, 4);
    for (unsigned i = 0; i < count; i++)
        put(((offset + i) * 7) & 0xff, 1);
}

static void readdir(uint64_t offset)
{
    static const struct {
        unsigned file;
        char name[3];
    } entries[] = {{ROOT, "."}, {ROOT, ".."}, {FILE_A, "a"}, {LINK, "l"}, {FOLDER, "d"}};
    unsigned char *place = out;
    unsigned given = 0;

    put(0, 4);
    for (uint64_t i = offset; i < 5 && given < 2; i++, given++) {
        put_qid(entries[i].file);
        put(i + 1, 8);
        put(entries[i].file == FILE_A ? 8 : 4, 1);
        put(strlen(entries[i].name), 2);
        for (const char *c = entries[i].name; *c; c++)
            put((unsigned char)*c, 1);
    }
    *place = (unsigned char)(out - place - 4);
}

static int work(unsigned type, const unsigned char *in, size_t length)
{
    switch (type) {
    case PLAN9_TVERSION:
        put(8192, 4);
        put(8, 2);
        memcpy(out, "9P2000.L", 8);
        out += 8;
        return 0;
    case PLAN9_TATTACH:
        assert(number(in, 4) < 256 && number(in + 4, 4) == PLAN9_NO_FID);
        fids[number(in, 4)] = ROOT;
        put_qid(ROOT);
        return 0;
    case PLAN9_TWALK:
        return walk(in);
    case PLAN9_TGETATTR:
        getattr(fids[fid(in)]);
        return 0;
    case PLAN9_TLOPEN:
        assert(dishonest || !fids_open[fid(in)]);
        fids_open[fid(in)] = true;
        put_qid(fids[fid(in)]);
        put(0, 4);
        return 0;
    case PLAN9_TLCREATE:
        fids[fid(in)] = MADE;
        fids_open[fid(in)] = true;
        put_qid(MADE);
        put(0, 4);
        return 0;
    case PLAN9_TREAD:
        assert(dishonest || fids_open[fid(in)]);
        read_file((unsigned)number(in + 4, 8), (unsigned)number(in + 12, 4));
        return 0;
    case PLAN9_TWRITE:
        assert(dishonest || fids_open[fid(in)]);
        assert(length == 16 + number(in + 12, 4));
        put(number(in + 12, 4), 4);
        return 0;
    case PLAN9_TREADDIR:
        assert(dishonest || fids_open[fid(in)]);
        if (vanishing > 0) {
            vanishing--;
            return ENOENT;
        }
        readdir(number(in + 4, 8));
        return 0;
    case PLAN9_TREADLINK:
        put(6, 2);
        memcpy(out, "target", 6);
        out += 6;
        return 0;
    case PLAN9_TCLUNK:
        fids[fid(in)] = 0;
        fids_open[number(in, 4)] = false;
        return 0;
    case PLAN9_TSTATFS:
        put(1, 4);
        put(4096, 4);
        for (int i = 0; i < 6; i++)
            put(100, 8);
        put(255, 4);
        return 0;
    case PLAN9_TMKDIR:
    case PLAN9_TSYMLINK:
    case PLAN9_TMKNOD:
        put_qid(MADE);
        return 0;
    default:
        fid(in);
        return 0;
    }
}

static size_t server(const unsigned char *request, size_t length, unsigned char *answer, size_t room)
{
    static unsigned char buffer[1 << 20];
    unsigned type = request[4];
    size_t size;
    int error;

    assert(length >= 7 && number(request, 4) == length);
    asked += type != PLAN9_TCLUNK;
    out = buffer + 7;
    error = work(type, request + 7, length - 7);
    if (error) {
        out = buffer + 7;
        put((unsigned)error, 4);
    }
    size = (size_t)(out - buffer);
    out = buffer;
    put(size, 4);
    put(error ? PLAN9_RLERROR : type + 1, 1);
    put(number(request + 5, 2), 2);
    if (answers++ == lie_at && lie != TRUTH && type != PLAN9_TCLUNK) {
        dishonest = true;
        switch (lie) {
        case SHORT_HEADER:
            size = 3;
            break;
        case OTHER_TAG:
            buffer[5] ^= 1;
            break;
        case OTHER_TYPE:
            buffer[4] += 2;
            break;
        case LONGER_SIZE:
            buffer[2] = 0x10;
            break;
        case SHORTER_SIZE:
            buffer[0] = 6;
            buffer[1] = 0;
            break;
        case CUT:
            size = size > 8 ? size - 1 : size;
            break;
        case COUNT_TOO_LARGE:
            memset(buffer + 7, 0xff, 4);
            break;
        case GARBAGE:
            memset(buffer + 7, 0xa5, size - 7);
            break;
        case ERROR_NONE:
        case ERROR_HUGE:
            buffer[4] = PLAN9_RLERROR;
            size = 11;
            buffer[0] = 11;
            buffer[1] = 0;
            memset(buffer + 7, lie == ERROR_HUGE ? 0xff : 0, 4);
            break;
        default:
            abort();
        }
    }
    assert(size <= room || dishonest);
    if (size > room)
        size = room;
    memcpy(answer, buffer, size);
    return size;
}

static void begin(void)
{
    fake_begin();
    memset(fids, 0, sizeof fids);
    memset(fids_open, 0, sizeof fids_open);
    answers = 0;
    dishonest = false;
}
