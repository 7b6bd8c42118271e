/*
 * Reading an HTTP/1.1 request (RFC 9112) out of bytes that a stranger sends.
 *
 * http_read_request() looks at `length` bytes that begin with a request. It returns HTTP_INCOMPLETE while the
 * end of its head is not there, HTTP_COMPLETE with everything in `request` filled in, or HTTP_REFUSED with
 * `request->refusal`, the status to answer with before the connection is closed: where a request is not
 * understood, nobody knows where the next one begins. Nothing behind `head_length` bytes is looked at, and
 * nothing is kept of `bytes` but in `path`.
 *
 * Stricter than the RFC has to be: a line ends with CR and LF, and what no sensible client sends (folded
 * lines, blanks before a colon, two lengths, a coding of the body) is refused rather than guessed at, for two
 * readers that guess differently let requests be smuggled.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_MAX 4096u /* bytes of a head, with the empty line at its end */
#define HTTP_PATH_MAX 255u  /* bytes of a path, after decoding */

enum http_read { HTTP_INCOMPLETE, HTTP_COMPLETE, HTTP_REFUSED };
enum http_method { HTTP_GET, HTTP_HEAD, HTTP_OTHER };

struct http_request {
    enum http_method method;
    int refusal;          /* of HTTP_REFUSED: 400, 414, 431, 501 or 505 */
    bool old;             /* HTTP/1.0: the client has to be told if the connection stays */
    bool close;           /* the client wants no further request on this connection */
    bool has_range;       /* a single range of bytes was asked for, */
    bool range_is_suffix; /* the last `range_first` bytes of the answer, */
    uint64_t range_first; /* or from this byte on */
    uint64_t range_last;  /* up to and with this one; UINT64_MAX: to the end */
    uint64_t body_length; /* bytes that follow the head */
    size_t head_length;
    size_t path_length;
    char path[HTTP_PATH_MAX + 1]; /* absolute, decoded, without dot segments and query; a NUL behind it */
};

enum http_read http_read_request(const char *bytes, size_t length, struct http_request *request);
