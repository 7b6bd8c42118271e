/*
 * A fuzzer's input, byte by byte; when it is used up, zeroes.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct input {
    const uint8_t *at;
    size_t left;
};

static uint8_t next(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}
