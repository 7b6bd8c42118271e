/* What the parts of this library ask of each other. */
#pragma once

#include <linux_signal.h>
#include <processes.h>
#include <program_loader.h>
#include <stdint.h>
#include <vfork_frame.h>
#include <wait_queue.h>

#define FIRST_PID 1

/* A program in memory, with the stack that its first thread began on and the memory that it mapped. */
struct process_image {
    struct program program;
    char *stack; /* whole pages, the lowest of which nobody may touch */
    size_t stack_pages;
    struct mapping *mappings;
};

struct process {
    struct process *next; /* of all that have not been waited for */
    struct process *parent;
    int pid, group, session;
    bool ended;
    bool ending; /* its threads are told to end */
    bool clears; /* its threads end, but for this one: */
    struct kthread *stays;
    bool unwanted;                     /* its parent does not want to wait for it */
    bool executed;                     /* has begun a program of its own: setpgid(2) */
    int status;                        /* as wait4() gives it, once it has ended */
    struct wait_queue news;            /* a child has ended, or a thread */
    struct process_image *image;       /* NULL: the application's own */
    const struct vfork_frame *resumes; /* where its parent goes on; NULL once it is on its own */
    struct vfork_frame frame;
    linux_sigset blocked; /* of that parent's thread */
    char *saved;          /* the states of process.state, one behind the other */
};

extern struct process *processes_first;

/* process.c: a new child of the running process, with a copy of its state; NULL and an errno. */
struct process *process_new(int *error);
void process_free(struct process *process); /* one that has ended, or never began */
void process_nobody(void);                  /* the running thread belongs to no process any more */
/* The running thread belongs to `process` from now on. */
void process_become(struct process *process);
unsigned process_threads(const struct process *process);
void process_state_exec(void);
void process_state_end(void);

/* vfork.c: the running thread, which is a vfork() child, is its parent's again, which gets the child's pid.
 */
_Noreturn void process_resume_parent(struct process *child);

/* arguments.c: lays out what a program finds on its stack, below `end`; NULL if it does not fit in `size`. */
uintptr_t *process_arguments(char *end, size_t size, char *const *argv, char *const *envp, const char *path,
                             const struct program *program);

/* memory.c: what a program maps is given back at its end. */
void process_memory_release(struct process_image *image);
void process_memory_unmap(struct process_image *image, void *start, size_t length);
program_function *process_memory_call(const char *name);

/* execve.c: gives back a program's memory; no thread runs in it. */
void process_image_free(struct process_image *image);

/* end.c: ends all threads of the running process but the calling one, and waits until they are gone. */
void process_end_others(struct process *process);
/* What SIGCHLD and waitid() say of one that has ended. */
void process_tell(const struct process *process, struct linux_siginfo *info);
