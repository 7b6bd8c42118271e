#include "boot_protocol.h"
#include "map.h"

#include <boot.h>
#include <config.h>
#include <image_layout.h>
#include <panic.h>
#include <seal.h>
#include <traps_x86_64.h>
#ifdef CONFIG_LIB_IMAGE_MOVE
#include "move.h"
#endif
#ifdef CONFIG_LIB_MULTIPROCESSOR_X86_64
#include <multiprocessor_x86_64.h>
#endif

SEALED struct boot_info boot_info;

_Noreturn void entry_start(uint64_t address, unsigned protocol);
_Noreturn void entry_too_little_memory(void);

/* Called by entry.S. `protocol` is 0 for PVH, 1 for Linux; `address` is that of its structure. */
void entry_start(uint64_t address, unsigned protocol)
{
    const char *wrong;

#ifdef CONFIG_LIB_IMAGE_MOVE
    entry_move(address, protocol);
#endif
    traps_init();
    wrong = protocol == 0 ? boot_pvh(address, &boot_info) : boot_linux(address, &boot_info);
    entry_map_end_of_reading();
    if (!wrong)
        wrong = boot_claim(&boot_info, (uintptr_t)image_start, (uintptr_t)image_end);
    if (wrong)
        panic("%s", wrong);

#ifdef CONFIG_LIB_MULTIPROCESSOR_X86_64
    multiprocessor_reserve(&boot_info);
#endif
    entry_map_memory(&boot_info, (uintptr_t)boot_info.initrd,
                     (uintptr_t)boot_info.initrd + boot_info.initrd_size);
    /* From the top, because page tables are taken from the bottom; and by value, because taking one may
     * remove a range. */
    for (size_t i = boot_info.range_count; i-- > 0;) {
        struct boot_range range = boot_info.ranges[i];

        entry_map_memory(&boot_info, range.start, range.end);
    }
    boot_main();
}

/* Called by entry.S when the end of the image does not lie in memory: whatever lies there has no contents. */
void entry_too_little_memory(void)
{
    panic("too little memory: the image needs %u KiB", (unsigned)((uintptr_t)image_end / 1024));
}
