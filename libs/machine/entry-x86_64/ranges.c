#include "ranges.h"

#define PAGE ((uint64_t)4096)

static size_t size_of(const struct boot_range *range)
{
    return range->end - range->start;
}

static void drop(struct boot_info *info, size_t at)
{
    info->range_count--;
    for (size_t i = at; i < info->range_count; i++)
        info->ranges[i] = info->ranges[i + 1];
}

/* Puts in a range that overlaps no other. If there is no room, the smallest of all goes. */
static void insert(struct boot_info *info, struct boot_range range)
{
    size_t i;

    if (info->range_count == BOOT_INFO_MAX_RANGES) {
        size_t smallest = 0;

        for (i = 1; i < info->range_count; i++)
            if (size_of(&info->ranges[i]) < size_of(&info->ranges[smallest]))
                smallest = i;
        if (size_of(&range) <= size_of(&info->ranges[smallest]))
            return;
        drop(info, smallest);
    }
    for (i = info->range_count++; i > 0 && info->ranges[i - 1].start > range.start; i--)
        info->ranges[i] = info->ranges[i - 1];
    info->ranges[i] = range;
}

void boot_ranges_add(struct boot_info *info, uint64_t start, uint64_t end)
{
    size_t i = 0;

    if (end > RANGES_LIMIT)
        end = RANGES_LIMIT;
    if (start < PAGE)
        start = PAGE;
    if (start >= end)
        return;
    start = (start + PAGE - 1) & ~(PAGE - 1);
    end &= ~(PAGE - 1);
    if (start >= end)
        return;
    while (i < info->range_count && info->ranges[i].end < start)
        i++;
    while (i < info->range_count && info->ranges[i].start <= end) {
        if (info->ranges[i].start < start)
            start = info->ranges[i].start;
        if (info->ranges[i].end > end)
            end = info->ranges[i].end;
        drop(info, i);
    }
    insert(info, (struct boot_range){start, end});
}

void boot_ranges_remove(struct boot_info *info, uint64_t start, uint64_t end)
{
    if (end > RANGES_LIMIT)
        end = RANGES_LIMIT;
    if (start >= end)
        return;
    start &= ~(PAGE - 1);
    end = (end + PAGE - 1) & ~(PAGE - 1);
    for (size_t i = 0; i < info->range_count;) {
        struct boot_range old = info->ranges[i];

        if (old.end <= start || old.start >= end) {
            i++;
            continue;
        }
        drop(info, i);
        if (old.end > end)
            insert(info, (struct boot_range){end, old.end});
        if (old.start < start)
            insert(info, (struct boot_range){old.start, start});
    }
}

bool boot_ranges_hold(const struct boot_info *info, uint64_t start, uint64_t end)
{
    for (size_t i = 0; i < info->range_count; i++)
        if (info->ranges[i].start <= start && start <= end && end <= info->ranges[i].end)
            return true;
    return false;
}
