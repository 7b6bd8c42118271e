/*
 * Opening device nodes.
 *
 * devfs_open() makes an open file for a vnode of the type VNODE_DEVICE, or counts a reference to one that
 * is there already, as for /dev/stdout. 0, -ENXIO: there is no such device, -ENOMEM.
 */
#pragma once

#include <fd_table.h>
#include <vnode.h>

int devfs_open(struct vnode *vnode, unsigned flags, struct open_file **opened);
