#include "process.h"

#include <config.h>
#include <errno.h>
#include <heap.h>
#include <page_protection.h>
#include <pages.h>
#include <vfs.h>
#ifdef CONFIG_LIB_USERS
#include <users.h>
#endif

#define EXECUTABLE 0111u

long sys_execve(long path, long argv, long envp);

/* What the first thread of a program starts with. */
struct launch {
    void (*start)(uintptr_t *stack);
    uintptr_t *stack;
#ifdef CONFIG_LIB_USERS
    struct vnode_attributes file;
#endif
};

static bool is_executable(struct vnode *file)
{
#ifdef CONFIG_LIB_USERS
    return vfs_may(file, VFS_RUN, 0) == 0;
#else
    struct vnode_attributes attributes;

    file->ops->get(file, &attributes);
    return attributes.mode & EXECUTABLE;
#endif
}

static int open_program(const char *path, struct vnode **file)
{
    int error = vfs_lookup(NULL, path, VFS_FOLLOW, file);

    if (error)
        return error;
    if ((*file)->type == VNODE_FILE && is_executable(*file))
        return 0;
    vnode_put(*file);
    return -EACCES;
}

void process_image_free(struct process_image *image)
{
    process_memory_release(image);
    if (image->stack) {
        (void)page_protect((uintptr_t)image->stack, 1, PAGE_READ | PAGE_WRITE); /* as it came; cannot fail */
        pages_free(image->stack, image->stack_pages);
    }
    program_unload(&image->program);
    heap_free(image);
}

static int make_stack(struct process_image *image)
{
    int error;

    image->stack_pages = 1 + (size_t)CONFIG_PROCESSES_STACK_KIB * 1024 / PAGE_SIZE;
    image->stack = pages_alloc(image->stack_pages);
    if (!image->stack)
        return -ENOMEM;
    error = page_protect((uintptr_t)image->stack, 1, PAGE_NONE);
    if (error) {
        pages_free(image->stack, image->stack_pages);
        image->stack = NULL;
    }
    return error;
}

/* Loads a program, with a stack on which its arguments lie. `end` is where the free part of that ends. */
static struct process_image *make_image(const char *path, char *const *argv, char *const *envp,
                                        struct launch *launch, char **end, int *error)
{
    struct process_image *image = heap_alloc(sizeof(*image));
    struct vnode *file;

    *error = image ? open_program(path, &file) : -ENOMEM;
    if (*error) {
        heap_free(image);
        return NULL;
    }
    *image = (struct process_image){0};
#ifdef CONFIG_LIB_USERS
    file->ops->get(file, &launch->file);
#endif
    *error = program_load(file, process_memory_call, &image->program);
    vnode_put(file);
    if (*error) {
        heap_free(image);
        return NULL;
    }
    *error = make_stack(image);
    if (!*error) {
        *end = image->stack + image->stack_pages * PAGE_SIZE;
        launch->start = image->program.start;
        launch->stack = process_arguments(*end, (image->stack_pages - 1) * PAGE_SIZE / 2, argv, envp, path,
                                          &image->program);
        *end = (char *)launch->stack;
        if (launch->stack)
            return image;
        *error = -E2BIG;
    }
    process_image_free(image);
    return NULL;
}

static int run(void *argument)
{
    const struct launch *launch = argument;

    launch->start(launch->stack);
    return 0;
}

long sys_execve(long path, long argv, long envp)
{
    struct process *self = processes_current();
    struct process_image *old = self->image, *image;
    struct launch launch, *kept;
    char *end;
    int error;

    image = make_image((const char *)path, (char *const *)argv, (char *const *)envp, &launch, &end, &error);
    if (!image)
        return error;
    kept = (struct launch *)end - 1;
    *kept = launch;
    if (!self->resumes)
        process_end_others(self);
    process_state_exec();
#ifdef CONFIG_LIB_USERS
    users_begin_program(launch.file.user, launch.file.group, launch.file.mode);
#endif
    self->executed = true;
    self->image = image;
    if (self->resumes) {
        threads_start_process(kept, self->pid, self, run, kept);
        process_resume_parent(self);
    }
    threads_replace(kept, self->pid, self, run, kept, old);
}
