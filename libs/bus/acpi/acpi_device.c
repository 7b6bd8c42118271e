/*
 * Firmware that describes virtio-mmio devices writes, for each, `Name (_HID, "LNRO0005")` and then, before
 * the next Device, `Name (_CRS, ResourceTemplate () {...})`: constants, which stand in the code as they are.
 */
#include <acpi.h>

/* 20.2.5.2: the two bytes of DefDevice. */
#define DEVICE_1 0x5b
#define DEVICE_2 0x82

/* 6.4.2 and 6.4.3: resources. The length of a large one does not count its first three bytes. */
#define LARGE 0x80u
#define LARGE_HEADER 3u
#define SMALL_LENGTH(tag) (((tag)&7u) + 1)
#define END_TAG 0x79
#define MEMORY32_FIXED 0x86
#define MEMORY32_ADDRESS 4
#define MEMORY32_SIZE 8
#define MEMORY32_BYTES 12u
#define INTERRUPT 0x89
#define INTERRUPT_COUNT 4
#define INTERRUPT_FIRST 5
#define INTERRUPT_BYTES 9u

struct code {
    const unsigned char *bytes;
    size_t length;
};

static uint32_t get32(const unsigned char *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Whether these bytes stand at a place, and are followed by `more` further ones. */
static bool stands(const struct code *code, size_t at, const char *bytes, size_t count, size_t more)
{
    if (at > code->length || count + more > code->length - at)
        return false;
    for (size_t i = 0; i < count; i++)
        if (code->bytes[at + i] != (unsigned char)bytes[i])
            return false;
    return true;
}

/* Resources from `at` on; false: there is no memory or no interrupt among them. */
static bool read_resources(const struct code *code, size_t at, struct acpi_device *device)
{
    bool memory = false, line = false;

    while (at < code->length && code->bytes[at] != END_TAG) {
        const unsigned char *item = code->bytes + at;
        size_t left = code->length - at, size;

        if (left < LARGE_HEADER)
            return false;
        size = item[0] & LARGE ? LARGE_HEADER + (item[1] | (size_t)item[2] << 8) : SMALL_LENGTH(item[0]);
        if (size > left)
            return false;
        if (item[0] == MEMORY32_FIXED && size >= MEMORY32_BYTES && !memory) {
            device->address = get32(item + MEMORY32_ADDRESS);
            device->size = get32(item + MEMORY32_SIZE);
            memory = device->size > 0;
        } else if (item[0] == INTERRUPT && size >= INTERRUPT_BYTES && item[INTERRUPT_COUNT] > 0 && !line) {
            device->line = get32(item + INTERRUPT_FIRST);
            line = true;
        }
        at += size;
    }
    return memory && line;
}

/* The buffer of resources behind `at`, before the next device; the length of the table where there is none.
 */
static size_t find_resources(const struct code *code, size_t at)
{
    for (; at + 2 < code->length; at++) {
        if (code->bytes[at] == DEVICE_1 && code->bytes[at + 1] == DEVICE_2)
            break;
        if (!stands(code, at, "\x08_CRS\x11", 6, 1))
            continue;
        /* 20.2.4: the package's length takes as many further bytes as its first one's highest two bits say.
         * Then comes that of the buffer, a number. */
        at += 6 + 1 + (code->bytes[at + 6] >> 6);
        if (stands(code, at, "\x0a", 1, 1))
            return at + 2;
        if (stands(code, at, "\x0b", 1, 2))
            return at + 3;
        break;
    }
    return code->length;
}

bool acpi_device(const void *bytes, size_t length, size_t *position, const char *identifier,
                 struct acpi_device *device)
{
    const struct code code = {bytes, length};
    size_t count = 0;

    while (identifier[count])
        count++;
    for (size_t at = *position; at < length; at++) {
        if (!stands(&code, at, "\x08_HID\x0d", 6, count + 1) ||
            !stands(&code, at + 6, identifier, count + 1, 0))
            continue;
        if (read_resources(&code, find_resources(&code, at + 6 + count), device)) {
            *position = at + 6 + count;
            return true;
        }
    }
    *position = length;
    return false;
}
