/* System V ABI, chapters 4 and 5, for 64-bit objects. */
#include "vdso_find.h"

#include <stddef.h>
#include <stdint.h>

#define ELF_MAGIC 0x464c457fu /* 7f 'E' 'L' 'F' */
#define PT_LOAD 1
#define PT_DYNAMIC 2
#define DT_NULL 0
#define DT_STRTAB 5
#define DT_SYMTAB 6
#define DT_GNU_HASH 0x6ffffef5
#define SHN_UNDEF 0

struct header {
    uint32_t magic;
    uint8_t ident[12];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, program_headers, section_headers;
    uint32_t flags;
    uint16_t header_size, program_header_size, program_header_count;
};

struct segment {
    uint32_t type, flags;
    uint64_t offset, address, physical, file_size, memory_size, alignment;
};

struct dynamic {
    int64_t tag;
    uint64_t value;
};

struct symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
};

/* What DT_GNU_HASH points to; after it come the Bloom filter's words, the buckets, and the chains. */
struct hash_table {
    uint32_t bucket_count;
    uint32_t first_symbol; /* symbols before it are not in the table */
    uint32_t bloom_count;  /* words of 64 bits */
    uint32_t bloom_shift;
};

/* The table's hash function: 33 h + c, from 5381. */
static uint32_t hash_of(const char *name)
{
    uint32_t hash = 5381;

    for (; *name != '\0'; name++)
        hash = hash * 33 + (uint8_t)*name;
    return hash;
}

static int equal(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* A bucket holds the index of its first symbol, 0 if it is empty. A chain word is its symbol's hash with the
 * lowest bit replaced: 1 in the last of a bucket. */
static const struct symbol *find(const struct hash_table *table, const struct symbol *symbols,
                                 const char *strings, const char *name)
{
    const uint32_t *buckets = (const uint32_t *)((const uint64_t *)(table + 1) + table->bloom_count);
    const uint32_t *chains = buckets + table->bucket_count;
    uint32_t hash = hash_of(name);

    if (table->bucket_count == 0)
        return NULL;
    uint32_t index = buckets[hash % table->bucket_count];
    if (index < table->first_symbol)
        return NULL;
    for (;; index++) {
        uint32_t word = chains[index - table->first_symbol];
        if ((word | 1) == (hash | 1) && symbols[index].section != SHN_UNDEF &&
            equal(strings + symbols[index].name, name))
            return &symbols[index];
        if (word & 1)
            return NULL;
    }
}

void *vdso_find(const void *image, const char *name)
{
    const char *base = image, *bias = NULL;
    const struct header *header = image;
    const struct dynamic *dynamic = NULL;
    const struct hash_table *table = NULL;
    const struct symbol *symbols = NULL, *found = NULL;
    const char *strings = NULL;

    if (header->magic != ELF_MAGIC)
        return NULL;
    for (unsigned i = 0; i < header->program_header_count; i++) {
        const struct segment *segment = (const struct segment *)(base + header->program_headers +
                                                                 i * (size_t)header->program_header_size);
        if (segment->type == PT_LOAD && bias == NULL)
            bias = base + segment->offset - segment->address;
        if (segment->type == PT_DYNAMIC)
            dynamic = (const struct dynamic *)(base + segment->offset);
    }
    if (bias == NULL || dynamic == NULL)
        return NULL;
    for (; dynamic->tag != DT_NULL; dynamic++) {
        const char *address = bias + dynamic->value;
        if (dynamic->tag == DT_STRTAB)
            strings = address;
        if (dynamic->tag == DT_SYMTAB)
            symbols = (const struct symbol *)address;
        if (dynamic->tag == DT_GNU_HASH)
            table = (const struct hash_table *)address;
    }
    if (strings != NULL && symbols != NULL && table != NULL)
        found = find(table, symbols, strings, name);
    return found != NULL ? (void *)(bias + found->value) : NULL;
}
