/*
 * Messages of 9P2000.L: its description is the "diod" project's protocol.md, which the page "9P2000.L" of
 * Linux's Documentation/filesystems/9p.rst names; what 9P2000 has is in intro(5) of Plan 9's manual.
 *
 * A message is a size (32 bits, with itself), a type (8), a tag (16), and fields; numbers are in little
 * endian, a string is its length (16 bits) and its bytes.
 *
 * One call is: plan9_begin(), plan9_put...() of the fields, plan9_call(), plan9_get...() of the answer's, and
 * plan9_end(), which is called whatever happened before. What does not fit, or is not there, is remembered,
 * and plan9_end() returns -EIO for it; fields that are not there are 0.
 */
#pragma once

#include <share_channel.h>

/* Types of requests; that of the answer is one more. */
#define PLAN9_RLERROR 7
#define PLAN9_TSTATFS 8
#define PLAN9_TLOPEN 12
#define PLAN9_TLCREATE 14
#define PLAN9_TSYMLINK 16
#define PLAN9_TMKNOD 18
#define PLAN9_TREADLINK 22
#define PLAN9_TGETATTR 24
#define PLAN9_TSETATTR 26
#define PLAN9_TREADDIR 40
#define PLAN9_TFSYNC 50
#define PLAN9_TLOCK 52
#define PLAN9_TGETLOCK 54
#define PLAN9_TLINK 70
#define PLAN9_TMKDIR 72
#define PLAN9_TRENAMEAT 74
#define PLAN9_TUNLINKAT 76
#define PLAN9_TVERSION 100
#define PLAN9_TATTACH 104
#define PLAN9_TWALK 110
#define PLAN9_TREAD 116
#define PLAN9_TWRITE 118
#define PLAN9_TCLUNK 120

#define PLAN9_NO_TAG 0xffff
#define PLAN9_NO_FID UINT32_MAX

#define PLAN9_HEADER 7u       /* bytes: size, type, tag */
#define PLAN9_READ_HEADER 11u /* and how many bytes of data follow; an Rlerror is as long */

/* What one call has room for: the target of a symbolic link and a name, or as much in the answer. */
#define PLAN9_ROOM 4608u

#define PLAN9_CALLS_MOST 64u /* under way at a time */
#define PLAN9_CALLS_KEPT 2u  /* that are not given back to the heap */

struct plan9_qid {
    uint8_t type;
    uint32_t version;
    uint64_t path;
};

#define PLAN9_QID_DIRECTORY 0x80u
#define PLAN9_QID_SYMLINK 0x02u

struct plan9_mount;

struct plan9_call {
    struct share_request request;
    struct plan9_mount *mount;
    struct plan9_call *next; /* that nobody uses, or that waits for others to end */
    uint64_t after;          /* the tags of those others */
    uint16_t tag;
    uint8_t type;
    bool bad;
    uint32_t fid;  /* of a call that nobody waits for: is free when it is done */
    uint32_t put;  /* bytes of `out` */
    uint32_t got;  /* bytes of `in` that have been read */
    uint32_t size; /* of the answer */
    uint32_t here; /* of these, in `in` */
    int error;
    unsigned char out[PLAN9_ROOM];
    unsigned char in[PLAN9_ROOM];
};

/* NULL: no memory. May wait. */
struct plan9_call *plan9_begin(struct plan9_mount *mount, uint8_t type);
int plan9_end(struct plan9_call *call);

void plan9_put8(struct plan9_call *call, uint8_t value);
void plan9_put16(struct plan9_call *call, uint16_t value);
void plan9_put32(struct plan9_call *call, uint32_t value);
void plan9_put64(struct plan9_call *call, uint64_t value);
void plan9_put_string(struct plan9_call *call, const char *text, size_t length);
void plan9_put_bytes(struct plan9_call *call, const void *bytes, size_t length);

/*
 * Sends it and waits for the answer. `more` bytes of the request stand at `data` (out), or of the answer go
 * to it (in) behind the first `fixed` bytes; nothing else is copied. Returns an error that the server sent,
 * or -EIO.
 */
int plan9_call(struct plan9_call *call);
int plan9_call_out(struct plan9_call *call, const void *data, uint32_t more);
int plan9_call_in(struct plan9_call *call, uint32_t fixed, void *data, uint32_t more);

/* The same, once the calls of the tags `after` have ended, and nobody waits: when it is done its fid is free.
 */
void plan9_forget(struct plan9_call *call, uint32_t fid, uint64_t after);

uint8_t plan9_get8(struct plan9_call *call);
uint16_t plan9_get16(struct plan9_call *call);
uint32_t plan9_get32(struct plan9_call *call);
uint64_t plan9_get64(struct plan9_call *call);
struct plan9_qid plan9_get_qid(struct plan9_call *call);
/* Where the string stands, until plan9_end(). */
const char *plan9_get_string(struct plan9_call *call, uint16_t *length);
/* The rest of the answer, if it is as long. */
void plan9_get_end(struct plan9_call *call, uint32_t rest);
