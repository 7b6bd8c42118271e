#include "plan9.h"

#include <errno.h>

#define V9FS_MAGIC 0x01021997u /* include/uapi/linux/magic.h */

int plan9_statfs(struct vnode *vnode, struct vnode_statfs *values)
{
    struct plan9_node *node = plan9_node_of(vnode);
    struct plan9_call *call = plan9_begin(node->mount, PLAN9_TSTATFS);

    if (!call)
        return -ENOMEM;
    plan9_put32(call, node->fid);
    if (plan9_call(call) == 0) {
        plan9_get32(call); /* the host's kind of file system */
        values->type = V9FS_MAGIC;
        values->block_size = plan9_get32(call);
        values->blocks = plan9_get64(call);
        values->free_blocks = plan9_get64(call);
        values->available_blocks = plan9_get64(call);
        values->files = plan9_get64(call);
        values->free_files = plan9_get64(call);
        values->id = plan9_get64(call);
        plan9_get32(call); /* the longest name */
        if (values->block_size == 0)
            call->bad = true;
    }
    return plan9_end(call);
}
