#include "process.h"

#include <kernel_guard.h>

long sys_vfork(long frame);

long sys_vfork(long frame)
{
    int error;
    struct process *child = process_new(&error);

    if (!child)
        return error;
    child->frame = *(const struct vfork_frame *)frame;
    child->resumes = &child->frame;
    child->blocked = threads_current()->signals.blocked;
    process_become(child);
    return 0;
}

_Noreturn void process_resume_parent(struct process *child)
{
    /* Nobody else can wait for the child and free it before the guard is open; then the copy is all there is.
     */
    struct vfork_frame frame = child->frame;
    struct process *parent = child->parent;
    int pid = child->pid;

    child->resumes = NULL;
    threads_current()->signals.blocked = child->blocked;
    process_become(parent);
    if (child->unwanted)
        process_free(child);
    kernel_guard_open();
    frame.resume(&frame, pid);
}
