/*
 * An initrd, a tree to unpack it into, and what both need on the host. Whoever includes this says as
 * INITRD_INIT whose init function unpacks it.
 */
#pragma once

#include "../../../memory/heap/tests/fake_memory.h"

#include <boot_info.h>
#include <console.h>
#include <errno.h>
#include <fs.h>
#include <stdio.h>
#include <vfs.h>

int INITRD_INIT(void);
int vfs_init(void);

struct boot_info boot_info;

extern const struct fs_type ramfs_fs;
const struct fs_type *const fs_table[] = {&ramfs_fs};
const size_t fs_table_count = 1;

static char console_text[1000];

void console_write(const char *text, size_t length)
{
    snprintf(console_text + strlen(console_text), sizeof console_text - strlen(console_text), "%.*s",
             (int)length, text);
}

static inline int unpack(const void *archive, size_t size)
{
    console_text[0] = '\0';
    boot_info.initrd = archive;
    boot_info.initrd_size = size;
    return INITRD_INIT();
}
