#include "parameter.h"

static bool number(const char **text, uint32_t *value)
{
    const char *at = *text, *first;
    uint64_t base = 10, result = 0, digit;

    if (at[0] == '0' && at[1] == 'x') {
        base = 16;
        at += 2;
    }
    for (first = at;; at++) {
        if (*at >= '0' && *at <= '9')
            digit = (uint64_t)(*at - '0');
        else if (base == 16 && (*at | 0x20) >= 'a' && (*at | 0x20) <= 'f')
            digit = (uint64_t)((*at | 0x20) - 'a' + 10);
        else
            break;
        result = result * base + digit;
        if (result > UINT32_MAX)
            return false;
    }
    *value = (uint32_t)result;
    *text = at;
    return at > first;
}

bool virtio_mmio_parameter(const char *text, struct acpi_device *device)
{
    uint32_t unit = 1;

    if (!number(&text, &device->size))
        return false;
    if (*text == 'K' || *text == 'M')
        unit = *text++ == 'K' ? 1u << 10 : 1u << 20;
    if (device->size == 0 || device->size > UINT32_MAX / unit)
        return false;
    device->size *= unit;
    return *text++ == '@' && number(&text, &device->address) && *text++ == ':' &&
           number(&text, &device->line) && (*text == '\0' || *text == ':');
}
