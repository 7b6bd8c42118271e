// instead: ../madt.c
#include "../madt.h"

#include <assert.h>
#include <string.h>

static unsigned char table[512];
static size_t length;

static void begin(void)
{
    memset(table, 0, sizeof table);
    length = 44; /* the header, the address of the local APICs, flags */
}

static void local(unsigned char id, unsigned flags)
{
    const unsigned char entry[8] = {0, 8, id, id, (unsigned char)flags};

    memcpy(table + length, entry, sizeof entry);
    length += sizeof entry;
}

static void wide(unsigned id, unsigned flags)
{
    unsigned char entry[16] = {9, 16};

    for (int i = 0; i < 4; i++) {
        entry[4 + i] = (unsigned char)(id >> 8 * i);
        entry[8 + i] = (unsigned char)(flags >> 8 * i);
    }
    memcpy(table + length, entry, sizeof entry);
    length += sizeof entry;
}

static void other(unsigned char type, unsigned char size)
{
    table[length] = type;
    table[length + 1] = size;
    length += size;
}

int main(void)
{
    uint32_t ids[4] = {0};

    begin();
    assert(multiprocessor_listed(table, length, ids, 4) == 0);
    assert(multiprocessor_listed(table, 0, ids, 4) == 0);

    /* Those that are there; entries of other kinds are passed over, and so are those who may come later. */
    local(0, 1);
    other(1, 12);
    local(1, 0);
    local(2, 2);
    local(3, 3);
    local(0xff, 1);
    other(2, 10);
    wide(0x12345, 1);
    wide(7, 0);
    assert(multiprocessor_listed(table, length, ids, 4) == 3);
    assert(ids[0] == 0 && ids[1] == 3 && ids[2] == 0x12345);

    /* Each once, in either form, and no more than there is room for. */
    wide(3, 1);
    local(0, 1);
    assert(multiprocessor_listed(table, length, ids, 4) == 3);
    ids[2] = 99;
    assert(multiprocessor_listed(table, length, ids, 2) == 2);
    assert(ids[2] == 99);

    /* An entry that reaches beyond the end is none, nor is anything behind it; one without a length ends it.
     */
    for (size_t cut = 45; cut < 44 + 8; cut++)
        assert(multiprocessor_listed(table, cut, ids, 4) == 0);
    begin();
    other(5, 1);
    length = 60;
    assert(multiprocessor_listed(table, length, ids, 4) == 0);
    begin();
    local(4, 1);
    other(0, 3); /* too short for what it says that it is */
    local(5, 1);
    assert(multiprocessor_listed(table, length, ids, 4) == 2);
    assert(ids[0] == 4 && ids[1] == 5);
    return 0;
}
