// sources: ../../share-cache/share_cache.c ../../page-cache/page_cache.c ../../page-cache/store.c
// sources: ../../page-cache/transfer.c ../../page-cache/write_back.c ../../page-cache/mapped.c
// sources: ../../page-cache/dirty.c ../../page-cache/age.c ../../page-cache/shared.c
// sources: ../../../memory/page-index/page_index.c ../../vnode-table/vnode_table.c
// sources: ../../../drivers/share-channel/share_channel.c
// sources: ../../../drivers/share-channel/share_transfer.c
// sources: ../../../drivers/share-channel/share_listing.c
// cflags: -DCONFIG_LIB_SHARE_CACHE=1 -DCONFIG_PAGE_CACHE_PERCENT=50 -DCONFIG_PAGE_CACHE_SECONDS=5
/*
 * The same as test_plan9.c with content kept in memory: requests are no more than they were where no pages
 * are, a server that lies or falls silent is an error here too, and so is memory that is short.
 */
#define SHARE_PAGES
#define main without_pages
#include "test_plan9.c"
#undef main

/* How many requests files take whose content is kept. */
static void count_requests_of_pages(void)
{
    struct vnode *root, *file, *again;
    char bytes[5000];

    begin();
    assert(plan9_fs.mount("share0", "cache=1000", &root) == 0);
    assert(root->ops->lookup(root, "a", 1, &file) == 0);
    fake_now += UINT64_C(5000000000); /* its times are old then */
    share_cache_opening();
    assert(root->ops->lookup(root, "a", 1, &again) == 0 && again == file);
    vnode_put(again);
    assert(page_cache_attach(file) == 0);
    TAKES(2 + 2, file->ops->read(file, bytes, 5000, 0)); /* 10,000 bytes are two messages */
    TAKES(0, file->ops->read(file, bytes, 5000, 5000));
    TAKES(0, file->ops->read(file, bytes, 5000, 0));
    assert(bytes[4999] == (char)(4999 * 7 & 0xff));
    close_file(file);
    fake_settle();

    /* Again: its attributes say that it is the same, and nothing is opened. */
    fake_now += UINT64_C(5000000000);
    share_cache_opening();
    assert(root->ops->lookup(root, "a", 1, &again) == 0 && again == file);
    assert(page_cache_attach(file) == 0);
    TAKES(0, file->ops->read(file, bytes, 5000, 0));
    close_file(file);
    page_cache_forget_mount(NULL);
    assert(plan9_fs.unmount(root) == 0 && fake_blocks == 0);
}

int main(void)
{
    static struct plan9_node first = {.entry = {.vnode = {.ops = PLAN9_OPERATIONS}}};

    open_first_file(&first.entry.vnode);
    count_requests_of_pages();
    return without_pages();
}
