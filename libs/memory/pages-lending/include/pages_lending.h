/*
 * Free pages and the host, for whoever tells it of them. Callers hold the guard.
 *
 * pages_lending_take() takes a free block of at least PAGES_LENDING_LEAST pages that has changed since it was
 * given back by pages_lending_give(), and returns how many pages it has; 0: there is none. Until it is given
 * back, whole, it is in use like what pages_alloc() gives. What pages_lending_give() gives back holds nothing
 * any more: the host may have taken the memory behind it, and gives other memory when it is touched.
 *
 * pages_lending_on_shortage() names a function that is called when an allocation of `count` pages finds no
 * room. It gives pages back by pages_free() and returns true: then it is tried again; or false. It may be
 * called anywhere where pages are allocated, also in handlers, and allocates none.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define PAGES_LENDING_LEAST 512u /* 2 MiB */

size_t pages_lending_take(void **start);
void pages_lending_give(void *start, size_t count);
void pages_lending_on_shortage(bool (*more)(size_t count));
