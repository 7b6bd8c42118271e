/*
 * The Internet checksum (RFC 1071), 64 bits at a time: the sum of 16-bit words does not depend on how many of
 * them are added at once, as long as every carry is.
 */
#include <lwip/arch.h>
#include <stdint.h>
#include <string.h>

static uint64_t add(uint64_t sum, uint64_t word)
{
    return __builtin_add_overflow(sum, word, &sum) ? sum + 1 : sum;
}

uint16_t lwip_checksum(const void *data, int size)
{
    const unsigned char *byte = data;
    uint64_t sum = 0, last = 0;

    for (; size >= 8; byte += 8, size -= 8)
        sum = add(sum, *(const uint64_t __attribute__((aligned(1), may_alias)) *)byte);
    if (size > 0) {
        /* A missing last byte counts as 0. */
        memcpy(&last, byte, (size_t)size);
        sum = add(sum, last);
    }
    sum = (sum >> 32) + (sum & 0xffffffff);
    sum = (sum >> 32) + (sum & 0xffffffff);
    sum = (sum >> 16) + (sum & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t)sum;
}
