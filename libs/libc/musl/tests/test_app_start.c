// instead: ../app_start.c
// cflags: -D__libc_start_main=start_main -DCONFIG_LIB_RANDOM=1
/* What an application finds behind its arguments. */
#include <assert.h>
#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int app_start(int argc, char **argv, char **envp);

/* As the linker script has them; the image of thread-local variables is four bytes, and eight more that are
 * zero. */
char tls_start[12] = "abcd";
extern char tls_file_end[], tls_end[], tls_alignment[];
__asm__(".globl tls_file_end, tls_end, tls_alignment\n"
        ".set tls_file_end, tls_start + 4\n"
        ".set tls_end, tls_start + 12\n"
        ".set tls_alignment, 32\n");

static int calls;

void random_bytes(void *buffer, size_t size)
{
    memset(buffer, 'r', size);
}

static uintptr_t entry(const Elf64_auxv_t *vector, uintptr_t type)
{
    for (; vector->a_type != AT_NULL; vector++)
        if (vector->a_type == type)
            return vector->a_un.a_val;
    return UINTPTR_MAX;
}

int start_main(int (*entered)(int, char **, char **), int argc, char **argv, void (*init)(void),
               void (*fini)(void), void (*loader_fini)(void))
{
    const Elf64_auxv_t *vector = (const Elf64_auxv_t *)(argv + argc + 1 + 2 + 1);
    const Elf64_Phdr *header = (const Elf64_Phdr *)entry(vector, AT_PHDR);

    assert(entered != NULL && !init && !fini && !loader_fini);
    assert(argc == 2 && strcmp(argv[0], "app") == 0 && strcmp(argv[1], "-x") == 0 && argv[2] == NULL);
    assert(strcmp(argv[3], "A=1") == 0 && strcmp(argv[4], "B=2") == 0 && argv[5] == NULL);
    assert(entry(vector, AT_PAGESZ) == 4096 && entry(vector, AT_EXECFN) == (uintptr_t)argv[0]);
    assert(memcmp((const char *)entry(vector, AT_RANDOM), "rrrrrrrrrrrrrrrr", 16) == 0);
    assert(entry(vector, AT_PHNUM) == 1 && entry(vector, AT_PHENT) == sizeof *header);
    assert(header->p_type == PT_TLS && header->p_vaddr == (uintptr_t)tls_start && header->p_align == 32);
    assert(header->p_filesz == 4 && header->p_memsz == 12);
    calls++;
    return 7;
}

int main(int argc, char **argv, char **envp)
{
    char *arguments[] = {"app", "-x", NULL};
    char *environment[] = {"A=1", "B=2", NULL};

    (void)argc, (void)argv, (void)envp;
    assert(app_start(2, arguments, environment) == 7 && calls == 1);
    puts("app_start: ok");
    return 0;
}
