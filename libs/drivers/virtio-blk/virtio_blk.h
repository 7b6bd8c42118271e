/* The parts of this driver, and what virtio 1.2, section 5.2 says about the device. */
#pragma once

#include <block_driver.h>
#include <config.h>
#include <virtio.h>

/* 5.2.3 */
#define VIRTIO_BLK_F_SIZE_MAX (UINT64_C(1) << 1)
#define VIRTIO_BLK_F_SEG_MAX (UINT64_C(1) << 2)
#define VIRTIO_BLK_F_RO (UINT64_C(1) << 5)
#define VIRTIO_BLK_F_BLK_SIZE (UINT64_C(1) << 6)
#define VIRTIO_BLK_F_FLUSH (UINT64_C(1) << 9)
#define VIRTIO_BLK_F_TOPOLOGY (UINT64_C(1) << 10)
#define VIRTIO_BLK_F_CONFIG_WCE (UINT64_C(1) << 11)
#define VIRTIO_BLK_F_MQ (UINT64_C(1) << 12)
#define VIRTIO_BLK_F_DISCARD (UINT64_C(1) << 13)
#define VIRTIO_BLK_F_WRITE_ZEROES (UINT64_C(1) << 14)

/* 5.2.6: struct virtio_blk_req is this header, the data, and one byte of status. */
struct virtio_blk_header {
    uint32_t type;
    uint32_t reserved;
    uint64_t sector;
};

#define VIRTIO_BLK_T_IN 0u
#define VIRTIO_BLK_T_OUT 1u
#define VIRTIO_BLK_T_FLUSH 4u
#define VIRTIO_BLK_T_GET_ID 8u
#define VIRTIO_BLK_T_DISCARD 11u
#define VIRTIO_BLK_T_WRITE_ZEROES 13u

#define VIRTIO_BLK_S_OK 0u
#define VIRTIO_BLK_S_IOERR 1u
#define VIRTIO_BLK_S_UNSUPP 2u
#define VIRTIO_BLK_S_NONE 0xffu /* none of the device's: it has not written it */

#define VIRTIO_BLK_ID_LENGTH 20u

/* struct virtio_blk_discard_write_zeroes */
struct virtio_blk_range {
    uint64_t sector;
    uint32_t sectors;
    uint32_t flags;
};

#define VIRTIO_BLK_RANGE_UNMAP 1u

/* What a request needs in memory that the device reaches. It writes only `status`, and reads the rest; none
 * of it is relied on after the device has had it. */
struct virtio_blk_place {
    struct virtio_blk_header header;
    struct virtio_blk_range range;
    unsigned char id[VIRTIO_BLK_ID_LENGTH];
    volatile uint8_t status;
};

/* A request under way; the driver's alone. */
struct virtio_blk_slot {
    struct block_request *request; /* NULL: for the serial number */
    struct virtio_blk_place *place;
    uint32_t bytes; /* that a read must bring */
    uint16_t next;  /* free: the next free one */
};

struct virtio_blk_queue {
    struct virtio_queue queue;
    struct virtio_blk_slot *slots;
    uint16_t free; /* the first slot of the list; queue.size: none */
};

struct virtio_blk {
    struct block_device block; /* first */
    struct virtio_device virtio;
    struct virtio_blk_queue queues[CONFIG_VIRTIO_BLK_QUEUES];
    unsigned queue_count;
    unsigned queue_next; /* for the next request */
    struct block_queue waiting;
};

static inline struct virtio_blk *virtio_blk_of(struct block_device *device)
{
    return (struct virtio_blk *)device;
}

/* limits.c: fills in what the device's configuration says about the disk, checked. 0; -EINVAL: it makes no
 * sense, and the log says why. The second one is for later changes. */
int virtio_blk_limits(struct virtio_blk *disk);
void virtio_blk_resize(struct virtio_blk *disk);

/* request.c */
int virtio_blk_queues(struct virtio_blk *disk); /* makes them; 0, -ENOMEM, -ENODEV */
void virtio_blk_submit(struct block_device *device, struct block_request *request);
void virtio_blk_take(struct virtio_blk *disk); /* ends what is done, and asks to be told of further ones */
void virtio_blk_poll(struct block_device *device);
void virtio_blk_serial(struct virtio_blk *disk); /* asks for it, and waits; before requests of others */
