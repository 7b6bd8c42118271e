/* What a bump heap promises beyond the interface: the last block is free to go and to grow; double frees are
 * noticed. */
// instead:
#include "../../heap/tests/heap_model.h"

#include "../heap_bump.c"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void fresh(void)
{
    fake_pages_reset();
    next = end = 0;
}

static void random_operations(void)
{
    for (unsigned seed = 0; seed < 80; seed++) {
        model_run_random(seed, 300);
        fresh();
    }
    for (long at = 0; at < 20; at++) {
        fake_pages_fail_in = at;
        model_run_random(7, 200);
        fake_pages_fail_in = -1;
        fresh();
    }
}

static void the_last_block_moves_its_end(void)
{
    char *first = heap_alloc(100), *last = heap_alloc(10);
    strcpy(last, "last");
    assert(heap_realloc(last, 20000) == last && strcmp(last, "last") == 0);
    assert(heap_realloc(last, 5) == last);
    heap_free(last);
    assert(heap_alloc(50) == last);
    assert(heap_realloc(first, 90) == first && heap_realloc(first, 104) == first);
    assert(heap_realloc(first, 105) != first);
    fresh();
}

static void pages_are_used_to_the_end(void)
{
    for (size_t i = 0; i < FAKE_PAGES * 4096 / 16 - 1; i++)
        assert(heap_alloc(i % 9) != NULL);
    assert(heap_alloc(1) == NULL && pages_available() == 0);
    fresh();
}

static void pages_elsewhere_are_found(void)
{
    char *block = heap_alloc(4000);
    memset(block, 'x', 4000);
    void *wall = pages_alloc(1);
    char *moved = heap_realloc(block, 8000);
    assert(moved != NULL && moved != block);
    for (size_t i = 0; i < 4000; i++)
        assert(moved[i] == 'x');
    assert(wall != NULL && heap_realloc(moved, (size_t)FAKE_PAGES * 4096) == NULL && moved[3999] == 'x');
    fresh();
}

static void a_double_free_traps(void)
{
    int status;
    char *block = heap_alloc(1);
    heap_alloc(1);
    heap_free(block);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGILL, SIG_DFL);
        heap_free(block);
        _exit(0);
    }
    waitpid(child, &status, 0);
    assert(WIFSIGNALED(status));
    fresh();
}

int main(void)
{
    random_operations();
    the_last_block_moves_its_end();
    pages_are_used_to_the_end();
    pages_elsewhere_are_found();
    a_double_free_traps();
    assert(heap_alloc(SIZE_MAX) == NULL && heap_alloc(SIZE_MAX - 30) == NULL);
    heap_free(NULL);
    return 0;
}
