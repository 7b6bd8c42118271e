/* Random operations, exhaustion at every point, and what the heap notices: double frees and overwritten
 * headers. */
// cflags: -DCONFIG_LIB_PANIC=1
#include "../../heap/tests/heap_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

static jmp_buf panicked;
static char panic_text[200];

_Noreturn void panic(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(panic_text, sizeof panic_text, format, arguments);
    va_end(arguments);
    longjmp(panicked, 1);
}

static void all_pages_are_back(void)
{
    assert(pages_available() == FAKE_PAGES);
}

static void random_operations(void)
{
    for (unsigned seed = 0; seed < 60; seed++) {
        model_run_random(seed, 500);
        all_pages_are_back();
    }
    model_run_random(1000, 10000);
    all_pages_are_back();
}

static void every_page_allocation_fails_once(void)
{
    for (long at = 0; at < 40; at++) {
        fake_pages_fail_in = at;
        model_run_random(7, 400);
        fake_pages_fail_in = -1;
        all_pages_are_back();
    }
}

static void exhaustion_loses_nothing(void)
{
    static void *blocks[FAKE_PAGES * 300];
    size_t n = 0, again = 0;

    while ((blocks[n] = heap_alloc(1)) != NULL)
        memset(blocks[n++], 0xab, 24); /* the smallest block holds 24 bytes */
    assert(pages_available() == 0 && n >= FAKE_PAGES * 4096 / 32 - FAKE_PAGES);
    for (size_t i = 0; i < n; i += 2)
        heap_free(blocks[i]);
    for (size_t i = 0; i < n; i += 2)
        again += (blocks[i] = heap_alloc(24)) != NULL;
    assert(again == (n + 1) / 2);
    for (size_t i = 0; i < n; i++)
        heap_free(blocks[i * 7919 % n]); /* n is not a multiple of this prime */
    assert(n % 7919 != 0);
    all_pages_are_back();
}

static void a_size_comes_back(void)
{
    void *wall[3];
    for (size_t size = 1; size < 5000; size += 37) {
        wall[0] = heap_alloc(8);
        void *block = heap_alloc(size);
        wall[1] = heap_alloc(8);
        heap_free(block);
        wall[2] = heap_alloc(size);
        assert(wall[2] == block);
        for (int i = 0; i < 3; i++)
            heap_free(wall[i]);
    }
    all_pages_are_back();
}

static void reallocation_stays_in_place(void)
{
    char *block = heap_alloc(100), *above = heap_alloc(1000), *wall = heap_alloc(10);
    strcpy(block, "kept");
    heap_free(above);
    assert(heap_realloc(block, 1000) == block && strcmp(block, "kept") == 0);
    assert(heap_realloc(block, 50) == block && heap_alloc(800) == block + 64);
    heap_free(block + 64);
    heap_free(block);
    heap_free(wall);
    all_pages_are_back();
}

static void large_areas_go_back_at_once(void)
{
    void *small = heap_alloc(100), *large = heap_alloc(100000), *other = heap_alloc(100);
    size_t before = pages_available();
    heap_free(large);
    assert(pages_available() == before + 25);
    heap_free(other);
    heap_free(small);
    all_pages_are_back();
}

/* Runs `f`, which must end in a panic whose text holds `expected`. The heap is unusable afterwards: the last
 * tests. */
static void notices(void (*f)(void), const char *expected)
{
    if (setjmp(panicked) == 0) {
        f();
        fprintf(stderr, "not noticed: %s\n", expected);
        abort();
    }
    if (strstr(panic_text, expected) == NULL) {
        fprintf(stderr, "'%s' does not say '%s'\n", panic_text, expected);
        abort();
    }
}

static char *wall_below, *victim, *neighbour;

static void double_free(void)
{
    char *block = heap_alloc(40);
    heap_free(block);
    heap_free(block);
}

static void realloc_of_freed(void)
{
    char *block = heap_alloc(40);
    heap_free(block);
    heap_realloc(block, 80);
}

static void overflow_into_neighbour(void)
{
    memset(victim, 0x41, 40 + 8);
    heap_free(victim);
}

static void overwritten_own_header(void)
{
    memset(neighbour - 8, 0, 8);
    heap_free(neighbour);
}

int main(void)
{
    random_operations();
    every_page_allocation_fails_once();
    exhaustion_loses_nothing();
    a_size_comes_back();
    reallocation_stays_in_place();
    large_areas_go_back_at_once();
    assert(heap_alloc(SIZE_MAX) == NULL && heap_alloc((size_t)1 << 35) == NULL);
    heap_free(NULL);

    wall_below = heap_alloc(40);
    victim = heap_alloc(40);
    neighbour = heap_alloc(40);
    heap_alloc(40);
    notices(double_free, "freed twice");
    notices(realloc_of_freed, "freed twice");
    notices(overflow_into_neighbour, "overwritten header");
    notices(overwritten_own_header, "overwritten header");
    return 0;
}
