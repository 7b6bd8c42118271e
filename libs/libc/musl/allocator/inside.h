/* What the allocator uses of musl's inside. A test on the host has its own instead. */
#ifndef ALLOCATOR_INSIDE_H
#define ALLOCATOR_INSIDE_H

#include <sys/mman.h>

#include "fork_impl.h"
#include "pthread_impl.h"

#define SAME_FUNCTION(name, as) extern __typeof(as) name __attribute__((__alias__(#as)))

#endif
