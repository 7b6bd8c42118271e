#include "parameter.h"

#define DESCRIPTOR_MOST 999999

/* The rest of the text behind `word`; NULL: it does not begin so. */
static const char *after(const char *text, const char *word)
{
    while (*word)
        if (*text++ != *word++)
            return NULL;
    return text;
}

static const char *read_descriptor(const char *text, int *descriptor)
{
    *descriptor = 0;
    if (*text < '0' || *text > '9')
        return NULL;
    for (; *text >= '0' && *text <= '9'; text++) {
        *descriptor = *descriptor * 10 + (*text - '0');
        if (*descriptor > DESCRIPTOR_MOST)
            return NULL;
    }
    return text;
}

static const char *read_name(const char *text, char *name)
{
    size_t length = 0;

    for (; *text && *text != ','; text++) {
        if (length == BLOCK_SERIAL_ROOM - 1)
            return NULL;
        name[length++] = *text;
    }
    name[length] = '\0';
    return length > 0 ? text : NULL;
}

bool block_host_parameter(const char *text, struct block_host_parameter *parameter)
{
    const char *rest;

    *parameter = (struct block_host_parameter){0};
    text = read_descriptor(text, &parameter->descriptor);
    while (text && *text) {
        if ((rest = after(text, ",name="))) {
            text = read_name(rest, parameter->name);
        } else if ((rest = after(text, ",readonly")) && (*rest == '\0' || *rest == ',')) {
            parameter->read_only = true;
            text = rest;
        } else {
            text = NULL;
        }
    }
    return text != NULL;
}
