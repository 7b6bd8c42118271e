#include <errno.h>
#include <log.h>
#include <virtio.h>

/* Device status: virtio 1.2, section 2.1 */
#define STATUS_ACKNOWLEDGE 1u
#define STATUS_DRIVER 2u
#define STATUS_DRIVER_OK 4u
#define STATUS_FEATURES_OK 8u
#define STATUS_NEEDS_RESET 64u
#define STATUS_FAILED 128u

#define RESET_ATTEMPTS 1000000 /* reads of the status: seconds */

void virtio_find(uint32_t type, virtio_found *found)
{
    for (size_t i = 0; i < virtio_transports_count; i++)
        virtio_transports[i]->find(type, found);
}

static void add_status(const struct virtio_device *device, unsigned bits)
{
    device->operations->set_status(device, (uint8_t)(device->operations->status(device) | bits));
}

/* 4.1.4.3.1: the driver waits for the status to be 0 again. */
static bool reset(const struct virtio_device *device)
{
    device->operations->set_status(device, 0);
    for (int i = 0; i < RESET_ATTEMPTS; i++)
        if (device->operations->status(device) == 0)
            return true;
    return false;
}

/* 3.1.1 */
int virtio_begin(struct virtio_device *device, uint64_t wanted, uint64_t required,
                 virtio_attention *attention)
{
    const struct virtio_operations *operations = device->operations;
    uint64_t offered, core = VIRTIO_F_VERSION_1 | VIRTIO_F_EVENT_IDX;

#ifdef CONFIG_VIRTIO_PACKED
    core |= VIRTIO_F_RING_PACKED;
#endif
#ifdef CONFIG_VIRTIO_INDIRECT
    core |= VIRTIO_F_INDIRECT_DESC;
#endif
    required |= VIRTIO_F_VERSION_1;
    if (!reset(device))
        return -EIO;
    add_status(device, STATUS_ACKNOWLEDGE);
    add_status(device, STATUS_DRIVER);
    offered = operations->features(device);
    if ((offered & required) != required)
        return -EOPNOTSUPP;
    device->accepted = offered & (wanted | required | core);
    operations->set_features(device, device->accepted);
    add_status(device, STATUS_FEATURES_OK);
    if (!(operations->status(device) & STATUS_FEATURES_OK))
        return -EOPNOTSUPP;
    device->attention = attention;
    return operations->interrupt(device);
}

int virtio_ready(struct virtio_device *device)
{
    add_status(device, STATUS_DRIVER_OK);
    return device->operations->status(device) & STATUS_NEEDS_RESET ? -EIO : 0;
}

void virtio_break(struct virtio_device *device, const char *why)
{
    if (device->broken)
        return;
    device->broken = true;
    log_write(LOG_ERROR, "virtio: a device is given up: %s", why);
    (void)why;
    reset(device);
    add_status(device, STATUS_FAILED);
}

bool virtio_needs_reset(const struct virtio_device *device)
{
    return device->operations->status(device) & STATUS_NEEDS_RESET;
}

uint8_t virtio_configuration8(const struct virtio_device *device, uint32_t offset)
{
    return offset < device->configuration_size ? device->configuration[offset] : 0;
}

/* The field is written in little endian, as the processors are (2.5.3). */
uint16_t virtio_configuration16(const struct virtio_device *device, uint32_t offset)
{
    return offset + 1 < device->configuration_size ? *(volatile uint16_t *)(device->configuration + offset)
                                                   : 0;
}

uint32_t virtio_configuration32(const struct virtio_device *device, uint32_t offset)
{
    return offset + 3 < device->configuration_size ? *(volatile uint32_t *)(device->configuration + offset)
                                                   : 0;
}

/* Two reads (4.1.3.1), again until nothing has changed between them: the device may be in the middle of a
 * change, though not for ever. */
uint64_t virtio_configuration64(const struct virtio_device *device, uint32_t offset)
{
    uint32_t low = virtio_configuration32(device, offset), high = virtio_configuration32(device, offset + 4);

    for (unsigned attempts = 0; attempts < 1000; attempts++) {
        uint32_t low_again = virtio_configuration32(device, offset);
        uint32_t high_again = virtio_configuration32(device, offset + 4);

        if (low_again == low && high_again == high)
            break;
        low = low_again;
        high = high_again;
    }
    return (uint64_t)high << 32 | low;
}
