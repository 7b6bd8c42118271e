/* Whatever the bytes: errors, or files that can be read; nothing is left over, and nothing goes on for ever.
 */
// max-len: 12288
// runs: 30000
#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t whole = (size + 4095) / 4096 * 4096;
    unsigned char *image = calloc(1, whole + 1);

    memcpy(image, data, size);
    use_image(image, whole, false);
    use_image(image, whole, true);
    free(image);
    return 0;
}
