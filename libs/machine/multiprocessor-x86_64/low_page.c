#include "parts.h"

#include <config.h>
#include <multiprocessor_x86_64.h>
#include <seal.h>

#define PAGE ((uintptr_t)4096)
#define LIMIT ((uintptr_t)0xa0000) /* of conventional memory on a PC */

SEALED uintptr_t multiprocessor_low_page;

/* From the beginning of a range that holds more than that. */
void multiprocessor_reserve(struct boot_info *info)
{
    for (size_t i = 0; i < info->range_count; i++) {
        struct boot_range *range = &info->ranges[i];

        if (range->start >= PAGE && range->start + PAGE <= LIMIT && range->end - range->start > PAGE) {
            multiprocessor_low_page = range->start;
            range->start += PAGE;
            return;
        }
    }
}
