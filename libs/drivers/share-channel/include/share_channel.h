/*
 * Channels to a server of files on the host: a request goes out in pieces of memory, and the answer comes in
 * others. What the bytes mean is the protocol's business (9P, FUSE).
 *
 * A driver has a list of channels, found in its init function and never later. Everything here runs inside
 * the kernel guard. The memory of pieces and requests belongs to the channel until the request is finished;
 * pieces lie in memory whose address is its physical address: the image's own data, pages_alloc(),
 * heap_alloc(); not where the application has mapped something, as its stacks may be.
 *
 * share_submit() hands a request over and does not wait; the channel finishes it exactly once: sets `result`
 * and `received`, and calls done() if there is one, from a handler of interrupts or from within
 * share_submit(). Requests are finished in any order. Nothing that the answer says has been looked at, but
 * `received` is at most what there was room for.
 *
 * share_wait() waits for a request without a done(), and returns its result: 0, or -EIO, when the server is
 * gone, or has been given up because it did not answer within SHARE_CHANNEL_PATIENCE seconds. Signals do not
 * end it.
 *
 * share_wait_room() waits for something else that a finished request brings about, such as room for the next
 * one, and gives the server up like share_wait(). `queue` is woken by its owner.
 *
 * share_transfer() reads or writes `size` bytes at `offset` of a file, from or to a buffer that may lie
 * anywhere, by calls of `once` for at most `most` bytes each: these lie where the host reaches them, and are
 * the buffer's own wherever possible. `once` returns how many it has transferred, 0 at the end, or a negated
 * errno. Returns how many were transferred in all; the error, if there were none.
 *
 * share_give_up() ends a channel whose server breaks the rules: `why` goes into the log, all its requests,
 * also later ones, are finished with -EIO, and the device has no memory of ours any more. It does nothing
 * the second time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wait_queue.h>

#define SHARE_TAG_ROOM 64u  /* bytes of a channel's name, with a NUL */
#define SHARE_PIECES_MOST 8 /* of a request */

struct share_piece {
    void *address;
    uint32_t length; /* bytes, not 0 */
};

struct share_request {
    struct share_piece pieces[SHARE_PIECES_MOST];
    uint8_t out; /* the first ones are the request, at least one */
    uint8_t in;  /* behind them those for the answer; 0: there is none, and it is finished when it is read */
    bool urgent; /* may overtake others */
    void (*done)(struct share_request *);
    void *token; /* of whoever has done() */

    bool finished;
    int result;        /* 0, -EIO */
    uint32_t received; /* bytes of the answer */

    struct wait_queue waiters;
    struct share_request *next; /* the channel's, while it has the request */
};

struct share_channel;

struct share_channel_operations {
    void (*submit)(struct share_channel *, struct share_request *);
    void (*give_up)(struct share_channel *, const char *why);
};

/* All fields but the last two are constant from the driver's init function on. */
struct share_channel {
    const struct share_channel_operations *operations;
    struct share_channel *next; /* of the same driver */
    char tag[SHARE_TAG_ROOM];   /* how the host calls the folder */
    uint64_t window;            /* where in the machine's memory the server can map files */
    uint64_t window_size;       /* bytes; 0: nowhere */
    bool gone;                  /* has been given up */
    bool mounted;               /* by a file system, which sets it */
};

struct share_driver {
    const char *name;
    struct share_channel *const *channels; /* the first one that was found; NULL: none */
};

void share_submit(struct share_channel *channel, struct share_request *request);
int share_wait(struct share_channel *channel, struct share_request *request);
struct vnode;
typedef long share_once(struct vnode *file, void *buffer, uint32_t size, uint64_t offset);
long share_transfer(struct vnode *file, share_once *once, bool write, void *buffer, size_t size,
                    uint64_t offset, size_t most);
void share_wait_room(struct share_channel *channel, struct wait_queue *queue);
void share_give_up(struct share_channel *channel, const char *why);

/* For drivers: the request is done with. */
void share_finish(struct share_request *request, int result, uint32_t received);

/* The channel of that tag in a table of drivers (NULL: the first that nobody has mounted); NULL: none. */
struct share_channel *share_find(const struct share_driver *const *drivers, size_t count, const char *tag);
