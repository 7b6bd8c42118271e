/*
 * A text whose length is known; no NUL need stand behind it.
 */
#pragma once

#include <stddef.h>

struct text {
    const char *start;
    size_t length;
};
