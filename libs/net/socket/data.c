/*
 * The application's memory in pieces.
 */
#include <socket.h>
#include <string.h>

size_t socket_data_part(struct socket_data *data, void **part)
{
    size_t size;

    while (data->pieces->length == data->offset) {
        data->pieces++;
        data->offset = 0;
    }
    *part = (char *)data->pieces->base + data->offset;
    size = data->pieces->length - data->offset;
    return size < data->left ? size : data->left;
}

void socket_data_skip(struct socket_data *data, size_t size)
{
    data->offset += size;
    data->left -= size;
}

void socket_data_take(struct socket_data *data, void *to, size_t size)
{
    void *part;

    for (size_t done = 0, count; done < size; done += count) {
        count = socket_data_part(data, &part);
        count = count < size - done ? count : size - done;
        memcpy((char *)to + done, part, count);
        socket_data_skip(data, count);
    }
}

void socket_data_put(struct socket_data *data, const void *from, size_t size)
{
    void *part;

    for (size_t done = 0, count; done < size; done += count) {
        count = socket_data_part(data, &part);
        count = count < size - done ? count : size - done;
        memcpy(part, (const char *)from + done, count);
        socket_data_skip(data, count);
    }
}
