#include <errno.h>
#include <fifo.h>
#include <heap.h>
#include <linux_file.h>
#include <pipe_end.h>
#include <readiness.h>

/* A FIFO that somebody has open, or is about to. */
struct fifo {
    struct fifo *next, **place;
    struct vnode *vnode; /* a reference is held */
    struct pipe *pipe;
    struct readiness opened;
    unsigned reads, writes; /* how often it was opened so: an open waits for a change */
};

static struct fifo *fifos;

static void gone(void *owner)
{
    struct fifo *fifo = owner;

    *fifo->place = fifo->next;
    if (fifo->next != NULL)
        fifo->next->place = fifo->place;
    vnode_put(fifo->vnode);
    heap_free(fifo);
}

static struct fifo *find_or_make(struct vnode *vnode)
{
    struct fifo *fifo = fifos;

    while (fifo != NULL && fifo->vnode != vnode)
        fifo = fifo->next;
    if (fifo != NULL)
        return fifo;
    fifo = heap_alloc(sizeof(*fifo));
    if (fifo == NULL)
        return NULL;
    *fifo = (struct fifo){.next = fifos, .place = &fifos, .vnode = vnode_get(vnode)};
    if (fifos != NULL)
        fifos->place = &fifo->next;
    fifos = fifo;
    fifo->pipe = pipe_new(gone, fifo);
    if (fifo->pipe == NULL)
        gone(fifo);
    return fifo->pipe != NULL ? fifo : NULL;
}

/* Waits until the other side is there, or has been: it may have gone again. */
static int meet(struct fifo *fifo, unsigned access)
{
    const unsigned *others = access == LINUX_O_RDONLY ? &fifo->writes : &fifo->reads;
    unsigned before = *others;

    if ((access == LINUX_O_RDONLY ? pipe_writers(fifo->pipe) : pipe_readers(fifo->pipe)) != 0)
        return 0;
    while (*others == before) {
        int error = readiness_wait(&fifo->opened, READINESS_IN, WAIT_FOR_EVER, false);

        if (error != 0)
            return error;
    }
    return 0;
}

int fifo_open(struct vnode *vnode, unsigned flags, struct open_file **opened)
{
    unsigned access = flags & LINUX_O_ACCMODE;
    struct fifo *fifo = find_or_make(vnode);
    struct open_file *end;
    int error = 0;

    if (fifo == NULL)
        return -ENOMEM;
    if (access == LINUX_O_WRONLY && (flags & LINUX_O_NONBLOCK) && pipe_readers(fifo->pipe) == 0)
        error = -ENXIO;
    end = error == 0 ? pipe_open_end(fifo->pipe, flags) : NULL;
    if (end == NULL) {
        if (pipe_readers(fifo->pipe) + pipe_writers(fifo->pipe) == 0)
            pipe_drop(fifo->pipe);
        return error != 0 ? error : -ENOMEM;
    }
    fifo->reads += access != LINUX_O_WRONLY;
    fifo->writes += access != LINUX_O_RDONLY;
    readiness_notify(&fifo->opened, READINESS_IN);
    if (access != LINUX_O_RDWR && !(flags & LINUX_O_NONBLOCK))
        error = meet(fifo, access);
    if (error != 0)
        fd_put(end);
    else
        *opened = end;
    return error;
}
