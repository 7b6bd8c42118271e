/*
 * What the parts of this library share.
 */
#pragma once

#include <config.h>
#include <vsock.h>
#include <vsock_device.h>

#define SECOND UINT64_C(1000000000)

/* 5.10.6: operations */
#define OPERATION_REQUEST 1
#define OPERATION_RESPONSE 2
#define OPERATION_RST 3
#define OPERATION_SHUTDOWN 4
#define OPERATION_RW 5
#define OPERATION_CREDIT_UPDATE 6
#define OPERATION_CREDIT_REQUEST 7

#define FLAG_END_OF_MESSAGE 1u /* 5.10.6.6.2 */

/* A part of a message is preceded by its length in the queue. */
#define VSOCK_PART_LENGTH 4u
#define VSOCK_LAST_PART (UINT32_C(1) << 31)

#define BUFFER_LEAST 4096u
#define BUFFER_MOST ((uint32_t)CONFIG_VSOCK_BUFFER_KIB * 1024)

/* What an end has to say, in this order: bits by operation. */
#define WANT(operation) (1u << (operation))

#define VSOCK_OF(member, ring) ((struct vsock *)((char *)(ring)-offsetof(struct vsock, member)))

/* table.c */
#define VSOCK_BUCKETS 64u

struct vsock *vsock_find(uint32_t port, struct vsock_address peer, enum vsock_type type);
struct vsock *vsock_find_listener(uint32_t port, enum vsock_type type);
int vsock_take_port(struct vsock *self, uint32_t port); /* VSOCK_ANY: any. -EADDRINUSE */
void vsock_enter(struct vsock *self);                   /* among the connections */
void vsock_leave_connections(struct vsock *self);
void vsock_leave(struct vsock *self); /* these, and its port */

/* queue.c: bytes in pages. */
void vsock_queue_clear(struct vsock_queue *queue);
/* Copies; false: there is no memory. */
bool vsock_queue_append(struct vsock_queue *queue, const void *bytes, size_t size);
/* Takes the page over, with `size` bytes of data. */
void vsock_queue_append_page(struct vsock_queue *queue, void *page, size_t size);
/* Takes out `size` bytes, at most as many as there are. `copy` may be NULL; `keep`: they stay. */
void vsock_queue_take(struct vsock_queue *queue, size_t size, bool keep, vsock_copy *copy, void *argument);

/* control.c: what is said without data. */
void vsock_want(struct vsock *self, unsigned operation);
void vsock_say(void);                  /* all that can be said now */
void vsock_forget(struct vsock *self); /* it has nothing to say any more */
void vsock_refuse(uint32_t port, struct vsock_address peer, uint16_t type);
void vsock_fill(struct vsock *self, struct vsock_header *header, unsigned operation);

/* transfer.c */
uint32_t vsock_credit(const struct vsock *self);
void vsock_room(void);
void vsock_unstall(struct vsock *self); /* it waits for no packet any more */
bool vsock_promise(struct vsock *self); /* memory for what comes in; false: there is not enough */
void vsock_withdraw(struct vsock *self);
void vsock_limit(size_t bytes);

/* packet.c */
void *vsock_packet_received(const struct vsock_header *header, void *page);

/* Packets to the device or, with VSOCK_LOCAL, to ourselves: local.c. Sent until vsock_flush(), whose callers
 * are done with everything else: it may hand on what comes back. */
#ifdef CONFIG_VSOCK_LOCAL
#define VSOCK_LOCAL_MOST (4096u - (uint32_t)sizeof(struct vsock_packet))

bool vsock_is_local(uint64_t cid);
struct vsock_packet *vsock_take(uint32_t cid, bool data);
void vsock_give_back(uint32_t cid, struct vsock_packet *packet);
void vsock_send_packet(struct vsock_packet *packet, uint32_t length);
void vsock_flush(void);
void *vsock_packet_handle(const struct vsock_header *header, void *page);

static inline uint32_t vsock_most(uint32_t cid)
{
    return vsock_is_local(cid) ? VSOCK_LOCAL_MOST : VSOCK_DEVICE_MOST;
}
#else
static inline bool vsock_is_local(uint64_t cid)
{
    (void)cid;
    return false;
}

static inline struct vsock_packet *vsock_take(uint32_t cid, bool data)
{
    (void)cid;
    return vsock_device_take(data);
}

static inline void vsock_give_back(uint32_t cid, struct vsock_packet *packet)
{
    (void)cid;
    vsock_device_give_back(packet);
}

static inline void vsock_send_packet(struct vsock_packet *packet, uint32_t length)
{
    vsock_device_send(packet, length);
}

static inline void vsock_flush(void)
{
    vsock_device_flush();
}

static inline uint32_t vsock_most(uint32_t cid)
{
    (void)cid;
    return VSOCK_DEVICE_MOST;
}
#endif

/* Who we are for that peer. */
static inline uint32_t vsock_cid_for(uint32_t peer)
{
    return vsock_is_local(peer) ? peer : vsock_device_cid();
}

/* end.c */
void vsock_changed(struct vsock *self, unsigned events);
/* The connection is not there any more; `error` is what its user is told, 0: an end like any other. */
void vsock_end(struct vsock *self, int error);
void vsock_reset(struct vsock *self); /* and the peer, which broke the rules, is told so */
void vsock_lost(void);                /* all connections are */
void vsock_expired(struct ktimer *timer);
void vsock_gone(struct vsock *self);
