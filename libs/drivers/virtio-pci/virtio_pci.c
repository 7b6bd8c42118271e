#include "capabilities.h"

#include <errno.h>
#include <log.h>
#include <pci_configuration.h>

/* Virtio 1.2, section 4.1.2. */
#define VENDOR 0x1af4u
#define ID_TRANSITIONAL 0x1000u /* to 0x103f: the type stands in the subsystem's number */
#define ID_MODERN 0x1040u       /* to 0x107f: and the type */
#define ID_END 0x1080u
#define PCI_SUBSYSTEM 0x2c

/* 4.1.4.3: struct virtio_pci_common_cfg */
struct common {
    uint32_t device_feature_select;
    uint32_t device_feature;
    uint32_t driver_feature_select;
    uint32_t driver_feature;
    uint16_t config_msix_vector;
    uint16_t num_queues;
    uint8_t device_status;
    uint8_t config_generation;
    uint16_t queue_select;
    uint16_t queue_size;
    uint16_t queue_msix_vector;
    uint16_t queue_enable;
    uint16_t queue_notify_off;
    uint32_t queue_desc[2];
    uint32_t queue_driver[2];
    uint32_t queue_device[2];
};

/* Entries of the table of MSI-X vectors. */
#define VECTOR_QUEUES 0
#define VECTOR_CONFIGURATION 1
#define VECTORS 2

static volatile struct common *common_of(const struct virtio_device *device)
{
    return (volatile struct common *)device->registers;
}

static uint8_t status(const struct virtio_device *device)
{
    return common_of(device)->device_status;
}

static void set_status(const struct virtio_device *device, uint8_t value)
{
    common_of(device)->device_status = value;
}

static uint64_t features(const struct virtio_device *device)
{
    volatile struct common *common = common_of(device);
    uint64_t low;

    common->device_feature_select = 0;
    low = common->device_feature;
    common->device_feature_select = 1;
    return (uint64_t)common->device_feature << 32 | low;
}

static void set_features(const struct virtio_device *device, uint64_t accepted)
{
    volatile struct common *common = common_of(device);

    common->driver_feature_select = 0;
    common->driver_feature = (uint32_t)accepted;
    common->driver_feature_select = 1;
    common->driver_feature = (uint32_t)(accepted >> 32);
}

static uint32_t queue_size(const struct virtio_device *device, uint16_t index)
{
    volatile struct common *common = common_of(device);

    if (index >= common->num_queues)
        return 0;
    common->queue_select = index;
    return common->queue_enable ? 0 : common->queue_size;
}

/* 4.1.3.1: 64-bit fields are written as two of 32. */
static void write_address(volatile uint32_t *field, const void *area)
{
    field[0] = (uint32_t)(uintptr_t)area;
    field[1] = (uint32_t)((uintptr_t)area >> 32);
}

static volatile void *queue_start(const struct virtio_device *device, uint16_t index,
                                  const struct virtio_areas *areas)
{
    volatile struct common *common = common_of(device);
    uint64_t offset;

    common->queue_select = index;
    common->queue_size = areas->size;
    if (device->vector_count > 0)
        common->queue_msix_vector = VECTOR_QUEUES;
    if ((device->vector_count > 0 && common->queue_msix_vector != VECTOR_QUEUES) ||
        common->queue_size != areas->size)
        return NULL;
    write_address(common->queue_desc, areas->descriptors);
    write_address(common->queue_driver, areas->driver);
    write_address(common->queue_device, areas->device);
    offset = (uint64_t)common->queue_notify_off * device->notifications_step;
    if (offset > device->notifications_size - sizeof(uint16_t))
        return NULL;
    common->queue_enable = 1;
    return device->notifications + offset;
}

static void queues_used(void *argument)
{
    struct virtio_device *device = argument;

    device->attention(device, true, false);
}

static void configuration_changed(void *argument)
{
    struct virtio_device *device = argument;

    device->attention(device, false, true);
}

static int interrupt(struct virtio_device *device)
{
    struct pci_msix msix = {device->vectors, device->vector_count, device->place, device->vector_capability};
    int error;

    if (device->vector_count == 0)
        return -ENXIO;
    error = pci_msix_attach(&msix, VECTOR_QUEUES, queues_used, device);
    if (!error)
        error = pci_msix_attach(&msix, VECTOR_CONFIGURATION, configuration_changed, device);
    if (error)
        return error;
    pci_msix_enable(&msix);
    common_of(device)->config_msix_vector = VECTOR_CONFIGURATION;
    return common_of(device)->config_msix_vector == VECTOR_CONFIGURATION ? 0 : -EIO;
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

struct search {
    uint32_t type;
    virtio_found *found;
};

static void visit(uint16_t place, uint32_t id, void *argument)
{
    const struct search *search = argument;
    struct virtio_device device = {.operations = &operations, .place = place};
    struct pci_function function;
    struct pci_msix msix;
    uint32_t number = id >> 16, type;

    if ((id & 0xffff) != VENDOR || number < ID_TRANSITIONAL || number >= ID_END)
        return;
    type = number >= ID_MODERN ? number - ID_MODERN : pci_configuration_read(place, PCI_SUBSYSTEM) >> 16;
    if (type != search->type)
        return;
    pci_open(&function, place);
    if (!virtio_pci_locate(&device, &function)) {
        log_write(LOG_WARNING, "virtio: function %x has no modern registers", place);
        return;
    }
    if (pci_msix_open(&msix, &function) == 0 && msix.count >= VECTORS) {
        device.vectors = msix.table;
        device.vector_count = msix.count;
        device.vector_capability = msix.capability;
    }
    search->found(&device);
}

static void find(uint32_t type, virtio_found *found)
{
    pci_each(visit, &(struct search){type, found});
}

const struct virtio_transport virtio_pci_virtio_transport = {.name = "pci", .find = find};
