// sources: ../../share-cache/share_cache.c ../../page-cache/page_cache.c ../../page-cache/store.c
// sources: ../../page-cache/transfer.c ../../page-cache/write_back.c ../../page-cache/mapped.c
// sources: ../../page-cache/dirty.c ../../page-cache/age.c ../../page-cache/shared.c
// sources: ../../../memory/page-index/page_index.c ../../vnode-table/vnode_table.c
// sources: ../../../drivers/share-channel/share_channel.c
// sources: ../../../drivers/share-channel/share_transfer.c
// sources: ../../../drivers/share-channel/share_listing.c
// cflags: -DCONFIG_LIB_SHARE_CACHE=1 -DCONFIG_FUSE_CACHE=1 -DCONFIG_FUSE_NODES=256
// cflags: -DCONFIG_PAGE_CACHE_PERCENT=50 -DCONFIG_PAGE_CACHE_SECONDS=5
/*
 * The same as test_fuse.c with content kept in memory: requests are no more than they were where no pages
 * are, a server that lies or falls silent is an error here too, and so is memory that is short.
 */
#define SHARE_PAGES
#define main without_pages
#include "test_fuse.c"
#undef main

#include "../../share-cache/tests/requests_of_pages.h"

int main(void)
{
    static struct fuse_node first = {.entry = {.vnode = {.ops = FUSE_OPERATIONS}}};

    open_first_file(&first.entry.vnode);
    count_requests_of_pages(&fuse_fs, "", 1);
    return without_pages();
}
