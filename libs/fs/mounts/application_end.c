#include <application_end.h>
#include <vfs.h>

void application_end(void)
{
    (void)vfs_sync();
}
