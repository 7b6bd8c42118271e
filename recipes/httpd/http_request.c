#define _GNU_SOURCE
#include "http_request.h"

#include "text.h"

#include <string.h>
#include <strings.h>

static bool is(struct text text, const char *word)
{
    return strlen(word) == text.length && memcmp(text.start, word, text.length) == 0;
}

static bool is_any_case(struct text text, const char *word)
{
    return strlen(word) == text.length && strncasecmp(text.start, word, text.length) == 0;
}

/* What a byte may stand in. */
enum {
    TOKEN = 1,   /* a method or a field's name (RFC 9110, 5.6.2: tchar) */
    VISIBLE = 2, /* a target */
    TEXT = 4,    /* a field's value (RFC 9110, 5.5) */
};

#define OF_TOKENS (TOKEN | VISIBLE | TEXT)
#define OF_TARGETS (VISIBLE | TEXT)

static const unsigned char classes[256] = {
    ['\t'] = TEXT,
    [' '] = TEXT,
    ['!'] = OF_TOKENS,
    ['"'] = OF_TARGETS,
    ['#' ... '\''] = OF_TOKENS,
    ['(' ... ')'] = OF_TARGETS,
    ['*' ... '+'] = OF_TOKENS,
    [','] = OF_TARGETS,
    ['-' ... '.'] = OF_TOKENS,
    ['/'] = OF_TARGETS,
    ['0' ... '9'] = OF_TOKENS,
    [':' ... '@'] = OF_TARGETS,
    ['A' ... 'Z'] = OF_TOKENS,
    ['[' ... ']'] = OF_TARGETS,
    ['^' ... 'z'] = OF_TOKENS,
    ['{'] = OF_TARGETS,
    ['|'] = OF_TOKENS,
    ['}'] = OF_TARGETS,
    ['~'] = OF_TOKENS,
    [0x80 ... 0xff] = OF_TARGETS,
};

/* Takes the bytes of a class that the text begins with off it. */
static struct text take_all(struct text *rest, unsigned class)
{
    const char *at = rest->start, *end = at + rest->length;
    struct text taken = {at, 0};

    while (at < end && (classes[(unsigned char)*at] & class) != 0)
        at++;
    taken.length = (size_t)(at - taken.start);
    rest->start = at;
    rest->length -= taken.length;
    return taken;
}

/* Takes these bytes off the text, if it begins with them. */
static bool take_exactly(struct text *rest, const char *bytes, size_t length)
{
    if (rest->length < length || memcmp(rest->start, bytes, length) != 0)
        return false;
    rest->start += length;
    rest->length -= length;
    return true;
}

static struct text trimmed(struct text text)
{
    while (text.length > 0 && (*text.start == ' ' || *text.start == '\t')) {
        text.start++;
        text.length--;
    }
    while (text.length > 0 && (text.start[text.length - 1] == ' ' || text.start[text.length - 1] == '\t'))
        text.length--;
    return text;
}

/* Takes everything up to the separator off the text, and the separator; all of it if there is none. */
static struct text take(struct text *rest, char separator)
{
    const char *end = rest->length > 0 ? memchr(rest->start, separator, rest->length) : NULL;
    struct text taken = {rest->start, end != NULL ? (size_t)(end - rest->start) : rest->length};
    size_t used = taken.length + (end != NULL);

    rest->start += used;
    rest->length -= used;
    return taken;
}

/* Decimal digits alone, at least one; false if they are none or too many. */
static bool number(struct text text, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.start[i] < '0' || text.start[i] > '9' || __builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, (uint64_t)(text.start[i] - '0'), value))
            return false;
    }
    return text.length > 0;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes the last segment off a path that ends with a slash: "/a/b/" becomes "/a/". */
static size_t parent(const char *path, size_t length)
{
    while (length > 1 && path[length - 2] != '/')
        length--;
    return length > 1 ? length - 1 : 1;
}

/*
 * The path of a target: percent-encoding decoded (RFC 3986, 2.1), dot segments removed (5.2.4), the query
 * left out. Returns 0 or a status.
 */
static int read_path(struct text target, struct http_request *request)
{
    char *path = request->path;
    size_t length = 0, segment = 0; /* where the current segment begins */

    for (size_t i = 0; i <= target.length; i++) {
        char c = i < target.length ? target.start[i] : '?';
        bool ends = c == '?' || c == '#';

        if (c == '%') {
            int high = i + 2 < target.length ? hex(target.start[i + 1]) : -1;
            int low = high >= 0 ? hex(target.start[i + 2]) : -1;
            if (low < 0)
                return 400;
            c = (char)(high << 4 | low);
            if (c == '\0')
                return 400;
            i += 2;
        }
        if (c == '/' || ends) {
            size_t size = length - segment;
            if (size == 1 && path[segment] == '.')
                length = segment;
            else if (size == 2 && path[segment] == '.' && path[segment + 1] == '.')
                length = parent(path, segment);
            else if (!ends)
                path[length++] = '/';
            if (ends)
                break;
            segment = length;
        } else {
            path[length++] = c;
        }
        if (length > HTTP_PATH_MAX)
            return 414;
    }
    path[length] = '\0';
    request->path_length = length;
    return 0;
}

/* RFC 9112, 3.2: a path, or all of a URI, of which the path counts. Any other form is for proxies. */
static int read_target(struct text target, struct http_request *request)
{
    static const char scheme[] = "http://";

    if (target.length >= sizeof(scheme) - 1 && strncasecmp(target.start, scheme, sizeof(scheme) - 1) == 0) {
        target.start += sizeof(scheme) - 1;
        target.length -= sizeof(scheme) - 1;
        while (target.length > 0 && *target.start != '/' && *target.start != '?') {
            target.start++;
            target.length--;
        }
        if (target.length == 0 || *target.start == '?')
            target = (struct text){"/", 1};
    }
    if (target.length == 0 || *target.start != '/')
        return 400;
    return read_path(target, request);
}

static int read_request_line(struct text *head, struct http_request *request, bool *version_1_1)
{
    struct text method = take_all(head, TOKEN), target;
    const char *version;

    if (method.length == 0 || !take_exactly(head, " ", 1))
        return 400;
    target = take_all(head, VISIBLE);
    if (!take_exactly(head, " HTTP/", 6))
        return 400;
    version = head->start;
    if (head->length < 5 || version[1] != '.' || version[3] != '\r' || version[4] != '\n')
        return 400;
    if (version[0] != '1' || version[2] < '0' || version[2] > '9')
        return 505;
    *version_1_1 = version[2] >= '1';
    head->start += 5;
    head->length -= 5;
    request->method = is(method, "GET") ? HTTP_GET : is(method, "HEAD") ? HTTP_HEAD : HTTP_OTHER;
    return read_target(target, request);
}

/* RFC 9110, 14.1.2. What is not a single range of bytes may be ignored (14.2), and is. */
static void read_range(struct text value, struct http_request *request)
{
    struct text unit = take(&value, '='), first;

    request->has_range = false;
    if (!is_any_case(trimmed(unit), "bytes") || value.length == 0 ||
        memchr(value.start, ',', value.length) != NULL || memchr(value.start, '-', value.length) == NULL)
        return;
    value = trimmed(value);
    first = take(&value, '-');
    request->range_last = UINT64_MAX;
    request->range_is_suffix = first.length == 0;
    if (request->range_is_suffix)
        request->has_range = number(value, &request->range_first);
    else
        request->has_range = number(first, &request->range_first) &&
                             (value.length == 0 || (number(value, &request->range_last) &&
                                                    request->range_last >= request->range_first));
}

/* The field's value is a list of words (RFC 9110, 7.6.1). */
static void read_connection(struct text value, struct http_request *request, bool *keep)
{
    while (value.length > 0) {
        struct text word = trimmed(take(&value, ','));
        request->close |= is_any_case(word, "close");
        *keep |= is_any_case(word, "keep-alive");
    }
}

static int read_fields(struct text fields, struct http_request *request, bool version_1_1)
{
    bool has_host = false, has_length = false, keep = false;

    while (fields.length > 0) {
        struct text name = take_all(&fields, TOKEN), value;

        if (name.length == 0 || !take_exactly(&fields, ":", 1))
            return 400;
        value = trimmed(take_all(&fields, TEXT));
        if (!take_exactly(&fields, "\r\n", 2))
            return 400;
        if (is_any_case(name, "Host")) {
            if (has_host)
                return 400; /* RFC 9112, 3.2 */
            has_host = true;
        } else if (is_any_case(name, "Content-Length")) {
            if (has_length || !number(value, &request->body_length))
                return 400;
            has_length = true;
        } else if (is_any_case(name, "Transfer-Encoding")) {
            return 501;
        } else if (is_any_case(name, "Connection")) {
            read_connection(value, request, &keep);
        } else if (is_any_case(name, "Range")) {
            read_range(value, request);
        }
    }
    if (version_1_1 && !has_host)
        return 400;
    request->old = !version_1_1;
    request->close |= !version_1_1 && !keep;
    return 0;
}

/* Whether the bytes cannot be the beginning of a request, such as those of TLS, whose end nobody need wait
 * for. */
static bool begins_wrong(struct text bytes)
{
    struct text method = take_all(&bytes, TOKEN);

    if (bytes.length == 0)
        return false;
    if (*bytes.start == ' ')
        return method.length == 0;
    return method.length + bytes.length > 1 || *bytes.start != '\r';
}

static enum http_read refuse(struct http_request *request, int status)
{
    request->refusal = status;
    request->close = true;
    return HTTP_REFUSED;
}

enum http_read http_read_request(const char *bytes, size_t length, struct http_request *request)
{
    struct text rest = {bytes, length < HTTP_HEAD_MAX ? length : HTTP_HEAD_MAX};
    bool version_1_1 = false;
    const char *end;
    int status;

    memset(request, 0, offsetof(struct http_request, path)); /* the path is read before anybody looks at it */
    request->method = HTTP_OTHER;
    request->path[0] = '\0';
    /* RFC 9112, 2.2: an empty line before a request is to be ignored. */
    if (rest.length >= 2 && bytes[0] == '\r' && bytes[1] == '\n') {
        rest.start += 2;
        rest.length -= 2;
    }
    end = memmem(rest.start, rest.length, "\r\n\r\n", 4);
    if (end == NULL && begins_wrong(rest))
        return refuse(request, 400);
    if (end == NULL)
        return length >= HTTP_HEAD_MAX ? refuse(request, 431) : HTTP_INCOMPLETE;
    request->head_length = (size_t)(end + 4 - bytes);
    rest.length = (size_t)(end + 2 - rest.start);
    status = read_request_line(&rest, request, &version_1_1);
    if (status == 0)
        status = read_fields(rest, request, version_1_1);
    return status != 0 ? refuse(request, status) : HTTP_COMPLETE;
}
