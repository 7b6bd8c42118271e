/* Known sums, and that pieces give the same as the whole. */
#include <assert.h>
#include <crc32c.h>
#include <string.h>

int main(void)
{
    unsigned char bytes[100];

    /* RFC 3720, appendix B.4 */
    memset(bytes, 0, 32);
    assert(~crc32c(~0u, bytes, 32) == 0x8a9136aa);
    memset(bytes, 255, 32);
    assert(~crc32c(~0u, bytes, 32) == 0x62a8ab43);
    for (int i = 0; i < 32; i++)
        bytes[i] = (unsigned char)i;
    assert(~crc32c(~0u, bytes, 32) == 0x46dd794e);
    assert(~crc32c(~0u, "123456789", 9) == 0xe3069283);

    for (int i = 0; i < 100; i++)
        bytes[i] = (unsigned char)(i * 37);
    for (size_t cut = 0; cut <= 100; cut++)
        assert(crc32c(crc32c(1, bytes, cut), bytes + cut, 100 - cut) == crc32c(1, bytes, 100));
    return 0;
}
