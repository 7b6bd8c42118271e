/*
 * A program file with some of its bytes replaced: the input is a list of places (two bytes) and values (one
 * byte). It is loaded or refused, and never is anything touched that is not its own.
 */
#include "program_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct image image;
    struct file file = {
        {.ops = &file_ops, .type = VNODE_FILE, .references = 1}, (const uint8_t *)&image, sizeof(image), 0};
    struct program program;

    fill_image(&image);
    for (; size >= 3; data += 3, size -= 3) {
        size_t place = (size_t)data[0] | (size_t)data[1] << 8;
        ((uint8_t *)&image)[place % sizeof(image)] = data[2];
    }
    if (program_load(&file.vnode, NULL, &program) == 0) {
        assert(program.headers >= (uintptr_t)program.memory);
        assert((uintptr_t)program.start - (uintptr_t)program.memory < program.pages * PAGE_SIZE);
        program_unload(&program);
    }
    assert(pages_out == 0);
    return 0;
}
