/*
 * For the machine entry: multiprocessor_reserve() takes a page below 1 MiB, where a processor can begin, out
 * of the free memory. Without one there is only the first processor.
 */
#pragma once

#include <boot_info.h>

void multiprocessor_reserve(struct boot_info *info);
