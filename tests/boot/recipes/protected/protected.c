/* Reaching the end means that the attempt was not stopped. */
#include <boot_info.h>
#include <console.h>
#include <stdint.h>

int main(int argc, char **argv);

static int same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* A copy without a limit, into a buffer of this function's. */
static __attribute__((noinline)) int smash(const char *text)
{
    char buffer[16];
    volatile char *to = buffer;

    while (*text)
        *to++ = *text++;
    return buffer[3];
}

#ifdef __x86_64__
/* The entry of page 0: nothing else has its table. */
static volatile uint64_t *page_table(void)
{
    uint64_t *table;

    __asm__ volatile("mov %%cr3, %0" : "=r"(table));
    for (int level = 0; level < 3; level++)
        table = (uint64_t *)(table[0] & 0x000ffffffffff000);
    return table;
}

struct pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

/* The table of exceptions and interrupts, that of segments, and the segment with the stack for exceptions. */
static volatile uint64_t *table(char which)
{
    struct pointer idt, gdt;
    uint16_t task;

    __asm__ volatile("sidt %0\n\tsgdt %1\n\tstr %2" : "=m"(idt), "=m"(gdt), "=r"(task));
    if (which == 'i')
        return (uint64_t *)idt.base;
    if (which == 'g')
        return (uint64_t *)gdt.base;
    uint64_t entry = ((uint64_t *)gdt.base)[task / 8];
    return (uint64_t *)((entry >> 16 & 0xffffff) | (entry >> 56 << 24));
}
#endif

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (same(what, "smash"))
        smash("a text that is longer than the buffer that it is copied to, by a good deal");
    if (same(what, "boot-info"))
        ((volatile struct boot_info *)&boot_info)->range_count = 0;
    if (same(what, "page-table"))
        page_table()[0] = 3;
    if (same(what, "idt") || same(what, "gdt") || same(what, "tss"))
        *table(what[0]) = *table(what[0]);
    console_write("survived\n", 9);
    return 0;
}
