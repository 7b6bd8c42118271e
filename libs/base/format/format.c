#include <format.h>
#include <stdbool.h>

struct output {
    char *buffer;
    size_t size;
    size_t length; /* of the whole text, wherever it is cut */
};

struct conversion {
    unsigned width;
    char pad; /* ' ' or '0' */
    bool left;
    bool is_long;
};

static void put(struct output *out, char c)
{
    if (out->length + 1 < out->size)
        out->buffer[out->length] = c;
    out->length++;
}

static void put_padded(struct output *out, const struct conversion *how, const char *text, size_t len)
{
    size_t padding = how->width > len ? how->width - len : 0;

    for (size_t i = how->left ? padding : 0; i < padding; i++)
        put(out, how->pad);
    for (size_t i = 0; i < len; i++)
        put(out, text[i]);
    for (size_t i = how->left ? 0 : padding; i < padding; i++)
        put(out, ' ');
}

static void put_number(struct output *out, const struct conversion *how, unsigned long value, unsigned base,
                       bool negative)
{
    char digits[24]; /* 20 digits of 2^64 - 1 and a sign */
    size_t at = sizeof digits;
    struct conversion rest = *how;

    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    if (negative && rest.pad == '0') { /* the sign goes before the zeroes */
        put(out, '-');
        rest.width -= rest.width > 0;
    } else if (negative) {
        digits[--at] = '-';
    }
    put_padded(out, &rest, digits + at, sizeof digits - at);
}

static size_t length_of(const char *text)
{
    size_t len = 0;

    while (text[len] != '\0')
        len++;
    return len;
}

/* Reads flags, width and modifiers behind the percent sign; returns where the conversion's letter is. */
static const char *read_conversion(const char *p, struct conversion *how)
{
    *how = (struct conversion){.pad = ' '};
    for (; *p == '0' || *p == '-'; p++) {
        if (*p == '0')
            how->pad = '0';
        else
            how->left = true;
    }
    if (how->left)
        how->pad = ' ';
    for (; *p >= '0' && *p <= '9'; p++)
        if (how->width < 4096)
            how->width = how->width * 10 + (unsigned)(*p - '0');
    for (; *p == 'l' || *p == 'z'; p++)
        how->is_long = true;
    return p;
}

size_t format_list(char *buffer, size_t size, const char *text, va_list arguments)
{
    struct output out = {buffer, size, 0};
    struct conversion how;
    const char *string;
    char c;

    _Static_assert(sizeof(long) == sizeof(long long) && sizeof(long) == sizeof(size_t),
                   "l, ll and z are one");
    for (const char *p = text; *p != '\0'; p++) {
        if (*p != '%') {
            put(&out, *p);
            continue;
        }
        const char *letter = read_conversion(p + 1, &how);
        switch (*letter) {
        case 's':
            string = va_arg(arguments, const char *);
            if (!string)
                string = "(null)";
            how.pad = ' ';
            put_padded(&out, &how, string, length_of(string));
            break;
        case 'c':
            c = (char)va_arg(arguments, int);
            how.pad = ' ';
            put_padded(&out, &how, &c, 1);
            break;
        case 'd':
        case 'i': {
            long value = how.is_long ? va_arg(arguments, long) : va_arg(arguments, int);
            put_number(&out, &how, value < 0 ? 0 - (unsigned long)value : (unsigned long)value, 10,
                       value < 0);
            break;
        }
        case 'u':
        case 'x': {
            unsigned long value =
                how.is_long ? va_arg(arguments, unsigned long) : va_arg(arguments, unsigned);
            put_number(&out, &how, value, *letter == 'u' ? 10 : 16, false);
            break;
        }
        case 'p':
            put(&out, '0');
            put(&out, 'x');
            how = (struct conversion){.width = 2 * sizeof(void *), .pad = '0'};
            put_number(&out, &how, (unsigned long)va_arg(arguments, void *), 16, false);
            break;
        case '%':
            put(&out, '%');
            break;
        default:
            put(&out, '%');
            continue; /* the rest comes as ordinary text */
        }
        p = letter;
    }
    if (size > 0)
        buffer[out.length < size ? out.length : size - 1] = '\0';
    return out.length;
}

size_t format(char *buffer, size_t size, const char *text, ...)
{
    va_list arguments;
    size_t len;

    va_start(arguments, text);
    len = format_list(buffer, size, text, arguments);
    va_end(arguments);
    return len;
}
