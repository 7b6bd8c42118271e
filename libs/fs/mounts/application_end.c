#include <application_end.h>
#include <fs.h>
#include <mount_table.h>
#include <vfs.h>

void application_end(void)
{
    (void)vfs_sync();
    for (const struct vfs_mount *mount = mount_table_first(); mount != NULL; mount = mount->next)
        if (mount->type->end != NULL)
            mount->type->end(mount->root);
}
