/* Words are found where the table says, every place has its chance, and only the parameter says no. */
#include <assert.h>
#include <image_move.h>
#include <string.h>

static void relocation(void)
{
    static unsigned char image[70000];
    /* 4 bytes at 1, 256 + 1 and 66000; 8 bytes at 8 */
    static const unsigned char table[] = {1, 0, 0, 1, 0, 0, 0xcf, 0, 1, 0, 0, 0, 0, 8, 0, 0, 0, 0};
    uint32_t word;
    uint64_t wide;

    memset(image, 0x11, sizeof image);
    image_move_relocate(image, 0x2000, table);
    memcpy(&word, image + 1, 4);
    assert(word == 0x11113111);
    memcpy(&word, image + 257, 4);
    assert(word == 0x11113111);
    memcpy(&word, image + 257 + 0x100cf, 4);
    assert(word == 0x11113111);
    memcpy(&wide, image + 8, 8);
    assert(wide == 0x1111111111113111);
    unsigned changed = 0;
    for (unsigned i = 0; i < sizeof image; i++)
        changed += image[i] != 0x11;
    assert(changed == 4);

    static const unsigned char nothing[] = {0, 0, 0, 0, 0, 0, 0, 0};
    image_move_relocate(image, 0x2000, nothing);
}

static void places(void)
{
    struct boot_info info = {.range_count = 3,
                             .ranges = {{0x1000, 0x9f000}, {0x200000, 0x204000}, {0x300000, 0x800000}}};
    unsigned seen[8] = {0};

    /* Two places in the second range, six below the limit in the third. */
    for (uint64_t random = 0; random < 16; random++) {
        uintptr_t at = image_move_place(&info, 0x3000, 0x200000, 0x308000, random);
        unsigned number = (unsigned)(at < 0x300000 ? (at - 0x200000) / 4096 : 2 + (at - 0x300000) / 4096);

        assert(at % 4096 == 0 && at >= 0x200000 && at + 0x3000 <= 0x308000);
        assert(at + 0x3000 <= 0x204000 || at >= 0x300000);
        assert(number < 8);
        seen[number]++;
    }
    for (unsigned i = 0; i < 8; i++)
        assert(seen[i] == 2);
    assert(image_move_place(&info, 0x3000, 0x200000, 0x308000, UINT64_MAX) != 0);
    assert(image_move_place(&info, 0x600000, 0x200000, 0x40000000, 5) == 0);
    assert(image_move_place(&info, 0x5000, 0x200000, 0x304000, 5) == 0);
    info.range_count = 0;
    assert(image_move_place(&info, 0x1000, 0, 0x40000000, 5) == 0);
}

static void parameter(void)
{
    assert(image_move_wanted(NULL) && image_move_wanted("") && image_move_wanted("-- image.move=off"));
    assert(image_move_wanted("image.move=offer") && image_move_wanted("image.move=of"));
    assert(image_move_wanted("ximage.move=off") && image_move_wanted("image.move"));
    assert(!image_move_wanted("image.move=off") && !image_move_wanted("a=b  image.move=off -- x"));
    assert(!image_move_wanted("image.move=off "));
}

int main(void)
{
    relocation();
    places();
    parameter();
    return 0;
}
