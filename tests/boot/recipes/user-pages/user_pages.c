/* What the processor must refuse once a page is marked as user mode's. Reaching the end means that it did
 * not. */
#include <console.h>
#include <stdint.h>

#define PTE_RW 0x2
#define PTE_US 0x4
#define PTE_PS 0x80
#define PTE_NX ((uint64_t)1 << 63)
#define PTE_ADDRESS ((uint64_t)0x000ffffffffff000)

#define USER_DATA 0x13 /* selectors, for ring 3 */
#define USER_CODE 0x1b

static unsigned char page[4096] __attribute__((aligned(4096)));

/* Long mode: code and data of ring 3 behind the entry's own code segment (Intel SDM volume 3, 3.4.5). */
static uint64_t gdt[] = {0, 0x00af9b000000ffff, 0x00cff3000000ffff, 0x00affb000000ffff};

/* Stores the GDT's address, which user mode has no business with, then raises an invalid opcode. */
static const unsigned char store_gdt[] = {0x0f, 0x01, 0x04, 0x24, 0x0f, 0x0b};

int main(int argc, char **argv);

static int same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* Opens the page to user mode, and for execution. */
static void give_to_user(uintptr_t address)
{
    uint64_t cr3;

    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    uint64_t *table = (uint64_t *)(cr3 & PTE_ADDRESS);
    for (unsigned shift = 39;; shift -= 9) {
        uint64_t *entry = &table[address >> shift & 511];
        *entry = (*entry | PTE_US | PTE_RW) & ~PTE_NX;
        if (shift == 12)
            break;
        table = (uint64_t *)(*entry & PTE_ADDRESS);
    }
    __asm__ volatile("mov %0, %%cr3" : : "r"(cr3) : "memory");
}

/* Code at the page's start, a stack that grows down from its end. */
static void enter_user(void)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) pointer = {sizeof gdt - 1, (uintptr_t)gdt};

    __asm__ volatile("lgdt %0\n\t"
                     "push %1\n\t"
                     "push %2\n\t"
                     "push $2\n\t"
                     "push %3\n\t"
                     "push %4\n\t"
                     "iretq"
                     :
                     : "m"(pointer), "i"(USER_DATA), "r"(page + sizeof page - 64), "i"(USER_CODE), "r"(page)
                     : "memory");
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    volatile unsigned char *first = page;

    if (same(what, "read")) {
        give_to_user((uintptr_t)page);
        (void)*first;
    }
    if (same(what, "write")) {
        give_to_user((uintptr_t)page);
        *first = 1;
    }
    if (same(what, "execute")) {
        *first = 0xc3; /* a return instruction */
        give_to_user((uintptr_t)page);
        ((void (*)(void))(uintptr_t)page)();
    }
    if (same(what, "tables")) {
        for (unsigned i = 0; i < sizeof store_gdt; i++)
            first[i] = store_gdt[i];
        give_to_user((uintptr_t)page);
        enter_user();
    }
    console_write("survived\n", 9);
    return 0;
}
