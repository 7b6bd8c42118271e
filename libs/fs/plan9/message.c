#include "plan9.h"

#include <errno.h>
#include <heap.h>
#include <log.h>
#include <string.h>

#define ERRNO_MOST 4095u /* as large as Linux's can be: include/linux/err.h, MAX_ERRNO */

_Static_assert(PLAN9_CALLS_MOST == 64, "as many tags as bits");

static struct plan9_call *make(struct plan9_mount *mount)
{
    struct plan9_call *call = mount->idle;

    if (call) {
        mount->idle = call->next;
        mount->idle_count--;
        return call;
    }
    call = heap_alloc(sizeof *call);
    if (call)
        call->mount = mount;
    return call;
}

/* NULL: all tags are under way, or there is no memory. */
struct plan9_call *plan9_begin_now(struct plan9_mount *mount, uint8_t type)
{
    struct plan9_call *call = mount->tags == UINT64_MAX ? NULL : make(mount);

    if (!call)
        return NULL;
    call->tag = (uint16_t)__builtin_ctzll(~mount->tags);
    mount->tags |= UINT64_C(1) << call->tag;
    call->type = type;
    call->bad = false;
    call->error = 0;
    call->fid = PLAN9_NO_FID;
    call->got = call->size = call->here = 0;
    call->put = PLAN9_HEADER;
    call->request.done = NULL;
    call->request.urgent = false;
    return call;
}

struct plan9_call *plan9_begin(struct plan9_mount *mount, uint8_t type)
{
    while (mount->tags == UINT64_MAX)
        share_wait_room(mount->channel, &mount->for_call);
    return plan9_begin_now(mount, type);
}

static void send_forget(struct plan9_call *call);

/* The call of this tag has ended: sends what waited for it, and for nothing else. */
static void let_go(struct plan9_mount *mount, uint16_t tag)
{
    struct plan9_call **place = &mount->waiting;

    for (struct plan9_call *call = mount->waiting; call; call = call->next)
        call->after &= ~(UINT64_C(1) << tag);
    while (*place) {
        struct plan9_call *call = *place;

        if (call->after) {
            place = &call->next;
            continue;
        }
        *place = call->next;
        send_forget(call); /* which may end at once, and change the list */
        place = &mount->waiting;
    }
}

static void end(struct plan9_call *call)
{
    struct plan9_mount *mount = call->mount;
    uint16_t tag = call->tag;

    mount->tags &= ~(UINT64_C(1) << tag);
    if (mount->idle_count < PLAN9_CALLS_KEPT) {
        call->next = mount->idle;
        mount->idle = call;
        mount->idle_count++;
    } else {
        heap_free(call);
    }
    let_go(mount, tag);
    wait_wake(&mount->for_call, 1);
    plan9_clunk_dying(mount);
}

/* Once, for a server that breaks a rule once may do so at every call. */
void plan9_complain(struct plan9_mount *mount)
{
    if (!mount->complained)
        log_write(LOG_ERROR, "9p %s: an answer breaks the rules", mount->channel->tag);
    mount->complained = true;
}

int plan9_end(struct plan9_call *call)
{
    int error = call->error;

    if (!error && call->bad) {
        error = -EIO;
        plan9_complain(call->mount);
    }
    end(call);
    return error;
}

void plan9_put_bytes(struct plan9_call *call, const void *bytes, size_t length)
{
    if (length > PLAN9_ROOM - call->put) {
        call->error = -ENAMETOOLONG; /* nothing else is that long */
        return;
    }
    memcpy(call->out + call->put, bytes, length);
    call->put += (uint32_t)length;
}

/* The machine's numbers are in little endian, too. */
void plan9_put8(struct plan9_call *call, uint8_t value)
{
    plan9_put_bytes(call, &value, sizeof value);
}

void plan9_put16(struct plan9_call *call, uint16_t value)
{
    plan9_put_bytes(call, &value, sizeof value);
}

void plan9_put32(struct plan9_call *call, uint32_t value)
{
    plan9_put_bytes(call, &value, sizeof value);
}

void plan9_put64(struct plan9_call *call, uint64_t value)
{
    plan9_put_bytes(call, &value, sizeof value);
}

void plan9_put_string(struct plan9_call *call, const char *text, size_t length)
{
    if (length > UINT16_MAX) {
        call->error = -ENAMETOOLONG;
        return;
    }
    plan9_put16(call, (uint16_t)length);
    plan9_put_bytes(call, text, length);
}

static void get(struct plan9_call *call, void *bytes, size_t length)
{
    if (length > call->here - call->got) {
        call->bad = true;
        memset(bytes, 0, length);
        return;
    }
    memcpy(bytes, call->in + call->got, length);
    call->got += (uint32_t)length;
}

uint8_t plan9_get8(struct plan9_call *call)
{
    uint8_t value;

    get(call, &value, sizeof value);
    return value;
}

uint16_t plan9_get16(struct plan9_call *call)
{
    uint16_t value;

    get(call, &value, sizeof value);
    return value;
}

uint32_t plan9_get32(struct plan9_call *call)
{
    uint32_t value;

    get(call, &value, sizeof value);
    return value;
}

uint64_t plan9_get64(struct plan9_call *call)
{
    uint64_t value;

    get(call, &value, sizeof value);
    return value;
}

struct plan9_qid plan9_get_qid(struct plan9_call *call)
{
    struct plan9_qid qid;

    qid.type = plan9_get8(call);
    qid.version = plan9_get32(call);
    qid.path = plan9_get64(call);
    return qid;
}

const char *plan9_get_string(struct plan9_call *call, uint16_t *length)
{
    const char *text;

    *length = plan9_get16(call);
    if (*length > call->here - call->got) {
        call->bad = true;
        *length = 0;
    }
    text = (const char *)call->in + call->got;
    call->got += *length;
    return text;
}

void plan9_get_end(struct plan9_call *call, uint32_t rest)
{
    if (call->size - call->got != rest)
        call->bad = true;
}

static void write_header(struct plan9_call *call, uint32_t more)
{
    uint32_t put = call->put;

    call->put = 0;
    plan9_put32(call, put + more);
    plan9_put8(call, call->type);
    plan9_put16(call, call->tag);
    call->put = put;
}

/* What the server sent: its length, type and tag, and the error if it is one. `fixed` bytes are in `in`. */
static int read_header(struct plan9_call *call, uint32_t fixed)
{
    uint32_t received = call->request.received, error;
    uint8_t type;

    call->here = received < fixed ? received : fixed;
    call->size = plan9_get32(call);
    type = plan9_get8(call);
    if (plan9_get16(call) != call->tag || call->bad || call->size < PLAN9_HEADER || call->size > received ||
        (type != call->type + 1 && type != PLAN9_RLERROR)) {
        plan9_complain(call->mount);
        return -EIO;
    }
    if (call->here > call->size)
        call->here = call->size;
    if (type != PLAN9_RLERROR)
        return 0;
    error = plan9_get32(call);
    return call->bad || error == 0 || error > ERRNO_MOST ? -EIO : -(int)error;
}

static void add(struct share_request *request, const void *bytes, uint32_t length)
{
    if (length > 0)
        request->pieces[request->out + request->in] = (struct share_piece){(void *)(uintptr_t)bytes, length};
}

static void submit(struct plan9_call *call, const void *data, uint32_t more, uint32_t fixed, void *buffer,
                   uint32_t room)
{
    struct share_request *request = &call->request;

    write_header(call, more);
    request->out = request->in = 0;
    add(request, call->out, call->put);
    request->out = 1;
    add(request, data, more);
    request->out += more > 0;
    add(request, call->in, fixed);
    request->in = 1;
    add(request, buffer, room);
    request->in += room > 0;
    share_submit(call->mount->channel, request);
}

static int exchange(struct plan9_call *call, const void *data, uint32_t more, uint32_t fixed, void *buffer,
                    uint32_t room)
{
    if (call->error)
        return call->error;
    submit(call, data, more, fixed, buffer, room);
    call->error = share_wait(call->mount->channel, &call->request);
    if (!call->error)
        call->error = read_header(call, fixed);
    return call->error;
}

int plan9_call(struct plan9_call *call)
{
    return exchange(call, NULL, 0, PLAN9_ROOM, NULL, 0);
}

int plan9_call_out(struct plan9_call *call, const void *data, uint32_t more)
{
    return exchange(call, data, more, PLAN9_ROOM, NULL, 0);
}

int plan9_call_in(struct plan9_call *call, uint32_t fixed, void *data, uint32_t more)
{
    return exchange(call, NULL, 0, fixed, data, more);
}

/* Whatever the answer is, the fid is gone (clunk(5)). */
static void forgotten(struct share_request *request)
{
    struct plan9_call *call = request->token;

    plan9_fid_free(call->mount, call->fid);
    end(call);
}

static void send_forget(struct plan9_call *call)
{
    call->request.token = call;
    call->request.done = forgotten;
    submit(call, NULL, 0, PLAN9_ROOM, NULL, 0);
}

void plan9_forget(struct plan9_call *call, uint32_t fid, uint64_t after)
{
    call->fid = fid;
    call->after = after;
    if (!after) {
        send_forget(call);
        return;
    }
    call->next = call->mount->waiting;
    call->mount->waiting = call;
}
