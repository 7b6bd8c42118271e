/* 5.5.6 */
#include "virtio_balloon.h"

#include <config.h>
#include <log.h>
#include <pages.h>

#define ATTEMPTS 10000000 /* reads of a register while the device takes pages back: seconds */
#define KEEP (CONFIG_VIRTIO_BALLOON_KEEP_KIB * 1024u / PAGE_SIZE)
#define LEAST_BACK 256u /* pages that are taken back on a shortage */

static struct virtio_balloon *const balloon = &virtio_balloon;

/* The field is the driver's to write. */
static void tell_actual(void)
{
    if (balloon->device.configuration_size >= VIRTIO_BALLOON_ACTUAL + sizeof(uint32_t))
        *(volatile uint32_t *)(balloon->device.configuration + VIRTIO_BALLOON_ACTUAL) = balloon->actual;
}

static void send(struct virtio_queue *queue, struct virtio_balloon_bundle *bundle, uint32_t from)
{
    virtio_queue_add(queue, &bundle->numbers[from], (bundle->count - from) * (uint32_t)sizeof(uint32_t),
                     false);
    virtio_queue_submit(queue, bundle);
    virtio_queue_notify(queue);
}

static void free_from(struct virtio_balloon_bundle *bundle, uint32_t from)
{
    while (bundle->count > from)
        pages_free((void *)((uintptr_t)bundle->numbers[--bundle->count] * PAGE_SIZE), 1);
}

static void give(uint32_t wanted)
{
    struct virtio_balloon_bundle *bundle = pages_available() > KEEP + 1 ? pages_alloc(1) : NULL;

    if (!bundle) {
        virtio_balloon_later();
        return;
    }
    bundle->count = 0;
    while (bundle->count < wanted && bundle->count < VIRTIO_BALLOON_BUNDLE && pages_available() > KEEP) {
        uintptr_t page = (uintptr_t)pages_alloc(1);

        if (!page)
            break;
        bundle->numbers[bundle->count++] = (uint32_t)(page / PAGE_SIZE);
    }
    if (bundle->count == 0) {
        pages_free(bundle, 1);
        virtio_balloon_later();
        return;
    }
    balloon->going = bundle;
    send(&balloon->inflate, bundle, 0);
}

static void take_back(uint32_t wanted)
{
    struct virtio_balloon_bundle *bundle = balloon->bundles;

    balloon->coming = wanted < bundle->count ? wanted : bundle->count;
    send(&balloon->deflate, bundle, bundle->count - balloon->coming);
}

void virtio_balloon_adjust(void)
{
    if (balloon->device.broken || balloon->going || balloon->coming)
        return;
    if (balloon->actual > balloon->target)
        take_back(balloon->actual - balloon->target);
    else if (balloon->actual < balloon->target && !balloon->short_of_memory)
        give(balloon->target - balloon->actual);
}

void virtio_balloon_take(void)
{
    struct virtio_balloon_bundle *bundle;
    uint32_t written;

    if (virtio_queue_take(&balloon->inflate, &written)) {
        bundle = balloon->going;
        balloon->going = NULL;
        balloon->actual += bundle->count;
        bundle->next = balloon->bundles;
        balloon->bundles = bundle;
        tell_actual();
    }
    if (virtio_queue_take(&balloon->deflate, &written)) {
        bundle = balloon->bundles;
        balloon->actual -= balloon->coming;
        free_from(bundle, bundle->count - balloon->coming);
        balloon->coming = 0;
        if (bundle->count == 0) {
            balloon->bundles = bundle->next;
            pages_free(bundle, 1);
        }
        tell_actual();
    }
}

/* Waits until nothing is under way; false: the device does not answer. */
static bool wait(void)
{
    for (int i = 0; balloon->going || balloon->coming || balloon->block_count; i++) {
        virtio_balloon_take();
        virtio_balloon_reported();
        if (balloon->device.broken || i == ATTEMPTS) {
            virtio_break(&balloon->device, "it does not answer");
            virtio_balloon_end();
            return false;
        }
        virtio_needs_reset(&balloon->device); /* leaves a virtual machine, and so lets its host work */
    }
    return true;
}

bool virtio_balloon_more(size_t count)
{
    size_t before = pages_available();
    uint32_t wanted = count > LEAST_BACK ? (uint32_t)count : LEAST_BACK;

    if (!balloon->device.broken && wait() && balloon->deflates && balloon->bundles &&
        pages_available() == before) {
        balloon->short_of_memory = true;
        log_write(LOG_NOTICE, "virtio-balloon: memory is short, %u pages come back", wanted);
        take_back(wanted);
        wait();
    }
    return pages_available() > before;
}

void virtio_balloon_end(void)
{
    struct virtio_balloon_bundle *bundle;

    if (balloon->going) {
        balloon->going->next = balloon->bundles;
        balloon->bundles = balloon->going;
    }
    while ((bundle = balloon->bundles)) {
        balloon->bundles = bundle->next;
        free_from(bundle, 0);
        pages_free(bundle, 1);
    }
    balloon->going = NULL;
    balloon->coming = 0;
    balloon->actual = 0;
    virtio_balloon_reported();
}
