#include <entropy.h>
#include <panic.h>
#include <seal.h>
#include <stack_protector.h>

SEALED uintptr_t __stack_chk_guard;

/* The byte that comes first in memory is 0: what copies strings cannot write it, nor read beyond it. */
__attribute__((no_stack_protector)) void stack_protector_init(void)
{
    uintptr_t word;

    if (entropy_read(&word, sizeof word) != sizeof word)
        panic("canary: the machine has no source of randomness");
    __stack_chk_guard = word & ~(uintptr_t)0xff;
}

_Noreturn void __stack_chk_fail(void)
{
    panic("stack smashed: a function wrote beyond a buffer on its stack");
}
