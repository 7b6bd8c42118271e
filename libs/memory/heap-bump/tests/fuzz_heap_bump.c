/* Any sequence of operations on a fresh heap leaves every block intact. */
// instead:
// max-len: 1000
// runs: 6000
#include "../../heap/tests/heap_model.h"

#include "../heap_bump.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    model_run(data, size);
    fake_pages_reset();
    next = end = 0;
    return 0;
}
