/* Any sequence of operations leaves every block intact and all pages given back at the end. */
// max-len: 1000
// runs: 6000
#include "../../heap/tests/heap_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    model_run(data, size);
    assert(pages_available() == FAKE_PAGES);
    return 0;
}
