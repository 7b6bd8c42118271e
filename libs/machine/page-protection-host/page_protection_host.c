#include <errno.h>
#include <host_calls.h>
#include <host_linux.h>
#include <page_protection.h>
#include <pages.h>

_Static_assert(PAGE_READ == PROT_READ && PAGE_WRITE == PROT_WRITE && PAGE_EXEC == PROT_EXEC,
               "the host's bits");

int page_protect(uintptr_t start, size_t count, int protection)
{
    if ((protection & (PAGE_WRITE | PAGE_EXEC)) == (PAGE_WRITE | PAGE_EXEC))
        return -EACCES;
    if (protection != PAGE_NONE)
        protection |= PAGE_READ; /* page tables know no other way, and the filter lets only these pass */
    return (int)host_call(HOST_CALL_MPROTECT, (long)start, (long)(count * PAGE_SIZE), protection, 0, 0, 0);
}
