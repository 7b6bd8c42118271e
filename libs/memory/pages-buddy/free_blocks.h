/*
 * The free blocks: runs of 1 << order pages whose first frame is a multiple of that.
 *
 * Each stands in a list of its order, which runs through the free pages themselves. Beside it, one byte a
 * frame tells where free blocks begin. A frame is an address divided by PAGE_SIZE. Two blocks that make up
 * one of the next order are buddies, and never both stand here: buddy_join() joins them, buddy_add() is for
 * blocks whose buddies are in use.
 */
#pragma once

#include <pages_aligned.h>
#include <stdbool.h>
#include <stdint.h>

#define BUDDY_MAX PAGES_ALIGNED_MAX

/* Frames [first, first + count) may become free; `bytes` are `count` zeroes. */
void buddy_frames(uintptr_t first, size_t count, uint8_t *bytes);

/* The order of the free block that begins at `frame`, or -1. */
int buddy_order(uintptr_t frame);

/* Whether a free block covers any of [frame, end). */
bool buddy_any_free(uintptr_t frame, uintptr_t end);

/* Takes the smallest free block of at least `order`; returns its order, or -1 if there is none. */
int buddy_take(unsigned order, uintptr_t *frame);

/* Takes a block that is free. */
void buddy_remove(uintptr_t frame, unsigned order);

/* Adds [frame, end) as blocks; the second form joins each with its buddy while that is free. */
void buddy_add(uintptr_t frame, uintptr_t end);
void buddy_join(uintptr_t frame, uintptr_t end);

/* Of blocks that the host knows of (pages_lending.h): adds such ones, joined, which are known where all of
 * their parts are; and takes a block of at least the order `least` that is not. */
void buddy_join_known(uintptr_t frame, uintptr_t end);
int buddy_take_unknown(unsigned least, uintptr_t *frame);

/* The beginning of `count` free frames in a row that no single block holds, or 0. Looks at every frame. */
uintptr_t buddy_find_run(size_t count);
