// instead: ../parameter.c
// max-len: 40
/* Any text as the description of a device on the command line. */
#include "../parameter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct acpi_device device;
    char *text = malloc(size + 1);

    memcpy(text, data, size);
    text[size] = '\0';
    if (virtio_mmio_parameter(text, &device))
        assert(device.size > 0 && strchr(text, '@') != NULL && strchr(text, ':') != NULL);
    free(text);
    return 0;
}
