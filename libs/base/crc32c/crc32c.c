/*
 * Eight bytes a step, by tables that the first call makes: they cost memory, but no bytes of the image.
 */
#include <crc32c.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are taken for their bytes in order");

#define POLYNOMIAL 0x82f63b78u /* RFC 3720, appendix B.4: 0x1edc6f41, reflected */

/* table[n][b]: what byte b does to the sum when n more bytes follow. */
static uint32_t table[8][256];

static void make_tables(void)
{
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t sum = b;
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? POLYNOMIAL : 0);
        table[0][b] = sum;
    }
    for (int n = 1; n < 8; n++)
        for (uint32_t b = 0; b < 256; b++)
            table[n][b] = table[n - 1][b] >> 8 ^ table[0][table[n - 1][b] & 255];
}

uint32_t crc32c(uint32_t sum, const void *data, size_t size)
{
    const uint8_t *byte = data;

    if (table[0][1] == 0)
        make_tables();
    for (; size >= 8; size -= 8, byte += 8) {
        uint32_t low, high;

        __builtin_memcpy(&low, byte, sizeof(low));
        __builtin_memcpy(&high, byte + 4, sizeof(high));
        low ^= sum;
        sum = table[7][low & 255] ^ table[6][low >> 8 & 255] ^ table[5][low >> 16 & 255] ^
              table[4][low >> 24] ^ table[3][high & 255] ^ table[2][high >> 8 & 255] ^
              table[1][high >> 16 & 255] ^ table[0][high >> 24];
    }
    for (; size != 0; size--)
        sum = sum >> 8 ^ table[0][(sum ^ *byte++) & 255];
    return sum;
}
