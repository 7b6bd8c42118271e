/*
 * The allocator on the host: with mappings that are counted and can fail, and operations spelt out by bytes
 * that hold every object against a model: alignment, contents (so that objects that overlap are seen), zeroes
 * where they are promised, what realloc keeps, no memory only when mapping fails.
 */
#pragma once

#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <linux/futex.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ALLOCATOR_INSIDE_H
#define SAME_FUNCTION(name, as) _Static_assert(sizeof(&as), #name)

static struct {
    volatile signed char need_locks;
} libc;

static size_t mapped_bytes;     /* what mmap() gave and nothing took back */
static int mappings_until_fail; /* 0: none fails; else counted down, and at 1 all do */
static unsigned waits;

static bool mapping_fails(void)
{
    if (mappings_until_fail > 1)
        mappings_until_fail--;
    return mappings_until_fail == 1;
}

static void *__mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset)
{
    void *got = mapping_fails() ? MAP_FAILED : mmap(at, bytes, protection, flags, file, offset);

    if (got != MAP_FAILED)
        __atomic_fetch_add(&mapped_bytes, bytes, __ATOMIC_RELAXED);
    return got;
}

static int __munmap(void *at, size_t bytes)
{
    __atomic_fetch_sub(&mapped_bytes, bytes, __ATOMIC_RELAXED);
    return munmap(at, bytes);
}

static void *__mremap(void *old, size_t old_bytes, size_t bytes, int flags, ...)
{
    __builtin_va_list list;
    void *to = NULL, *got;

    __builtin_va_start(list, flags);
    if (flags & MREMAP_FIXED)
        to = __builtin_va_arg(list, void *);
    __builtin_va_end(list);
    got = mapping_fails() ? MAP_FAILED : mremap(old, old_bytes, bytes, flags, to);
    if (got != MAP_FAILED) {
        /* What was reserved at the new place is gone with what was moved there. */
        __atomic_fetch_sub(&mapped_bytes, old_bytes, __ATOMIC_RELAXED);
        if (!(flags & MREMAP_FIXED))
            __atomic_fetch_add(&mapped_bytes, bytes, __ATOMIC_RELAXED);
    }
    return got;
}

static int a_cas(volatile int *at, int expected, int value)
{
    __atomic_compare_exchange_n(at, &expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}

static int a_swap(volatile int *at, int value)
{
    return __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST);
}

static void __futexwait(volatile int *at, int value, int private)
{
    (void)private;
    __atomic_fetch_add(&waits, 1, __ATOMIC_RELAXED);
    syscall(SYS_futex, at, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void __wake(volatile int *at, int count, int private)
{
    (void)private;
    syscall(SYS_futex, at, FUTEX_WAKE, count, NULL, NULL, 0);
}

static jmp_buf *crash;

static _Noreturn void a_crash(void)
{
    if (crash == NULL)
        abort();
    longjmp(*crash, 1);
}

#define aligned_alloc fast_aligned_alloc
#define malloc_usable_size fast_usable_size
#define __libc_malloc fast_malloc
#define __libc_free fast_free
#define __libc_realloc fast_realloc
#define __libc_calloc fast_calloc
#define __malloc_atfork fast_atfork

#include "../allocator/regions.c"

#include "../allocator/malloc.c"

#define MODEL_OBJECTS 256
#define MODEL_CHECKED 64 /* bytes at either end of an object that are looked at */

struct model_object {
    unsigned char *at;
    size_t size;
    unsigned char mark;
};

struct model {
    struct model_object objects[MODEL_OBJECTS];
    unsigned char mark;
};

static bool model_looks_at(size_t i, size_t size)
{
    return i < MODEL_CHECKED || i + MODEL_CHECKED >= size;
}

static size_t model_next(size_t i, size_t size)
{
    return i + 1 == MODEL_CHECKED && size > 2 * MODEL_CHECKED ? size - MODEL_CHECKED : i + 1;
}

static void model_check(const struct model_object *object, size_t size)
{
    assert((uintptr_t)object->at % 16 == 0 && fast_usable_size(object->at) >= object->size);
    for (size_t i = 0; i < size; i = model_next(i, size))
        if (model_looks_at(i, object->size))
            assert(object->at[i] == (unsigned char)(object->mark + i));
}

static void model_fill(struct model *model, struct model_object *object)
{
    object->mark = ++model->mark;
    for (size_t i = 0; i < object->size; i = model_next(i, object->size))
        object->at[i] = (unsigned char)(object->mark + i);
}

static size_t model_size(unsigned kind, unsigned a, unsigned b)
{
    switch (kind % 8) {
    case 0:
        return (a << 8 | b) * 16; /* up to 1 MiB */
    case 1:
        return a << 8 | b;
    case 2:
        return 4096 * (a % 40) + b % 40 - (a % 40 != 0 ? 20 : 0); /* about whole pages */
    case 3:
        return b % 16 == 0 ? SIZE_MAX - a : (size_t)16 << (a % 9); /* impossible; powers of two */
    case 4:
        return (a << 8 | b) % 5000;
    default:
        return a % 200;
    }
}

static void model_put(struct model *model, struct model_object *object, void *got, size_t size)
{
    if (got == NULL) {
        assert(errno == ENOMEM && (mappings_until_fail == 1 || size > SIZE_MAX / 4));
        return;
    }
    object->at = got;
    object->size = size;
    model_fill(model, object);
}

static void model_step(struct model *model, const uint8_t bytes[5])
{
    struct model_object *object = &model->objects[bytes[1]];
    size_t size = model_size(bytes[0] >> 3, bytes[2], bytes[3]), alignment = (size_t)1 << (bytes[4] % 22);
    unsigned char *got;

    if (object->at != NULL)
        model_check(object, object->size);
    switch (bytes[0] & 7) {
    case 0:
    case 1:
        fast_free(object->at);
        *object = (struct model_object){0};
        return;
    case 2:
        if (object->at == NULL)
            return;
        got = fast_realloc(object->at, size);
        if (got != NULL) {
            object->at = got;
            if (size < object->size)
                object->size = size;
            for (size_t i = 0; i < object->size && i < MODEL_CHECKED; i++)
                assert(got[i] == (unsigned char)(object->mark + i));
        } else {
            /* As it was. A smaller size is never refused. */
            assert(size > object->size);
            model_check(object, object->size);
            size = object->size;
            got = object->at;
        }
        break;
    case 3:
        if (object->at != NULL)
            return;
        got = fast_calloc(bytes[4] % 4 + 1, size);
        if (size <= SIZE_MAX / 4)
            size *= bytes[4] % 4 + 1;
        for (size_t i = 0; got != NULL && i < size; i++)
            assert(got[i] == 0);
        break;
    case 4:
        if (object->at != NULL)
            return;
        got = fast_aligned_alloc(alignment, size);
        assert((uintptr_t)got % alignment == 0);
        break;
    default:
        if (object->at != NULL)
            return;
        got = fast_malloc(size);
        break;
    }
    model_put(model, object, got, size);
}

/* Five bytes an operation; ends with everything freed, in an order that the last bytes choose. */
static void model_run(struct model *model, const uint8_t *bytes, size_t size)
{
    *model = (struct model){0};
    for (size_t i = 0; i + 5 <= size; i += 5)
        model_step(model, bytes + i);
    for (size_t i = 0; i < MODEL_OBJECTS; i++) {
        struct model_object *object =
            &model->objects[(i * 13 + (size != 0 ? bytes[size - 1] : 0)) % MODEL_OBJECTS];

        if (object->at != NULL)
            model_check(object, object->size);
        fast_free(object->at);
        *object = (struct model_object){0};
    }
}
