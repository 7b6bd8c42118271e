#define _GNU_SOURCE
#include "answer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef ROOT
#define ROOT "/www" /* where the files are that are served */
#endif

#define TEXT(literal)                                                                                        \
    {                                                                                                        \
        literal, sizeof(literal) - 1                                                                         \
    }

static const struct text plain = TEXT("text/plain; charset=utf-8");

/* Answers without a file. */
static const struct page {
    const char *path;
    struct text text;
} pages[] = {
    {"/hello", TEXT("Hello from an operating system of one web server\n")},
    {"/health", TEXT("good\n")},
};

static const struct type {
    struct text suffix, type;
} types[] = {
    {TEXT(".html"), TEXT("text/html; charset=utf-8")},
    {TEXT(".css"), TEXT("text/css; charset=utf-8")},
    {TEXT(".js"), TEXT("text/javascript; charset=utf-8")},
    {TEXT(".json"), TEXT("application/json")},
    {TEXT(".txt"), TEXT("text/plain; charset=utf-8")},
    {TEXT(".svg"), TEXT("image/svg+xml")},
    {TEXT(".png"), TEXT("image/png")},
    {TEXT(".jpg"), TEXT("image/jpeg")},
};

static const struct reason {
    int status;
    struct text text;
} reasons[] = {
    {200, TEXT("OK")},
    {206, TEXT("Partial Content")},
    {400, TEXT("Bad Request")},
    {403, TEXT("Forbidden")},
    {404, TEXT("Not Found")},
    {405, TEXT("Method Not Allowed")},
    {414, TEXT("URI Too Long")},
    {416, TEXT("Range Not Satisfiable")},
    {431, TEXT("Request Header Fields Too Large")},
    {500, TEXT("Internal Server Error")},
    {501, TEXT("Not Implemented")},
    {503, TEXT("Service Unavailable")},
    {505, TEXT("HTTP Version Not Supported")},
};

static struct text reason_of(int status)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].text;
    return (struct text){"", 0};
}

static struct text type_of(const char *path, size_t length)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        size_t size = types[i].suffix.length;
        if (length >= size && memcmp(path + length - size, types[i].suffix.start, size) == 0)
            return types[i].type;
    }
    return (struct text)TEXT("application/octet-stream");
}

static struct answer text_answer(int status, struct text text)
{
    return (struct answer){
        .status = status,
        .type = plain,
        .text = text.start,
        .file = -1,
        .length = text.length,
    };
}

/* The body of an error is its name. */
static struct answer error(int status)
{
    return text_answer(status, reason_of(status));
}

struct answer answer_refusal(int status)
{
    struct answer answer = error(status);

    answer.close = true;
    return answer;
}

/* Narrows the answer to the range that was asked for (RFC 9110, 14.2). */
static void apply_range(struct answer *answer, const struct http_request *request)
{
    uint64_t total = answer->length, first = request->range_first, last = request->range_last;

    if (request->range_is_suffix) {
        first = first < total ? total - first : 0;
        last = UINT64_MAX;
        if (request->range_first == 0)
            first = total;
    }
    if (first >= total) {
        if (answer->file >= 0)
            close(answer->file);
        *answer = error(416);
    } else {
        answer->status = 206;
        answer->length = (last < total ? last + 1 : total) - first;
        answer->offset = (off_t)first;
        if (answer->text != NULL)
            answer->text += first;
    }
    answer->total = total;
}

/* An open file to send, or an error. The path is absolute and has no dot segments. */
static struct answer from_file(const struct http_request *request)
{
    char name[sizeof(ROOT) + HTTP_PATH_MAX + sizeof("index.html")];
    struct answer answer = {.status = 200};
    struct stat status;
    size_t length = sizeof(ROOT) - 1;

    memcpy(name, ROOT, length);
    memcpy(name + length, request->path, request->path_length);
    length += request->path_length;
    if (name[length - 1] == '/') {
        memcpy(name + length, "index.html", sizeof("index.html") - 1);
        length += sizeof("index.html") - 1;
    }
    name[length] = '\0';
    answer.file = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (answer.file < 0)
        return error(errno == EACCES ? 403 : errno == EMFILE || errno == ENFILE ? 503 : 404);
    if (fstat(answer.file, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(answer.file);
        return error(404);
    }
    answer.type = type_of(name, length);
    answer.length = (uint64_t)status.st_size;
    return answer;
}

struct answer answer_to(const struct http_request *request)
{
    struct answer answer;
    const struct page *page = NULL;

    if (request->method == HTTP_OTHER) {
        answer = error(405);
        answer.old = request->old;
        answer.close = request->close;
        return answer;
    }
    for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++)
        if (strcmp(pages[i].path, request->path) == 0)
            page = &pages[i];
    if (page != NULL)
        answer = text_answer(200, page->text);
    else
        answer = from_file(request);
    if (request->has_range && request->method == HTTP_GET && answer.status == 200)
        apply_range(&answer, request);
    answer.head_only = request->method == HTTP_HEAD;
    answer.old = request->old;
    answer.close = request->close;
    return answer;
}

static char *put_text(char *at, const char *text, size_t length)
{
    return (char *)memcpy(at, text, length) + length;
}

#define put(at, literal) put_text(at, literal, sizeof(literal) - 1)

static char *put_number(char *at, uint64_t value)
{
    char digits[20];
    int count = 0;

    do
        digits[count++] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

static char *put_two(char *at, int value)
{
    *at++ = (char)('0' + value / 10 % 10);
    *at++ = (char)('0' + value % 10);
    return at;
}

/* "Date: Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7); the text of a second is made once. */
static char *put_date(char *at)
{
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    static char made[sizeof("\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT") - 1];
    static time_t made_for = -1;
    struct timespec now;
    struct tm date;
    char *end;

    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return at;
    if (now.tv_sec != made_for && gmtime_r(&now.tv_sec, &date) != NULL) {
        end = put(made, "\r\nDate: ");
        end = mempcpy(end, days + 3 * date.tm_wday, 3);
        end = put_two(put(end, ", "), date.tm_mday);
        *end++ = ' ';
        end = mempcpy(end, months + 3 * date.tm_mon, 3);
        *end++ = ' ';
        end = put_two(put_two(end, (date.tm_year + 1900) / 100), date.tm_year + 1900);
        *end++ = ' ';
        end = put_two(end, date.tm_hour);
        *end++ = ':';
        end = put_two(end, date.tm_min);
        *end++ = ':';
        put(put_two(end, date.tm_sec), " GMT");
        made_for = now.tv_sec;
    }
    return made_for != -1 ? put_text(at, made, sizeof(made)) : at;
}

size_t answer_head(const struct answer *answer, char *head)
{
    struct text reason = reason_of(answer->status);
    char *at = put_number(put(head, "HTTP/1.1 "), (uint64_t)answer->status);

    *at++ = ' ';
    at = put_text(at, reason.start, reason.length);
    at = put_date(at);
    at = put_number(put(at, "\r\nContent-Length: "), answer->length);
    at = put_text(put(at, "\r\nContent-Type: "), answer->type.start, answer->type.length);
    if (answer->file >= 0 || answer->status == 206)
        at = put(at, "\r\nAccept-Ranges: bytes");
    if (answer->status == 206) {
        at = put_number(put(at, "\r\nContent-Range: bytes "), (uint64_t)answer->offset);
        *at++ = '-';
        at = put_number(at, (uint64_t)answer->offset + answer->length - 1);
    } else if (answer->status == 416) {
        at = put(at, "\r\nContent-Range: bytes *");
    }
    if (answer->status == 206 || answer->status == 416) {
        *at++ = '/';
        at = put_number(at, answer->total);
    }
    if (answer->status == 405)
        at = put(at, "\r\nAllow: GET, HEAD");
    if (answer->close)
        at = put(at, "\r\nConnection: close");
    else if (answer->old)
        at = put(at, "\r\nConnection: keep-alive");
    return (size_t)(put(at, "\r\n\r\n") - head);
}
