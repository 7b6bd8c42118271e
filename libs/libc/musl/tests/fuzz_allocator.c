/* Sequences of operations of the allocator, held against a model; the first byte says when mapping fails. */
// instead:
// runs: 10000
// max-len: 2000
#include "allocator_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct model model;

    if (size == 0)
        return 0;
    mappings_until_fail = bytes[0] < 200 ? 0 : 1 + bytes[0] - 200;
    model_run(&model, bytes + 1, size - 1);
    mappings_until_fail = 0;
    return 0;
}
