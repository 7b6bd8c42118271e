#include "boot_protocol.h"
#include "ranges.h"

const char *boot_strings(struct boot_info *info, uint64_t text, uint64_t initrd, uint64_t size)
{
    static char none[1];
    const char *line = none;

    if (text != 0) {
        size_t len = 0;

        line = text >= 4096 ? boot_reach(text, 1) : NULL;
        while (line && line[len] != '\0') {
            if (++len == BOOT_COMMAND_LINE_MAX)
                return "the command line is longer than 4095 bytes";
            if ((text + len) % 4096 == 0 && !boot_reach(text + len, 1))
                line = NULL;
        }
        if (!line)
            return "the command line is out of reach";
    }
    info->command_line = (char *)line;
    if (size != 0) {
        info->initrd = (const void *)initrd;
        info->initrd_size = size;
    }
    return NULL;
}

const char *boot_claim(struct boot_info *info, uint64_t image_start, uint64_t image_end)
{
    uint64_t initrd = (uint64_t)info->initrd;
    uint64_t initrd_end = initrd + info->initrd_size;
    uint64_t text = (uint64_t)info->command_line;
    size_t len = 0;

    if (!boot_ranges_hold(info, image_start, image_end))
        return "too little memory for the image";
    if (initrd_end < initrd || (initrd != 0 && !boot_ranges_hold(info, initrd, initrd_end)))
        return "the initrd does not lie in memory";
    if (initrd < image_end && initrd_end > image_start)
        return "too little memory: the initrd overlaps the image";
    while (info->command_line[len] != '\0')
        len++;
    boot_ranges_remove(info, image_start, image_end);
    boot_ranges_remove(info, initrd, initrd_end);
    if (len > 0) /* an empty one needs no place: its reader writes nothing */
        boot_ranges_remove(info, text, text + len + 1);
    return NULL;
}
