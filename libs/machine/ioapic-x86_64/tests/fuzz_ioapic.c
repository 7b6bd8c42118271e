// instead:
// max-len: 200
/* Any table of interrupt controllers: nothing outside it is read, and a line has at most one. */
#include "controller.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool serve(void *argument)
{
    (void)argument;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *copy;
    int error;

    if (size < 1)
        return 0;
    copy = malloc(size - 1);
    memcpy(copy, data + 1, size - 1);
    table = copy;
    table_length = size - 1;
    count = vectors = 0;
    error = interrupt_line_attach(data[0], serve, NULL);
    assert(error == 0 ? vectors == 1 && count == 1 : error == -ENODEV && count == 0);
    free(copy);
    return 0;
}
