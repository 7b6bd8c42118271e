/*
 * Files that are mapped: their pages are newer than what their file system has, until they go back
 * (file_pages.h). In images without shared mappings of files this is nothing.
 */
#pragma once

#include <config.h>
#include <vnode.h>

#ifdef CONFIG_LIB_FILE_PAGES
#include <file_pages.h>
#endif

/* `size` bytes have been read from the file to `buffer`, or written to it from `data`. */
static inline void files_mapped_read(struct vnode *vnode, void *buffer, long size, uint64_t offset)
{
#ifdef CONFIG_LIB_FILE_PAGES
    if (size > 0)
        file_pages_show((struct file_content *)vnode, buffer, (size_t)size, offset);
#else
    (void)vnode, (void)buffer, (void)size, (void)offset;
#endif
}

static inline void files_mapped_write(struct vnode *vnode, const void *data, long size, uint64_t offset)
{
#ifdef CONFIG_LIB_FILE_PAGES
    if (size > 0)
        file_pages_change((struct file_content *)vnode, data, (size_t)size, offset);
#else
    (void)vnode, (void)data, (void)size, (void)offset;
#endif
}

/* The file's size may be less than before. */
static inline void files_mapped_cut(struct vnode *vnode)
{
#ifdef CONFIG_LIB_FILE_PAGES
    file_pages_cut((struct file_content *)vnode);
#else
    (void)vnode;
#endif
}
