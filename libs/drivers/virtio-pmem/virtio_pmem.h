/* The parts of this driver, and what virtio 1.2, section 5.19 says about the device. */
#pragma once

#include <block_driver.h>
#include <ktimer.h>
#include <virtio.h>

/* 5.19.6: struct virtio_pmem_req and virtio_pmem_resp, in memory that the device reaches */
struct virtio_pmem_exchange {
    uint32_t type;
    volatile uint32_t result;
};

#define VIRTIO_PMEM_REQ_TYPE_FLUSH 0u

struct virtio_pmem {
    struct block_device block; /* first */
    struct virtio_device virtio;
    struct virtio_queue queue;
    struct virtio_pmem_exchange *exchange;
    struct block_line line;      /* reads and writes, which are done at once */
    struct block_queue flushing; /* that the device works on; one flush is for all of them */
    struct block_queue waiting;  /* came later: they need a further one */
    bool polled;                 /* the device cannot interrupt */
    struct ktimer timer;
};

/* flush.c */
void virtio_pmem_flush(struct virtio_pmem *disk, struct block_request *request);
void virtio_pmem_take(struct virtio_pmem *disk);
