#include <config.h>
#include <errno.h>
#include <fuse_channel.h>
#include <virtio_share.h>
#ifdef CONFIG_LIB_VIRTIO_SHARED_MEMORY
#include <virtio_shared_memory.h>
#endif

/* Virtio 1.2, section 5.11 */
#define TYPE_FILE_SYSTEM 26
#define QUEUE_URGENT 0 /* hiprio */
#define QUEUE_REQUESTS 1
#define CONFIGURATION_TAG 0
#define TAG_LENGTH 36

static struct share_channel *channels;

static int start(struct virtio_share *share)
{
    if (!virtio_share_tag(share, CONFIGURATION_TAG, TAG_LENGTH))
        return -EINVAL;
#ifdef CONFIG_LIB_VIRTIO_SHARED_MEMORY
    share->channel.window_size = virtio_shared_memory(&share->virtio, &share->channel.window); /* 5.11.6.4 */
#endif
    return virtio_share_start(share, 0, QUEUE_REQUESTS, QUEUE_URGENT);
}

static void found(const struct virtio_device *device)
{
    virtio_share_found(device, "virtio-fs", start, &channels);
}

int virtio_fs_init(void);

int virtio_fs_init(void)
{
    virtio_find(TYPE_FILE_SYSTEM, found);
    return 0;
}

const struct share_driver virtio_fs_fuse_channel = {.name = "virtio-fs", .channels = &channels};
