#include <generation.h>

static uint64_t generation;

uint64_t generation_id(void)
{
    return __atomic_load_n(&generation, __ATOMIC_RELAXED);
}

void generation_advance(void)
{
    __atomic_add_fetch(&generation, 1, __ATOMIC_RELAXED);
}
