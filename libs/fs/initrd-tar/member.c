/*
 * A member is a header of 512 bytes and its data, filled up to a multiple of that; two blocks of zeroes end
 * the archive (POSIX.1-2017, pax, "ustar Interchange Format"). Longer names and sizes come in members of the
 * kind 'x' before the one that they are for (the same, "pax Extended Header"), or 'L' and 'K' (GNU tar,
 * "Basic Tar Format"). Numbers are octal, or binary where the first byte has its highest bit set (GNU tar
 * again).
 */
#include "member.h"

#include <errno.h>
#include <string.h>

#define BLOCK 512u

enum {
    NAME = 0,
    NAME_SIZE = 100,
    MODE = 100,
    USER = 108,
    GROUP = 116,
    SIZE = 124,
    TIME = 136,
    NUMBER_SIZE = 12,
    MODE_SIZE = 8,
    ID_SIZE = 8,
    CHECKSUM = 148,
    CHECKSUM_SIZE = 8,
    KIND = 156,
    TARGET = 157,
    MAGIC = 257,
    PREFIX = 345,
    PREFIX_SIZE = 155,
};

static bool number(const unsigned char *field, size_t length, uint64_t *value)
{
    size_t i = 0;

    *value = 0;
    if (field[0] & 0x80) {
        if (field[0] != 0x80)
            return false; /* negative, or too large */
        for (i = 1; i < length; i++) {
            if (*value >> 55 != 0)
                return false;
            *value = *value << 8 | field[i];
        }
        return true;
    }
    while (i < length && field[i] == ' ')
        i++;
    for (; i < length && field[i] >= '0' && field[i] <= '7'; i++)
        *value = *value << 3 | (uint64_t)(field[i] - '0'); /* at most 12 digits: 36 bits */
    return i == length || field[i] == ' ' || field[i] == '\0';
}

static bool is_zero(const unsigned char *block)
{
    for (unsigned i = 0; i < BLOCK; i++)
        if (block[i] != 0)
            return false;
    return true;
}

static bool checksum_holds(const unsigned char *header)
{
    uint64_t said;
    unsigned sum = 0;

    for (unsigned i = 0; i < BLOCK; i++)
        sum += i >= CHECKSUM && i < CHECKSUM + CHECKSUM_SIZE ? ' ' : header[i];
    return number(header + CHECKSUM, CHECKSUM_SIZE, &said) && said == sum;
}

/* Adds text, up to its end or a NUL, to a string of a member. */
static bool append(char *text, const void *more, size_t length)
{
    const char *from = more;
    size_t at = strlen(text);

    for (size_t i = 0; i < length && from[i] != '\0'; i++) {
        if (at + 1 >= VFS_PATH_MAX)
            return false;
        text[at++] = from[i];
    }
    text[at] = '\0';
    return true;
}

/* Puts text in the place of what a member had. */
static bool replace(char *text, const void *from, size_t length)
{
    text[0] = '\0';
    return append(text, from, length);
}

static bool key_is(const unsigned char *key, size_t length, const char *wanted)
{
    return length == strlen(wanted) && memcmp(key, wanted, length) == 0;
}

static bool decimal(const unsigned char *text, size_t length, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9' || *value > UINT64_MAX / 10 - 1)
            return false;
        *value = *value * 10 + (uint64_t)(text[i] - '0');
    }
    return length != 0;
}

#ifdef CONFIG_LIB_USERS
#define NO_ID UINT32_MAX /* (uid_t)-1 is nobody's */

/* The number of a user or a group, unless an extended header has said it already. */
static bool read_id(const unsigned char *field, uint32_t *id)
{
    uint64_t value;

    if (*id != NO_ID)
        return true;
    if (!number(field, ID_SIZE, &value) || value >= NO_ID)
        return false;
    *id = (uint32_t)value;
    return true;
}

static bool extend_id(const unsigned char *text, size_t length, uint32_t *id)
{
    uint64_t value;

    if (!decimal(text, length, &value) || value >= NO_ID)
        return false;
    *id = (uint32_t)value;
    return true;
}
#endif

/* Takes what matters from the records of an extended header: "LENGTH KEY=VALUE\n" each. */
static bool extend(const unsigned char *at, size_t size, struct initrd_tar_member *member, uint64_t *bytes)
{
    while (size != 0) {
        size_t digits = 0, key, value;
        uint64_t length;

        while (digits < size && at[digits] != ' ')
            digits++;
        if (!decimal(at, digits, &length) || length > size || length < digits + 3 || at[length - 1] != '\n')
            return false;
        key = digits + 1;
        for (value = key; value < length && at[value] != '=';)
            value++;
        if (value == length)
            return false;
        if (key_is(at + key, value - key, "path") &&
            !replace(member->name, at + value + 1, (size_t)length - value - 2))
            return false;
        if (key_is(at + key, value - key, "linkpath") &&
            !replace(member->target, at + value + 1, (size_t)length - value - 2))
            return false;
        if (key_is(at + key, value - key, "size") &&
            !decimal(at + value + 1, (size_t)length - value - 2, bytes))
            return false;
#ifdef CONFIG_LIB_USERS
        if (key_is(at + key, value - key, "uid") &&
            !extend_id(at + value + 1, (size_t)length - value - 2, &member->user))
            return false;
        if (key_is(at + key, value - key, "gid") &&
            !extend_id(at + value + 1, (size_t)length - value - 2, &member->group))
            return false;
#endif
        at += length;
        size -= (size_t)length;
    }
    return true;
}

/* The name without "./" and slashes before it, and without slashes behind it. */
static void clean(char *name)
{
    size_t skip = 0, length = strlen(name);

    for (;;) {
        if (name[skip] == '/')
            skip++;
        else if (name[skip] == '.' && (name[skip + 1] == '/' || name[skip + 1] == '\0'))
            skip++;
        else
            break;
    }
    while (length > skip && name[length - 1] == '/')
        length--;
    memmove(name, name + skip, length - skip);
    name[length - skip] = '\0';
}

/* What the header alone says, where nothing before it has said so already. */
static bool read_header(const unsigned char *header, struct initrd_tar_member *member)
{
    uint64_t mode, time;

    if (member->name[0] == '\0') {
        if (memcmp(header + MAGIC, "ustar", 6) == 0 && header[PREFIX] != '\0' &&
            (!append(member->name, header + PREFIX, PREFIX_SIZE) || !append(member->name, "/", 1)))
            return false;
        if (!append(member->name, header + NAME, NAME_SIZE))
            return false;
    }
    if (member->target[0] == '\0' && !append(member->target, header + TARGET, NAME_SIZE))
        return false;
    if (!number(header + MODE, MODE_SIZE, &mode) || !number(header + TIME, NUMBER_SIZE, &time))
        return false;
#ifdef CONFIG_LIB_USERS
    if (!read_id(header + USER, &member->user) || !read_id(header + GROUP, &member->group))
        return false;
#endif
    member->mode = (uint32_t)mode;
    member->time = time < INT32_MAX ? (int64_t)time : INT32_MAX;
    member->kind = (char)header[KIND];
    if (member->kind == '\0' || member->kind == '7')
        member->kind = '0'; /* as tar did before POSIX; and a file that lies in one piece */
    clean(member->name);
    return true;
}

static bool describes_another(unsigned char kind)
{
    return kind == 'x' || kind == 'g' || kind == 'L' || kind == 'K';
}

int initrd_tar_next(struct initrd_tar_archive *archive, struct initrd_tar_member *member)
{
    uint64_t extended = UINT64_MAX;

    member->name[0] = member->target[0] = '\0';
#ifdef CONFIG_LIB_USERS
    member->user = member->group = NO_ID;
#endif
    for (;;) {
        const unsigned char *header = archive->start + archive->at;
        size_t left = archive->size - archive->at;
        uint64_t size;
        bool good = true;

        if (left == 0 || (left >= BLOCK && is_zero(header)))
            return extended == UINT64_MAX && member->name[0] == '\0' ? 0 : -EINVAL;
        if (left < BLOCK || !checksum_holds(header) || !number(header + SIZE, NUMBER_SIZE, &size))
            return -EINVAL;
        left -= BLOCK;
        member->data = header + BLOCK;
        if (!describes_another(header[KIND]) && extended != UINT64_MAX)
            size = extended;
        if (header[KIND] >= '1' && header[KIND] <= '6')
            size = 0; /* links, devices and directories have no data, whatever they say */
        if (size > left)
            return -EINVAL;
        member->size = (size_t)size;
        archive->at += BLOCK + (size_t)size;
        left -= (size_t)size;
        archive->at += -size % BLOCK < left ? -size % BLOCK : left;
        switch (header[KIND]) {
        case 'g':
            break;
        case 'x':
            good = extend(member->data, member->size, member, &extended);
            break;
        case 'L':
            good = replace(member->name, member->data, member->size);
            break;
        case 'K':
            good = replace(member->target, member->data, member->size);
            break;
        default:
            return read_header(header, member) ? 1 : -EINVAL;
        }
        if (!good)
            return -EINVAL;
    }
}
