/*
 * Four bytes a step, by tables that the first call makes: the tables cost memory, but no bytes of the image.
 */
#include <crc32c.h>

#define POLYNOMIAL 0x82f63b78u /* RFC 3720, appendix B.4: 0x1edc6f41, reflected */

/* table[n][b]: what byte b does to the sum when n more bytes follow. */
static uint32_t table[4][256];

static void make_tables(void)
{
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t sum = b;
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? POLYNOMIAL : 0);
        table[0][b] = sum;
    }
    for (int n = 1; n < 4; n++)
        for (uint32_t b = 0; b < 256; b++)
            table[n][b] = table[n - 1][b] >> 8 ^ table[0][table[n - 1][b] & 255];
}

uint32_t crc32c(uint32_t sum, const void *data, size_t size)
{
    const uint8_t *byte = data;

    if (table[0][1] == 0)
        make_tables();
    for (; size >= 4; size -= 4, byte += 4) {
        sum ^= (uint32_t)byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
        sum =
            table[3][sum & 255] ^ table[2][sum >> 8 & 255] ^ table[1][sum >> 16 & 255] ^ table[0][sum >> 24];
    }
    for (; size != 0; size--)
        sum = sum >> 8 ^ table[0][(sum ^ *byte++) & 255];
    return sum;
}
