#include "bus.h"

#include <errno.h>

#define BRIDGE (1u << 16)
#define MULTIPLE (0x80u << 16)

static uint16_t seen[32];
static unsigned seen_count;

static void visit(uint16_t place, uint32_t id, void *argument)
{
    assert(argument == seen && id == at(place)->words[0]);
    seen[seen_count++] = place;
}

static void sees(const uint16_t *places, unsigned count)
{
    seen_count = 0;
    pci_each(visit, seen);
    assert(seen_count == count);
    for (unsigned i = 0; i < count; i++)
        assert(seen[i] == places[i]);
}

static void finding(void)
{
    static const uint16_t places[] = {0x0000, 0x0008, 0x0100, 0x0200, 0x0018, 0x001b, 0x00f8};

    sees(NULL, 0);
    add(0x0000, 0x29c08086, 0);
    add(0x0008, 0x000c1b36, BRIDGE)->words[6] = 0x00020100;
    add(0x0100, 0x000c1b36, BRIDGE)->words[6] = 0x00020201;
    add(0x0200, 0x10411af4, BRIDGE)->words[6] = 0x00020002; /* says that the bus it is on lies behind it */
    add(0x0018, 0x10001af4, MULTIPLE);
    add(0x0019 + 2, 0x10051af4, 0);
    add(0x0021, 0x10051af4, 0); /* without a function 0 there is no device */
    add(0x00f8, 0x29188086, 0);
    add(0x00fa, 0x29228086, 0); /* function 0 does not say that there are more */
    reads = 0;
    sees(places, sizeof places / sizeof *places);
    assert(reads < 32 * 3 + 64); /* no longer than it takes: each is an exit from a virtual machine */
    function_count = 0;
}

static void capabilities(void)
{
    struct function *function = add(8, 1, 0);

    function->words[0x34 / 4] = 0x40;
    function->words[0x40 / 4] = 0x5009;
    function->words[0x50 / 4] = 0x6011;
    function->words[0x60 / 4] = 0x0009;
    assert(pci_capability(8, 9, 0) == 0); /* the status says that there is no list */
    function->words[1] = 0x10u << 16;
    assert(pci_capability(8, 9, 0) == 0x40 && pci_capability(8, 9, 0x40) == 0x60 &&
           pci_capability(8, 9, 0x60) == 0);
    assert(pci_capability(8, 0x11, 0) == 0x50 && pci_capability(8, 5, 0) == 0);
    function->words[0x60 / 4] = 0x4009; /* a loop */
    assert(pci_capability(8, 5, 0) == 0 && pci_capability(8, 9, 0x60) == 0x40);
    function->words[0x34 / 4] = 0xff;
    assert(pci_capability(8, 9, 0) == 0);
    function_count = 0;
}

static void memory_of_functions(void)
{
    struct function *function = add(8, 1, 0);
    struct pci_function open, other;

    function->words[4] = 1; /* ports */
    function->writable[4] = 0xffffffe0;
    function->writable[5] = 0xfffff000; /* 4 KiB that have no address */
    function->words[6] = 0xfeb00008;    /* 64 KiB that have one */
    function->writable[6] = 0xffff0000;
    function->words[8] = 0xc; /* 16 KiB of 64 bits */
    function->writable[8] = 0xffffc000;
    function->writable[9] = UINT32_MAX;
    pci_open(&open, 8);
    assert(open.bars[0].size == 0 && open.bars[3].size == 0 && open.bars[5].size == 0);
    assert(open.bars[1].size == 0x1000 && open.bars[1].address % 0x1000 == 0 &&
           open.bars[1].address >= 0xc0000000);
    assert(open.bars[2].size == 0x10000 && open.bars[2].address == 0xfeb00000);
    assert(open.bars[4].size == 0x4000 && open.bars[4].address % 0x4000 == 0);
    assert(open.bars[4].address >= open.bars[1].address + 0x1000 && open.bars[4].address < 0xe0000000);
    assert((function->words[5] & ~15u) == open.bars[1].address &&
           (function->words[8] & ~15u) == open.bars[4].address);
    assert(function->words[9] == 0 && (function->words[1] & 0xffff) == 0x406);

    assert(pci_map(&open, 4, 0x3000, 0x1000) && mapped_at == open.bars[4].address + 0x3000 &&
           mapped_size == 0x1000);
    assert(!pci_map(&open, 4, 0x3000, 0x1001) && !pci_map(&open, 4, 0x4001, 1) &&
           !pci_map(&open, 4, UINT64_MAX, 1));
    assert(!pci_map(&open, 0, 0, 1) && !pci_map(&open, 6, 0, 1) && !pci_map(&open, 4, 0, 0));

    /* Once more: everything has its address now. What is too large for the window gets none. */
    pci_open(&other, 8);
    assert(memcmp(&open, &other, sizeof open) == 0);
    function->words[8] = 0xc;
    function->words[9] = 0;
    function->writable[8] = 0;
    function->writable[9] = 0xfffffffc;
    pci_open(&other, 8);
    assert(other.bars[4].size == 0 && !pci_map(&other, 4, 0, 1));
    function_count = 0;
}

static void handler(void *argument)
{
    (void)argument;
}

static void vectors(void)
{
    struct function *function = add(8, 1, 0);
    struct pci_function open;
    struct pci_msix msix;
    uint32_t table[8] = {0, 0, 0, 1, 0, 0, 0, 0xffffffff};

    function->words[5] = 0xfeb00000;
    function->writable[5] = 0xfffff000;
    pci_open(&open, 8);
    assert(pci_msix_open(&msix, &open) == -ENODEV);
    function->words[1] |= 0x10u << 16;
    function->words[0x34 / 4] = 0x98;
    function->words[0x98 / 4] = 0x00010011;
    function->words[0x9c / 4] = 0x00000801;
    function->writable[0x98 / 4] = 0xc0000000;
    assert(pci_msix_open(&msix, &open) == 0 && msix.count == 2 && mapped_at == 0xfeb00800 &&
           mapped_size == 32);
    msix.table = table;
    assert(pci_msix_attach(&msix, 1, handler, NULL) == 0);
    assert(table[4] == 0xfee00000 && table[5] == 1 && table[6] == 0x45 && table[7] == 0xfffffffe &&
           table[3] == 1);
    function->words[0x98 / 4] |= 0x40000000;
    pci_msix_enable(&msix);
    assert(function->words[0x98 / 4] == 0x80010011);
    /* A table that reaches beyond its memory, or lies in none. */
    function->words[0x98 / 4] = 0x07ff0011;
    assert(pci_msix_open(&msix, &open) == -ENOMEM);
    function->words[0x98 / 4] = 0x00010011;
    function->words[0x9c / 4] = 7;
    assert(pci_msix_open(&msix, &open) == -ENOMEM);
}

int main(void)
{
    finding();
    capabilities();
    memory_of_functions();
    vectors();
    return 0;
}
