/*
 * The pages, and the files that they belong to.
 *
 * A page is being read (nobody looks into it yet), or clean, or dirty. A page goes only while it is clean,
 * not being read or written, and not pinned.
 */
#pragma once

#include <config.h>
#include <page_index.h>
#include <pages.h>
#include <vnode.h>
#include <wait_lock.h>
#ifdef CONFIG_LIB_SHARE_CACHE
#include <share_cache.h>
#endif

#define PAGE_CACHE_SECOND 1000000000ull
#define PAGE_CACHE_AGE (CONFIG_PAGE_CACHE_SECONDS * PAGE_CACHE_SECOND)

struct page {
    struct page *newer, *older;               /* in the order of use */
    struct page *dirty_next, *dirty_previous; /* of the file, in the order of becoming so, or sorted */
    struct page_cache_file *file;
    uint64_t index;
    unsigned char *data;
    unsigned pins;
    bool reading, dirty, writing, lent;
    bool again; /* written to while it is being written back */
};

struct page_cache_file {
    struct page_cache_file *next, **place; /* all files */
    struct vnode *vnode;
    const struct vnode_ops *lower;
    struct page_index pages;
    struct page *dirty_first, *dirty_last;
    size_t count, dirty;
    size_t mapped;            /* pages that mappings hold */
    struct wait_lock writing; /* held by whoever writes back or changes the size */
    uint64_t size;            /* where what is dirty ends */
    int64_t written;          /* when it was last written to, while `touched` */
    bool touched;
    uint64_t dirty_since; /* clock_monotonic() */
    uint64_t collected;   /* when it was last asked what has been written through mappings */
    uint64_t next_read;   /* page that a reader in sequence will want */
    unsigned ahead;       /* pages to read ahead */
    size_t room;          /* pages that may become dirty before the file system is asked how much it has */
    unsigned errors;      /* of writing back, so far */
    int error;            /* the last */
    bool told;            /* to somebody */
};

extern struct page_cache_file *page_cache_files;

struct page *page_cache_find(struct page_cache_file *file, uint64_t index);
struct page *page_cache_next(struct page_cache_file *file, uint64_t *index, uint64_t end);

/* The page, touched; read, and up to `ahead` behind it with it, if it is not there. May wait. */
int page_cache_fetch(struct page_cache_file *file, uint64_t index, uint64_t ahead, struct page **page);

/* A page of which nothing is wanted that the file system has: zeroes, if it was not there. May wait. */
int page_cache_blank(struct page_cache_file *file, uint64_t index, struct page **page);

/* dirty.c */
void page_cache_set_dirty(struct page *page);
void page_cache_set_clean(struct page *page);
void page_cache_sort_dirty(struct page_cache_file *file); /* by index */

/* Takes a page away; it must be clean, or what it holds is not wanted. */
void page_cache_drop(struct page *page);

/* Waits for a page that is being read or written; the page may have gone meanwhile. */
void page_cache_wait(void);
void page_cache_wake(void);

/* The most pages that there should be. */
size_t page_cache_limit(void);

/* write_back.c. The caller holds `writing`. */
int page_cache_clean_file(struct page_cache_file *file, uint64_t first, uint64_t end);
/* The same, but an error is for the caller alone. */
int page_cache_clean_range(struct page_cache_file *file, uint64_t first, uint64_t end);
int page_cache_relieve(struct page_cache_file *file); /* when too much is dirty, or for too long */
int page_cache_clean_oldest(void);                    /* -EAGAIN: nothing is dirty */
int page_cache_clean_all(struct page_cache_file *file);
void page_cache_note_error(struct page_cache_file *file, int error);

/* For going through all files (NULL begins, and ends) while they may come and go: each is held meanwhile. */
struct page_cache_file *page_cache_following(struct page_cache_file *file);

/* page_cache.c: the end of a file that nobody holds. What its pages hold is not wanted. */
void page_cache_detach(struct page_cache_file *file);

/* age.c: there is something that will have to be written back. */
void page_cache_announce(void);

/* mapped.c: what the application has written to pages that it has mapped becomes dirty. */
void page_cache_collect(struct page_cache_file *file);

/* Pages from `offset` on go, or are read again where they are mapped. */
int page_cache_renew(struct vnode *vnode, uint64_t offset);

/* transfer.c: the operations. */
long page_cache_read(struct vnode *vnode, void *buffer, size_t size, uint64_t offset);
long page_cache_write(struct vnode *vnode, const void *data, size_t size, uint64_t offset);
void page_cache_give_room_back(struct page_cache_file *file); /* that was promised to it */
uint64_t page_cache_size(struct page_cache_file *file);

/* What was written to the file system by another way shows in the pages that there are. */
void page_cache_show(struct page_cache_file *file, const void *data, size_t size, uint64_t offset);

#ifdef CONFIG_LIB_SHARE_CACHE
/* shared.c: of files that others change, too. */
static inline bool page_cache_is_shared(const struct vnode *vnode)
{
    return vnode->flags & VNODE_SHARED;
}

/* What is kept is what the server has, as far as it is to be; an error of reading anew what is mapped. */
int page_cache_agree(struct page_cache_file *file);
uint64_t page_cache_shared_size(struct page_cache_file *file);
void page_cache_opened(struct page_cache_file *file);
/* Behind where the file is known to end the server need not be asked for more. */
static inline size_t page_cache_wanted(struct page_cache_file *file, size_t size, uint64_t offset)
{
    uint64_t end = page_cache_is_shared(file->vnode) ? page_cache_shared_size(file) : UINT64_MAX;

    if (end < offset)
        return 0;
    return end - offset < size ? (size_t)(end - offset) : size;
}

/* Somebody gives the file back. False: it has no name any more. */
bool page_cache_closing(struct page_cache_file *file);
/* Reads what is not there and too much to be copied; 0: nothing is to be read so. */
long page_cache_read_past(struct page_cache_file *file, void *buffer, size_t size, uint64_t offset);
/* Whether a write of that many bytes goes to the file at once, and the write. */
bool page_cache_goes_through(const struct vnode *vnode, size_t size);
long page_cache_write_through(struct page_cache_file *file, const void *data, size_t size, uint64_t offset);
#else
static inline bool page_cache_is_shared(const struct vnode *vnode)
{
    (void)vnode;
    return false;
}

static inline int page_cache_agree(struct page_cache_file *file)
{
    (void)file;
    return 0;
}

static inline void page_cache_opened(struct page_cache_file *file)
{
    (void)file;
}

static inline size_t page_cache_wanted(struct page_cache_file *file, size_t size, uint64_t offset)
{
    (void)file, (void)offset;
    return size;
}
#endif

/* It was pinned. */
static inline void page_cache_let_go(struct page *page)
{
    if (--page->pins == 0)
        page_cache_wake();
}

static inline uint64_t page_cache_pages_of(uint64_t bytes)
{
    return bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0);
}
