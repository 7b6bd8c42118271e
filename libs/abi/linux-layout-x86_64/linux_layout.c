/*
 * x86_64: struct stat is that of Linux's arch/x86/include/uapi/asm/stat.h; flags are the generic ones.
 */
#include <linux_layout.h>
#include <string.h>

#define SECOND 1000000000

struct time {
    uint64_t seconds, nanoseconds;
};

struct stat_x86_64 {
    uint64_t device;
    uint64_t inode;
    uint64_t links;
    uint32_t mode;
    uint32_t user;
    uint32_t group;
    uint32_t padding;
    uint64_t special_device;
    int64_t size;
    int64_t block_size;
    int64_t blocks; /* of 512 bytes */
    struct time access, modification, change;
    int64_t reserved[3];
};

_Static_assert(sizeof(struct stat_x86_64) == 144, "the size that applications reserve");

static struct time split(int64_t nanoseconds)
{
    int64_t seconds = nanoseconds / SECOND, rest = nanoseconds % SECOND;

    if (rest < 0) {
        seconds--;
        rest += SECOND;
    }
    return (struct time){(uint64_t)seconds, (uint64_t)rest};
}

void linux_stat_store(void *stat, const struct linux_stat_values *values)
{
    struct stat_x86_64 *out = stat;

    memset(out, 0, sizeof(*out));
    out->device = values->device;
    out->inode = values->inode;
    out->links = values->links;
    out->mode = values->mode;
    out->user = values->user;
    out->group = values->group;
    out->special_device = values->special_device;
    out->size = (int64_t)values->size;
    out->block_size = values->block_size;
    out->blocks = (int64_t)((values->allocated + 511) / 512);
    out->access = split(values->access_time);
    out->modification = split(values->modification_time);
    out->change = split(values->change_time);
}

unsigned linux_open_flags(unsigned flags)
{
    return flags;
}

/* include/uapi/linux/eventpoll.h: packed on this architecture, so that it is the same for 32 bits. */
struct epoll_event_x86_64 {
    uint32_t events;
    uint64_t data;
} __attribute__((packed));

void linux_epoll_store(void *array, unsigned index, uint32_t events, uint64_t data)
{
    struct epoll_event_x86_64 *entry = (struct epoll_event_x86_64 *)array + index;

    entry->events = events;
    entry->data = data;
}

uint32_t linux_epoll_load(const void *array, unsigned index, uint64_t *data)
{
    const struct epoll_event_x86_64 *entry = (const struct epoll_event_x86_64 *)array + index;

    *data = entry->data;
    return entry->events;
}
