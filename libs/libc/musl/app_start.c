/*
 * Enters a musl application: lays out what Linux puts on a new program's stack (System V ABI for x86_64,
 * section 3.4.1: argument pointers, environment pointers, auxiliary vector) and calls musl's own start
 * function, which does not return.
 */
#include <app_start.h>
#include <config.h>
#include <stddef.h>
#include <stdint.h>
#ifdef CONFIG_LIB_RANDOM
#include <random.h>
#endif

/* Types of auxiliary vector entries: Linux, include/uapi/linux/auxvec.h. The user and group ids and AT_SECURE
 * are left out, as musl takes a missing entry for 0. */
#define AT_NULL 0
#define AT_PHDR 3
#define AT_PHENT 4
#define AT_PHNUM 5
#define AT_PAGESZ 6
#define AT_RANDOM 25
#define AT_EXECFN 31

#define PAGE_SIZE 4096
#define AUXILIARY_ENTRIES 7

#define PT_TLS 7
#define PF_R 4

/* ELF-64 object file format, "Program header". */
struct program_header {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t virtual_address;
    uint64_t physical_address;
    uint64_t size_in_file;
    uint64_t size_in_memory;
    uint64_t alignment;
};

/* From the linker script: the image of thread-local variables; what follows tls_file_end is zero. */
extern char tls_start[] __attribute__((weak));
extern char tls_file_end[] __attribute__((weak));
extern char tls_end[] __attribute__((weak));
extern char tls_alignment[] __attribute__((weak)); /* a number, not a place */

int main(int argc, char **argv, char **envp);
int __libc_start_main(int (*entry)(int, char **, char **), int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*loader_fini)(void));

static struct program_header tls_header = {.type = PT_TLS, .flags = PF_R};

static uintptr_t *put(uintptr_t *at, uintptr_t type, uintptr_t value)
{
    at[0] = type;
    at[1] = value;
    return at + 2;
}

static uintptr_t *put_pointers(uintptr_t *at, char **pointers)
{
    while (*pointers) {
        *at++ = (uintptr_t)*pointers++;
    }
    *at++ = 0;
    return at;
}

int app_start(int argc, char **argv, char **envp)
{
    size_t envc = 0;

    while (envp[envc]) {
        envc++;
    }
    /* The application lives in this stack frame: the vector stays valid. */
    uintptr_t vector[(size_t)argc + 1 + envc + 1 + 2 * AUXILIARY_ENTRIES];
    uintptr_t *at = put_pointers(put_pointers(vector, argv), envp);

    if (&tls_end[0] != &tls_start[0]) {
        tls_header.virtual_address = (uintptr_t)tls_start;
        tls_header.size_in_file = (uintptr_t)tls_file_end - (uintptr_t)tls_start;
        tls_header.size_in_memory = (uintptr_t)tls_end - (uintptr_t)tls_start;
        tls_header.alignment = (uintptr_t)tls_alignment;
        at = put(at, AT_PHDR, (uintptr_t)&tls_header);
        at = put(at, AT_PHENT, sizeof tls_header);
        at = put(at, AT_PHNUM, 1);
    }
    at = put(at, AT_PAGESZ, PAGE_SIZE);
    at = put(at, AT_EXECFN, argc > 0 ? (uintptr_t)argv[0] : 0);
#ifdef CONFIG_LIB_RANDOM
    static unsigned char random[16]; /* malloc's secret comes from here */

    random_bytes(random, sizeof random);
    at = put(at, AT_RANDOM, (uintptr_t)random);
#endif
    put(at, AT_NULL, 0);
    return __libc_start_main(main, argc, (char **)vector, NULL, NULL, NULL);
}
