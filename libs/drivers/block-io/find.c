#include <block_io.h>
#include <errno.h>
#include <string.h>

/* What a name begins with may be said or not. */
static const char *without(const char *name, const char *prefix)
{
    size_t length = strlen(prefix);

    return strncmp(name, prefix, length) == 0 ? name + length : NULL;
}

struct block_device *block_device_after(const struct block_device *previous)
{
    bool found = previous == NULL;

    for (size_t i = 0; i < block_drivers_count; i++)
        for (struct block_device *device = *block_drivers[i]->devices; device; device = device->next) {
            if (found)
                return device;
            found = device == previous;
        }
    return NULL;
}

struct block_device *block_device_find(const char *name)
{
    const char *serial = without(name, "serial="), *plain = without(name, "/dev/");
    const char *wanted = serial ? serial : plain ? plain : name;

    for (struct block_device *device = NULL; (device = block_device_after(device));)
        if (*wanted != '\0' && strcmp(serial ? device->serial : device->name, wanted) == 0)
            return device;
    return NULL;
}

int block_device_claim(struct block_device *device, const void *holder)
{
    if (device->holder)
        return -EBUSY;
    device->holder = holder;
    return 0;
}

void block_device_release(struct block_device *device)
{
    device->holder = NULL;
    device->resized = NULL;
}
