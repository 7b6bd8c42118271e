/*
 * abuse_erofs IMAGE, for tests/libs/test_erofs.py: the image is used while each read of the disk and each
 * allocation fails in turn.
 */
#include "image.h"

static unsigned char *image;
static size_t size;

int main(int argc, char **argv)
{
    FILE *file = fopen(argv[1], "rb");
    struct vnode *root, *second;

    assert(argc == 2 && file != NULL);
    fseek(file, 0, SEEK_END);
    size = (size_t)ftell(file);
    rewind(file);
    image = malloc(size);
    assert(fread(image, 1, size, file) == size);
    fclose(file);
    for (long at = 0; at < 400; at++) {
        disk_fails_at = at;
        use_image(image, size, true);
        disk_fails_at = -1;
        fake_fail(at);
        use_image(image, size, true);
        fake_fail(-1);
    }
    assert(mount_image(image, size, true, &root) == 0);
    assert(erofs_fs.mount("vda", NULL, &second) == -EBUSY);
    assert(erofs_fs.mount("vdb", NULL, &second) == -ENODEV);
    erofs_fs.unmount(root);
    free(image);
    printf("done\n");
    return 0;
}
