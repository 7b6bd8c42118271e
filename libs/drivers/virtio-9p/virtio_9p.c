/* The device has one queue, and a tag in its configuration: virtio 1.2, section 5 only names it (type 9); its
 * layout is struct virtio_9p_config of Linux's include/uapi/linux/virtio_9p.h. */
#include <errno.h>
#include <plan9_channel.h>
#include <virtio_share.h>

#define TYPE_9P 9 /* virtio 1.2, chapter 5 */
#define F_MOUNT_TAG (UINT64_C(1) << 0)
#define QUEUE 0
#define CONFIGURATION_TAG_LENGTH 0
#define CONFIGURATION_TAG 2

static struct share_channel *channels;

static int start(struct virtio_share *share)
{
    if (!virtio_share_tag(share, CONFIGURATION_TAG,
                          virtio_configuration16(&share->virtio, CONFIGURATION_TAG_LENGTH)))
        return -EINVAL;
    return virtio_share_start(share, F_MOUNT_TAG, QUEUE, QUEUE);
}

static void found(const struct virtio_device *device)
{
    virtio_share_found(device, "virtio-9p", start, &channels);
}

int virtio_9p_init(void);

int virtio_9p_init(void)
{
    virtio_find(TYPE_9P, found);
    return 0;
}

const struct share_driver virtio_9p_plan9_channel = {.name = "virtio-9p", .channels = &channels};
