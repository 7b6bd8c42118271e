/* The parser against requests of which it is known what they mean. */
#include "../http_request.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct http_request request;

/* The text in memory of just its size, so that a sanitizer sees what reads beyond it. */
static enum http_read parse_bytes(const char *text, size_t length)
{
    char *bytes = malloc(length);
    enum http_read found;

    assert(bytes != NULL || length == 0);
    memcpy(bytes, text, length);
    found = http_read_request(bytes, length, &request);
    free(bytes);
    return found;
}

static enum http_read parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static void expect_path(const char *target, const char *path)
{
    char text[1024];

    snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", target);
    if (parse(text) != HTTP_COMPLETE || strcmp(request.path, path) != 0 ||
        request.path_length != strlen(path)) {
        fprintf(stderr, "%s: %s\n", target, request.path);
        abort();
    }
}

static void expect_refusal(const char *text, int status)
{
    if (parse(text) != HTTP_REFUSED || request.refusal != status || !request.close) {
        fprintf(stderr, "%s: %d\n", text, request.refusal);
        abort();
    }
}

static void expect_field(const char *fields)
{
    char text[1024];

    snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n\r\n", fields);
    assert(parse(text) == HTTP_COMPLETE);
}

static void refuse_field(const char *fields, int status)
{
    char text[1024];

    snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n\r\n", fields);
    expect_refusal(text, status);
}

static void paths(void)
{
    expect_path("/", "/");
    expect_path("/a/b.html?x=/../c", "/a/b.html");
    expect_path("/a%20b%2Fc%3f", "/a b/c?");
    expect_path("/a/./b/../c", "/a/c");
    expect_path("/../../etc/passwd", "/etc/passwd");
    expect_path("/%2e%2e/%2E%2e/etc", "/etc");
    expect_path("/a/..", "/");
    expect_path("/a/b/..", "/a/");
    expect_path("/a/.", "/a/");
    expect_path("/..a/.b", "/..a/.b");
    expect_path("//", "//");
    expect_path("http://host/p", "/p");
    expect_path("HTTP://host:80?q", "/");
    expect_path("http://host", "/");
    expect_refusal("GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    expect_refusal("GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    expect_refusal("GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    expect_refusal("GET /%4 HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    expect_refusal("GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    expect_refusal("GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n", 400);
}

static void lengths_of_paths(void)
{
    char text[HTTP_PATH_MAX + 64] = "GET /";

    memset(text + 5, 'a', HTTP_PATH_MAX - 1);
    strcpy(text + 4 + HTTP_PATH_MAX, " HTTP/1.1\r\nHost: h\r\n\r\n");
    assert(parse(text) == HTTP_COMPLETE && request.path_length == HTTP_PATH_MAX);
    memset(text + 5, 'a', HTTP_PATH_MAX);
    strcpy(text + 5 + HTTP_PATH_MAX, " HTTP/1.1\r\nHost: h\r\n\r\n");
    expect_refusal(text, 414);
}

static void request_lines(void)
{
    assert(parse("\r\nHEAD / HTTP/1.0\r\n\r\n") == HTTP_COMPLETE);
    assert(request.method == HTTP_HEAD && request.close && request.head_length == 21);
    assert(parse("GET / HTTP/1.0\r\nConnection: foo, Keep-Alive\r\n\r\n") == HTTP_COMPLETE && !request.close);
    assert(parse("PUT / HTTP/1.1\r\nHost: h\r\n\r\nmore") == HTTP_COMPLETE && request.method == HTTP_OTHER);
    expect_refusal("GET / HTTP/2.0\r\n\r\n", 505);
    expect_refusal("GET /  HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    expect_refusal("GET / http/1.1\r\nHost: h\r\n\r\n", 400);
    expect_refusal("G(T / HTTP/1.1\r\nHost: h\r\n\r\n", 400);
    expect_refusal("GET\r\n\r\n", 400);
    expect_refusal(" / HTTP/1.1\r\n\r\n", 400);
    expect_refusal("GET / HTTP/1.1\nHost: h\r\n\r\n", 400);
    expect_refusal("\r\n\r\n\r\n", 400);
    expect_refusal("\x16\x03\x01", 400);
    expect_refusal(" ", 400);
    assert(parse("\r") == HTTP_INCOMPLETE && parse("\r\n") == HTTP_INCOMPLETE &&
           parse("") == HTTP_INCOMPLETE);
}

static void fields(void)
{
    expect_field("Content-Length:  12\t");
    assert(request.body_length == 12 && !request.close);
    expect_field("connection: CLOSE");
    assert(request.close);
    expect_refusal("GET / HTTP/1.1\r\n\r\n", 400);
    refuse_field("Host: again", 400);
    refuse_field("Content-Length: 1\r\nContent-Length: 1", 400);
    refuse_field("Content-Length: -1", 400);
    refuse_field("Content-Length:", 400);
    refuse_field("Content-Length: 18446744073709551616", 400);
    refuse_field("Transfer-Encoding: chunked", 501);
    refuse_field("Name : value", 400);
    refuse_field(" folded: line", 400);
    refuse_field("no colon", 400);
    refuse_field(": no name", 400);
    refuse_field("Name: a\x01", 400);
    refuse_field("Name: bare\nline feed: x", 400);
}

static void ranges(void)
{
    expect_field("Range: bytes=0-99");
    assert(request.has_range && request.range_first == 0 && request.range_last == 99);
    expect_field("Range: bytes=5-");
    assert(request.has_range && request.range_first == 5 && request.range_last == UINT64_MAX);
    expect_field("Range: bytes=-7");
    assert(request.has_range && request.range_is_suffix && request.range_first == 7);
    for (const char *const *ignored =
             (const char *const[]){"bytes=9-3", "bytes=0-1,4-5", "lines=1-2", "bytes=", "bytes=-",
                                   "bytes=a-b", "bytes=1", "bytes=1-99999999999999999999", NULL};
         *ignored != NULL; ignored++) {
        char text[128];
        snprintf(text, sizeof(text), "Range: %s", *ignored);
        expect_field(text);
        assert(!request.has_range);
    }
}

static void pieces(void)
{
    static const char text[] = "GET /piece HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\nGET";
    static char large[HTTP_HEAD_MAX + 1];
    size_t length = sizeof(text) - 4;

    for (size_t size = 0; size < length; size++)
        assert(parse_bytes(text, size) == HTTP_INCOMPLETE);
    assert(parse_bytes(text, length) == HTTP_COMPLETE && request.head_length == length);
    assert(parse_bytes(text, sizeof(text) - 1) == HTTP_COMPLETE && request.head_length == length);
    memset(large, 'a', sizeof(large));
    assert(parse_bytes(large, HTTP_HEAD_MAX - 1) == HTTP_INCOMPLETE);
    assert(parse_bytes(large, HTTP_HEAD_MAX) == HTTP_REFUSED && request.refusal == 431);
}

int main(void)
{
    paths();
    lengths_of_paths();
    request_lines();
    fields();
    ranges();
    pieces();
    return 0;
}
