/* Whatever bytes come: what the parser says keeps its promises, and does not depend on how they were cut. */
#include "../http_request.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_request whole, part;
    enum http_read found = http_read_request((const char *)data, size, &whole);

    if (found == HTTP_INCOMPLETE) {
        check(size < HTTP_HEAD_MAX);
        return 0;
    }
    if (found == HTTP_REFUSED) {
        check(whole.refusal >= 400 && whole.close);
        return 0;
    }
    check(whole.head_length >= 16 && whole.head_length <= size && whole.head_length <= HTTP_HEAD_MAX);
    check(whole.path_length >= 1 && whole.path_length <= HTTP_PATH_MAX && whole.path[0] == '/');
    check(strlen(whole.path) == whole.path_length && strstr(whole.path, "/../") == NULL);
    check(!whole.has_range || whole.range_is_suffix || whole.range_first <= whole.range_last);
    for (size_t length = 0; length < whole.head_length; length += 1 + whole.head_length / 8)
        check(http_read_request((const char *)data, length, &part) == HTTP_INCOMPLETE);
    check(http_read_request((const char *)data, whole.head_length, &part) == HTTP_COMPLETE);
    check(strcmp(part.path, whole.path) == 0 && part.body_length == whole.body_length);
    return 0;
}
