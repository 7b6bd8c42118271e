#include <image_move.h>

#define PAGE ((uintptr_t)4096)

/* Words lie at any address: code is full of them. */
struct narrow {
    uint32_t value;
} __attribute__((packed, may_alias));
struct wide {
    uint64_t value;
} __attribute__((packed, may_alias));

/* The entry sets it in the copy; .bss is cleared there, too. */
uintptr_t image_moved_by;

/* The next distance of a list; `*table` is moved on. */
static uintptr_t distance(const unsigned char **table)
{
    uintptr_t value = *(*table)++;

    if (value == 0) {
        value = (uintptr_t)(*table)[0] | (uintptr_t)(*table)[1] << 8 | (uintptr_t)(*table)[2] << 16;
        *table += 3;
    }
    return value;
}

void image_move_relocate(unsigned char *image, uintptr_t by, const unsigned char *table)
{
    unsigned char *at = image;
    uintptr_t step;

    while ((step = distance(&table)) != 0) {
        at += step;
        ((struct narrow *)at)->value += (uint32_t)by;
    }
    at = image;
    while ((step = distance(&table)) != 0) {
        at += step;
        ((struct wide *)at)->value += by;
    }
}

/* How many places for `size` bytes a range has between `lowest` and `limit`; the first is put into `*first`.
 */
static uintptr_t places(struct boot_range range, uintptr_t size, uintptr_t lowest, uintptr_t limit,
                        uintptr_t *first)
{
    uintptr_t start = range.start > lowest ? range.start : lowest;
    uintptr_t end = range.end < limit ? range.end : limit;

    *first = start;
    return start < end && end - start >= size ? (end - start - size) / PAGE + 1 : 0;
}

uintptr_t image_move_place(const struct boot_info *info, uintptr_t size, uintptr_t lowest, uintptr_t limit,
                           uint64_t random)
{
    uintptr_t count = 0, first;

    for (size_t i = 0; i < info->range_count; i++)
        count += places(info->ranges[i], size, lowest, limit, &first);
    if (count == 0)
        return 0;
    random %= count; /* of 2^64 values: no place is preferred by more than the smallest fraction */
    for (size_t i = 0;; i++) {
        uintptr_t here = places(info->ranges[i], size, lowest, limit, &first);

        if (random < here)
            return first + random * PAGE;
        random -= here;
    }
}

/* Parameters stand before the word `--`: args.h. */
bool image_move_wanted(const char *command_line)
{
    static const char off[] = "image.move=off";
    const char *at = command_line ? command_line : "";

    while (*at != '\0') {
        size_t length = 0, same = 0;

        while (at[length] != '\0' && at[length] != ' ')
            length++;
        if (length == 2 && at[0] == '-' && at[1] == '-')
            break;
        while (same < length && at[same] == off[same])
            same++;
        if (same == length && same == sizeof off - 1)
            return false;
        at += length;
        while (*at == ' ')
            at++;
    }
    return true;
}
