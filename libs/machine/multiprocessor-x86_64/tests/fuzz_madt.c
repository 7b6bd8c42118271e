// instead: ../madt.c
// max-len: 512
#include "../madt.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* What a table says: the ids are different, and as many as it returns. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    size_t most = size > 0 ? data[0] % 9 : 0;
    unsigned char *table = malloc(size > 0 ? size : 1); /* its end is the end of what may be read */
    uint32_t *ids = malloc((most + 1) * sizeof *ids);

    if (!table || !ids)
        abort();
    if (size > 0)
        memcpy(table, data, size);
    size_t count = multiprocessor_listed(table, size, ids, most);
    if (count > most)
        abort();
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (ids[i] == ids[j])
                abort();
    free(table);
    free(ids);
    return 0;
}
