#include "fuse.h"

#include <errno.h>
#include <heap.h>
#include <log.h>
#include <string.h>

#define ERROR_LEAST (-511) /* what the protocol's errors reach down to: Linux, fs/fuse/dev.c */

struct fuse_call *fuse_begin(struct fuse_mount *mount, enum fuse_operation operation, uint64_t node)
{
    struct fuse_call *call;

    while (mount->under_way == FUSE_CALLS_MOST)
        share_wait_room(mount->channel, &mount->for_call);
    call = mount->idle;
    if (call) {
        mount->idle = call->next;
        mount->idle_count--;
    } else {
        call = heap_alloc(sizeof *call);
        if (!call)
            return NULL;
        call->mount = mount;
    }
    mount->under_way++;
    call->bad = false;
    call->error = 0;
    call->asked = *FUSE_TIME(mount);
    call->put = call->size = call->here = call->got = 0;
    call->request.done = NULL;
    call->request.urgent = false;
    fuse_header(mount, &call->header, operation, node, 0);
    return call;
}

void fuse_header(struct fuse_mount *mount, struct fuse_in_header *header, enum fuse_operation operation,
                 uint64_t node, size_t length)
{
    *header = (struct fuse_in_header){
        .length = (uint32_t)(sizeof *header + length),
        .operation = operation,
        .unique = ++mount->unique,
        .node = node,
        .process = 1,
    };
}

/* Once, for a server that breaks a rule once may do so at every call. */
void fuse_complain(struct fuse_mount *mount)
{
    if (!mount->complained)
        log_write(LOG_ERROR, "virtiofs %s: an answer breaks the rules", mount->channel->tag);
    mount->complained = true;
}

int fuse_end(struct fuse_call *call)
{
    struct fuse_mount *mount = call->mount;
    int error = call->error;

    if (!error && call->bad) {
        error = -EIO;
        fuse_complain(mount);
    }
    mount->under_way--;
    if (mount->idle_count < FUSE_CALLS_KEPT) {
        call->next = mount->idle;
        mount->idle = call;
        mount->idle_count++;
    } else {
        heap_free(call);
    }
    wait_wake(&mount->for_call, 1);
    return error;
}

void fuse_put(struct fuse_call *call, const void *bytes, size_t length)
{
    if (length > FUSE_ROOM - call->put) {
        call->error = -ENAMETOOLONG; /* nothing else is that long */
        return;
    }
    memcpy(call->out + call->put, bytes, length);
    call->put += (uint32_t)length;
}

void fuse_put_name(struct fuse_call *call, const char *name, size_t length)
{
    fuse_put(call, name, length);
    fuse_put(call, "", 1);
}

void fuse_answer(struct fuse_call *call, void *bytes, size_t length)
{
    if (length > call->here - call->got) {
        call->bad = true;
        memset(bytes, 0, length);
        return;
    }
    memcpy(bytes, call->in + call->got, length);
    call->got += (uint32_t)length;
}

static void add(struct share_request *request, uint8_t *count, const void *bytes, uint32_t length)
{
    if (length == 0)
        return;
    request->pieces[request->out + request->in] = (struct share_piece){(void *)(uintptr_t)bytes, length};
    ++*count;
}

/* What the server sent: its length, whose answer it is, and the error if it is one. */
static int check(struct fuse_call *call, uint32_t room)
{
    const struct fuse_out_header *answer = &call->answer;

    if (call->request.received < sizeof *answer || answer->length < sizeof *answer ||
        answer->length > call->request.received || answer->unique != call->header.unique ||
        answer->error > 0 || answer->error < ERROR_LEAST ||
        (answer->error != 0 && answer->length != sizeof *answer)) {
        fuse_complain(call->mount);
        return -EIO;
    }
    call->size = answer->length - (uint32_t)sizeof *answer;
    call->here = call->size < room ? call->size : room;
    return answer->error;
}

static int exchange(struct fuse_call *call, const void *data, uint32_t more, uint32_t room, void *buffer,
                    uint32_t buffer_room)
{
    struct share_request *request = &call->request;

    if (call->error)
        return call->error;
    call->header.length = (uint32_t)sizeof call->header + call->put + more;
    request->out = request->in = 0;
    /* In pieces of their own: virtiofsd copies no data that begin with a piece. */
    add(request, &request->out, &call->header, sizeof call->header);
    add(request, &request->out, call->out, call->put);
    add(request, &request->out, data, more);
    add(request, &request->in, &call->answer, sizeof call->answer);
    add(request, &request->in, call->in, room);
    add(request, &request->in, buffer, buffer_room);
    share_submit(call->mount->channel, request);
    call->error = share_wait(call->mount->channel, request);
    if (!call->error)
        call->error = check(call, room);
    return call->error;
}

int fuse_call(struct fuse_call *call)
{
    return exchange(call, NULL, 0, FUSE_ROOM, NULL, 0);
}

int fuse_call_out(struct fuse_call *call, const void *data, uint32_t more)
{
    return exchange(call, data, more, FUSE_ROOM, NULL, 0);
}

int fuse_call_in(struct fuse_call *call, void *data, uint32_t more)
{
    return exchange(call, NULL, 0, 0, data, more);
}
