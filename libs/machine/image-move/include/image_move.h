/*
 * An image at a place that nobody can foretell.
 *
 * Every address is mapped to itself, so the image is moved in memory: the machine's entry copies it from
 * where the loader has put it to free memory, corrects the addresses in it, and starts the copy; the old
 * place becomes free memory. image_moved_by is how far it has come from the addresses that it was linked for
 * (modulo 2^64; 0: not at all). Debuggers and the reader of crash reports subtract it.
 *
 * The words that hold addresses are listed by the composer in [relocations_start, relocations_end), behind
 * the image, where the loader puts it too: first those of four bytes, then those of eight. Each list gives
 * the distance of a word from the one before (the first: from image_start) as one byte, or, if that is 0, as
 * three more bytes with the lowest first; a distance of 0 ends a list.
 *
 * image_move_relocate() adds `by` to the words of the image at `image` that a table lists. The table is part
 * of the image, and trusted as such.
 *
 * image_move_place() picks a page-aligned address for `size` bytes in the free memory of `info`, between
 * `lowest` and `limit`, each with the same chance if `random` is; 0 if there is no room. image_move_wanted()
 * is false if a command line (NULL: none) has the parameter `image.move=off`, for debuggers.
 */
#pragma once

#include <boot_info.h>
#include <stdbool.h>
#include <stdint.h>

extern uintptr_t image_moved_by;
extern const unsigned char relocations_start[], relocations_end[];
extern uint64_t image_move_tables[]; /* room for page tables, wherever the image lies */

void image_move_relocate(unsigned char *image, uintptr_t by, const unsigned char *table);
uintptr_t image_move_place(const struct boot_info *info, uintptr_t size, uintptr_t lowest, uintptr_t limit,
                           uint64_t random);
bool image_move_wanted(const char *command_line);
