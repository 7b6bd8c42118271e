#include <host_calls.h>
#include <host_linux.h>
#include <panic.h>
#include <seal.h>

extern char sealed_start[], sealed_end[];

void seal_memory(void)
{
    long start = (long)sealed_start, end = (long)sealed_end;
    long error = host_call(HOST_CALL_MPROTECT, start, end - start, PROT_READ, 0, 0, 0);

    if (error != 0)
        panic("seal: the host does not protect the memory, error %ld", -error);
}
