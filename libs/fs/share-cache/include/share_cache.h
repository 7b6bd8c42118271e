/*
 * Content of files that others change, too, in the page cache: a vnode with VNODE_CACHED and VNODE_SHARED.
 *
 * What is kept is believed as long as size, time of modification and time of change are what they were before
 * it was read. They are asked for when a file is read after it was opened, and again when the time is over
 * for which they hold; if they are others, what is kept goes. What the image itself changes cannot be told
 * from what others change at the same time: when it is next asked, what is kept goes, too.
 *
 * Times of files come in steps. What was read less than two steps after a time was first seen may have been
 * changed since without that time showing it: it goes when the file is opened the next time.
 *
 * Callers hold the kernel's lock, or there is only one thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <vnode.h>

/* What is known of a file, in its file system's description of it; all zeroes at first. */
struct share_content {
    uint64_t size;  /* of the file; the image's own writes are in it */
    uint64_t until; /* clock_monotonic(): the size holds */
    int64_t modification_time, change_time;
    uint64_t first_seen; /* clock_monotonic(): these times */
    uint64_t asked;      /* share_cache_time, when they were asked for */
    uint64_t changed;    /* share_cache_time, when the image last changed it */
    bool young;          /* read when these times could still stand for something else */
    bool unnamed;
};

/* The operations of a vnode with VNODE_SHARED: its `ops` point to the first of these. */
struct share_operations {
    struct vnode_ops vnode;
    struct share_content *(*content)(struct vnode *file);
    /* Asks for the file's attributes, now; share_content_noted() hears of the answer. 0 or an error. */
    int (*ask)(struct vnode *file);
    /* Nobody has it open any more; its content may be asked for again all the same. */
    void (*closed)(struct vnode *file);
};

/* A count of what happens: an answer to what was asked before something tells nothing of it. */
extern uint64_t share_cache_time;

/* Somebody is about to open a file: what is asked from now on is new enough. */
void share_cache_opening(void);

/* The flags of files of a mount with these options (`pages=off`, `pages=through`, `pages=back`), or -EINVAL.
 */
int share_cache_flags(const char *options);

/* Whether names are kept without asking (`names=kept`), for folders in which nobody else changes any. */
bool share_cache_keeps_names(const char *options);

/* Attributes have come, which were asked for at `asked` and hold until `until`. */
void share_content_noted(struct vnode *file, struct share_content *content,
                         const struct vnode_attributes *attributes, uint64_t asked, uint64_t until);

/* The image has changed the file, or tried to. */
void share_content_changed(struct share_content *content);

/* It has written up to `end`. */
void share_content_written(struct share_content *content, uint64_t end);

/* Content is about to be asked for. */
void share_content_read(struct share_content *content);

/* The file has been opened: VNODE_ASK and VNODE_STALE say what is to be done before it is read. */
void share_content_opened(struct vnode *file, struct share_content *content);
