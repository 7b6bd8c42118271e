/*
 * What a request is answered with.
 *
 * answer_to() finds the answer to a request that was read; answer_refusal() makes the one to a request that
 * was not. answer_head() writes the head, at most ANSWER_HEAD_MAX bytes, and returns its length. The body is
 * `length` bytes, in memory at `text`, or from `offset` on in the open file `file`, which the caller closes;
 * none of it is sent in answer to HEAD.
 */
#pragma once

#include "http_request.h"
#include "text.h"

#include <sys/types.h>

#define ANSWER_HEAD_MAX 320u

struct answer {
    int status;
    struct text type; /* of the content */
    const char *text; /* NULL: the body is in a file */
    int file;         /* -1: none */
    off_t offset;     /* of the first byte of the body in the file */
    uint64_t length;  /* bytes of the body */
    uint64_t total;   /* of 206 and 416: bytes of the whole file */
    bool head_only;
    bool old, close; /* as in the request */
};

struct answer answer_to(const struct http_request *request);
struct answer answer_refusal(int status);
size_t answer_head(const struct answer *answer, char *head);
