/*
 * For the tests of the clients of shares, after the test without pages, which has begin(), TAKES() and
 * close_file().
 */
#pragma once

/* How many requests files take whose content is kept; `opening` a file takes so many. */
static void count_requests_of_pages(const struct fs_type *fs, const char *options, int opening)
{
    struct vnode *root, *file, *again;
    char bytes[5000];

    begin();
    assert(fs->mount("share0", options, &root) == 0);
    assert(root->ops->lookup(root, "a", 1, &file) == 0);
    fake_now += UINT64_C(5000000000); /* its times are old then */
    share_cache_opening();
    assert(root->ops->lookup(root, "a", 1, &again) == 0 && again == file);
    vnode_put(again);
    assert(page_cache_attach(file) == 0);
    TAKES(opening + 2, file->ops->read(file, bytes, 5000, 0)); /* 10,000 bytes are two messages */
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
    assert(fs->unmount(root) == 0 && fake_blocks == 0);
}
