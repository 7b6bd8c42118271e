/*
 * fifo_open() opens a vnode of the type VNODE_FIFO, as fifo(7) says: it waits for the other side unless
 * O_NONBLOCK is among `flags` (linux_file.h) or it opens for both. 0, -ENXIO: nobody reads, -ENOMEM, -EINTR.
 */
#pragma once

#include <fd_table.h>
#include <vnode.h>

int fifo_open(struct vnode *vnode, unsigned flags, struct open_file **opened);
