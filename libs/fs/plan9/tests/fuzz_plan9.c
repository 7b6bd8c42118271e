// sources: ../../vnode-table/vnode_table.c ../../../drivers/share-channel/share_channel.c
// sources: ../../../drivers/share-channel/share_transfer.c ../../../drivers/share-channel/share_listing.c
// runs: 15000
// max-len: 2048
/* The input is what the server answers: for each request a byte that says how, and the bytes of the answer.
 */
#include "../../../drivers/share-channel/tests/fake_share.h"
#include "../plan9.h"

#include <fs.h>
#include <plan9_channel.h>

extern const struct fs_type plan9_fs;
static const struct share_driver driver = {"fake", &fake_channels};
const struct share_driver *const plan9_channels[] = {&driver};
const size_t plan9_channels_count = 1;

static const uint8_t *input;
static size_t left;

static unsigned next(void)
{
    return left > 0 ? (left--, *input++) : 0;
}

static size_t server(const unsigned char *request, size_t length, unsigned char *answer, size_t room)
{
    static const unsigned char version[] = {0, 0x20, 0, 0, 8, 0, '9', 'P', '2', '0', '0', '0', '.', 'L'};
    unsigned how = next(), size = next() | (how & 7) << 8;

    assert(length >= 7);
    if (size > room)
        size = (unsigned)room;
    if (request[4] == PLAN9_TVERSION && how < 240) {
        size = 7 + sizeof version;
        memcpy(answer + 7, version, sizeof version);
    } else {
        for (unsigned i = 0; i < size; i++)
            answer[i] = (unsigned char)next();
    }
    /* Most answers look like one, so that what they say is believed. */
    if (how < 250 && size >= 7) {
        answer[0] = (unsigned char)size;
        answer[1] = (unsigned char)(size >> 8);
        answer[2] = answer[3] = 0;
        answer[4] = how > 220 ? PLAN9_RLERROR : request[4] + 1;
        memcpy(answer + 5, request + 5, 2);
    }
    /* And most counts of bytes are right. */
    if (how < 150 && size >= 11 && (request[4] == PLAN9_TREAD || request[4] == PLAN9_TREADDIR)) {
        answer[7] = (unsigned char)(size - 11);
        answer[8] = (unsigned char)((size - 11) >> 8);
        answer[9] = answer[10] = 0;
    }
    return size;
}

static bool taken(void *context, const char *name, size_t length, uint64_t inode, uint32_t type,
                  uint64_t offset)
{
    char copy[VNODE_NAME_MAX];

    (void)inode, (void)type, (void)offset;
    memcpy(copy, name, length);
    return ++*(unsigned *)context < 50;
}

static void use(struct vnode *root)
{
    static unsigned char data[9000];
    struct vnode *file = NULL, *made = NULL;
    struct vnode_attributes attributes;
    struct vnode_statfs fs;
    unsigned seen = 0;

    if (root->ops->lookup(root, "a", 1, &file) == 0) {
        long size = sizeof data;

        if (file->type == VNODE_FILE || file->type == VNODE_SYMLINK) {
            size = file->ops->read(file, data, sizeof data, 3);
            assert(size <= (long)sizeof data);
        }
        if (file->type == VNODE_FILE)
            assert(file->ops->write(file, data, 100, 0) <= 100);
        fake_now += UINT64_C(1000000000);
        file->ops->get(file, &attributes);
        assert((attributes.mode & VNODE_TYPE_MASK) == file->type);
        if (file->type == VNODE_DIRECTORY)
            file->ops->entries(file, 0, taken, &seen);
        root->ops->unlink(root, "a", 1, file);
    }
    root->ops->entries(root, 0, taken, &seen);
    if (root->ops->create(root, "m", 1, &(struct vnode_new){.mode = VNODE_FILE}, &made) == 0)
        root->ops->rename(root, "m", 1, made, root, "n", 1, NULL, 0);
    vnode_put(made);
    made = NULL;
    root->ops->create(root, "d", 1, &(struct vnode_new){.mode = VNODE_DIRECTORY}, &made);
    root->ops->statfs(root, &fs);
    root->ops->sync(root, false);
    vnode_put(made);
    vnode_put(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct vnode *root;

    input = bytes;
    left = size;
    fake_begin();
    if (plan9_fs.mount(NULL, NULL, &root) == 0) {
        use(root);
        plan9_fs.unmount(root);
    }
    assert(fake_blocks == 0 && !fake_channel.mounted);
    return 0;
}
