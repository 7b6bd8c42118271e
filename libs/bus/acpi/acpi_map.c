#include "acpi_map.h"

#include <device_memory.h>

/* Tables may lie in memory that nobody has mapped; whatever is mapped already stays as it is. */
const void *acpi_map(uint64_t address, size_t length)
{
    return (const void *)device_memory_map(address, length);
}
