/*
 * The application's memory in pieces.
 */
#include <socket.h>
#include <string.h>

/* The next contiguous part, at most `size` bytes of it; there is one. */
static size_t next(struct socket_data *data, size_t size, char **part)
{
    while (data->pieces->length == data->offset) {
        data->pieces++;
        data->offset = 0;
    }
    *part = (char *)data->pieces->base + data->offset;
    if (size > data->pieces->length - data->offset)
        size = data->pieces->length - data->offset;
    data->offset += size;
    data->left -= size;
    return size;
}

void socket_data_take(struct socket_data *data, void *to, size_t size)
{
    char *part;

    for (size_t done = 0, count; done < size; done += count) {
        count = next(data, size - done, &part);
        memcpy((char *)to + done, part, count);
    }
}

void socket_data_put(struct socket_data *data, const void *from, size_t size)
{
    char *part;

    for (size_t done = 0, count; done < size; done += count) {
        count = next(data, size - done, &part);
        memcpy(part, (const char *)from + done, count);
    }
}
