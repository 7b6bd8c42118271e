#include "parameter.h"

#include <acpi.h>
#include <args.h>
#include <config.h>
#include <device_memory.h>
#include <interrupt_line.h>
#include <log.h>
#include <virtio_transport.h>
#ifdef CONFIG_LIB_VIRTIO_SHARED_MEMORY
#include <virtio_shared_memory.h>
#endif

/* Virtio 1.2, section 4.2.2: registers, by their offsets. All but the configuration are 32 bits wide. */
#define MAGIC 0x000
#define MAGIC_VALUE 0x74726976u
#define VERSION 0x004
#define VERSION_MODERN 2
#define DEVICE_ID 0x008
#define DEVICE_FEATURES 0x010
#define DEVICE_FEATURES_SELECT 0x014
#define DRIVER_FEATURES 0x020
#define DRIVER_FEATURES_SELECT 0x024
#define QUEUE_SELECT 0x030
#define QUEUE_MOST 0x034
#define QUEUE_SIZE 0x038
#define QUEUE_READY 0x044
#define QUEUE_NOTIFY 0x050
#define INTERRUPT_STATUS 0x060
#define INTERRUPT_QUEUES 1u
#define INTERRUPT_CONFIGURATION 2u
#define INTERRUPT_ACKNOWLEDGE 0x064
#define STATUS 0x070
#define QUEUE_DESCRIPTORS 0x080
#define QUEUE_DRIVER 0x090
#define QUEUE_DEVICE 0x0a0
#define SHARED_MEMORY_SELECT 0x0ac
#define SHARED_MEMORY_LENGTH 0x0b0
#define SHARED_MEMORY_BASE 0x0b8
#define CONFIGURATION 0x100

static volatile uint32_t *at(const struct virtio_device *device, unsigned offset)
{
    return (volatile uint32_t *)(device->registers + offset);
}

static uint8_t status(const struct virtio_device *device)
{
    return (uint8_t)*at(device, STATUS);
}

static void set_status(const struct virtio_device *device, uint8_t value)
{
    *at(device, STATUS) = value;
}

static uint64_t features(const struct virtio_device *device)
{
    uint64_t low;

    *at(device, DEVICE_FEATURES_SELECT) = 0;
    low = *at(device, DEVICE_FEATURES);
    *at(device, DEVICE_FEATURES_SELECT) = 1;
    return (uint64_t)*at(device, DEVICE_FEATURES) << 32 | low;
}

static void set_features(const struct virtio_device *device, uint64_t accepted)
{
    *at(device, DRIVER_FEATURES_SELECT) = 0;
    *at(device, DRIVER_FEATURES) = (uint32_t)accepted;
    *at(device, DRIVER_FEATURES_SELECT) = 1;
    *at(device, DRIVER_FEATURES) = (uint32_t)(accepted >> 32);
}

static uint32_t queue_size(const struct virtio_device *device, uint16_t index)
{
    *at(device, QUEUE_SELECT) = index;
    return *at(device, QUEUE_READY) ? 0 : *at(device, QUEUE_MOST);
}

static void write_address(const struct virtio_device *device, unsigned offset, const void *area)
{
    *at(device, offset) = (uint32_t)(uintptr_t)area;
    *at(device, offset + 4) = (uint32_t)((uintptr_t)area >> 32);
}

static volatile void *queue_start(const struct virtio_device *device, uint16_t index,
                                  const struct virtio_areas *areas)
{
    *at(device, QUEUE_SELECT) = index;
    *at(device, QUEUE_SIZE) = areas->size;
    write_address(device, QUEUE_DESCRIPTORS, areas->descriptors);
    write_address(device, QUEUE_DRIVER, areas->driver);
    write_address(device, QUEUE_DEVICE, areas->device);
    *at(device, QUEUE_READY) = 1;
    return *at(device, QUEUE_READY) ? at(device, QUEUE_NOTIFY) : NULL;
}

static bool attention(void *argument)
{
    struct virtio_device *device = argument;
    uint32_t why = *at(device, INTERRUPT_STATUS) & (INTERRUPT_QUEUES | INTERRUPT_CONFIGURATION);

    if (!why || device->broken)
        return false;
    *at(device, INTERRUPT_ACKNOWLEDGE) = why;
    device->attention(device, why & INTERRUPT_QUEUES, why & INTERRUPT_CONFIGURATION);
    return true;
}

static int interrupt(struct virtio_device *device)
{
    return interrupt_line_attach(device->line, attention, device);
}

static const struct virtio_operations operations = {
    .status = status,
    .set_status = set_status,
    .features = features,
    .set_features = set_features,
    .queue_size = queue_size,
    .queue_start = queue_start,
    .interrupt = interrupt,
};

#ifdef CONFIG_LIB_VIRTIO_SHARED_MEMORY
static uint64_t read_two(const struct virtio_device *device, unsigned offset)
{
    uint64_t low = *at(device, offset);

    return (uint64_t)*at(device, offset + 4) << 32 | low;
}

/* A length of all ones: there is no such region (4.2.2). */
static void find_shared_memory(const struct virtio_device *device)
{
    uint64_t size;

    *at(device, SHARED_MEMORY_SELECT) = 0;
    size = read_two(device, SHARED_MEMORY_LENGTH);
    virtio_shared_memory_note(device, read_two(device, SHARED_MEMORY_BASE), size == UINT64_MAX ? 0 : size);
}
#endif

/* A device whose number is 0 is a place without one (4.2.3.1.1). */
static void look(const struct acpi_device *place, uint32_t type, virtio_found *found)
{
    struct virtio_device device = {.operations = &operations, .wide_notification = true, .line = place->line};

    if (place->size <= CONFIGURATION)
        return;
    device.registers = device_memory_map(place->address, place->size);
    if (!device.registers || *at(&device, MAGIC) != MAGIC_VALUE || *at(&device, DEVICE_ID) != type)
        return;
    if (*at(&device, VERSION) != VERSION_MODERN) {
        log_write(LOG_WARNING, "virtio: the device at %x is older than virtio 1.0", place->address);
        return;
    }
    device.configuration = device.registers + CONFIGURATION;
    device.configuration_size = place->size - CONFIGURATION;
#ifdef CONFIG_LIB_VIRTIO_SHARED_MEMORY
    find_shared_memory(&device);
#endif
    found(&device);
}

/* Where ACPI tells of devices, the command line tells of the same ones. */
static void find(uint32_t type, virtio_found *found)
{
    size_t length, position = 0;
    const void *code = acpi_table("DSDT", &length);
    struct acpi_device place;
    bool any = false;

    while (code && acpi_device(code, length, &position, "LNRO0005", &place)) {
        any = true;
        look(&place, type, found);
    }
    for (const char *text = NULL; !any && (text = args_parameter_next("virtio_mmio.device", text));) {
        if (virtio_mmio_parameter(text, &place))
            look(&place, type, found);
        else
            log_write(LOG_WARNING, "virtio: not a device: %s", text);
    }
}

const struct virtio_transport virtio_mmio_virtio_transport = {.name = "mmio", .find = find};
