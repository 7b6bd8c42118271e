#include "host_fs.h"

#include <args.h>
#include <string.h>

#define DESCRIPTOR_MOST 999999

static const char tag_word[] = ",tag=", readonly_word[] = ",readonly";

bool host_fs_parameter(const char *text, struct host_fs_parameter *parameter)
{
    size_t length = 0;

    *parameter = (struct host_fs_parameter){0};
    if (*text < '0' || *text > '9')
        return false;
    for (; *text >= '0' && *text <= '9'; text++) {
        parameter->descriptor = parameter->descriptor * 10 + (*text - '0');
        if (parameter->descriptor > DESCRIPTOR_MOST)
            return false;
    }
    if (strncmp(text, tag_word, sizeof tag_word - 1) != 0)
        return false;
    for (text += sizeof tag_word - 1; *text && *text != ','; text++) {
        if (length == sizeof parameter->tag - 1)
            return false;
        parameter->tag[length++] = *text;
    }
    if (*text && strcmp(text, readonly_word) == 0) {
        parameter->readonly = true;
        text += sizeof readonly_word - 1;
    }
    return length > 0 && *text == '\0';
}

bool host_fs_share(unsigned number, struct host_fs_parameter *parameter)
{
    char key[] = "share.00";
    const char *text;

    if (number < 10) {
        key[6] = (char)('0' + number);
        key[7] = '\0';
    } else {
        key[6] = (char)('0' + number / 10);
        key[7] = (char)('0' + number % 10);
    }
    text = args_parameter(key);
    return text && host_fs_parameter(text, parameter);
}
