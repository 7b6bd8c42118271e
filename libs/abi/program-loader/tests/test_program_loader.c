#include "program_image.h"

static struct image image;

static int load_bytes(size_t size, program_function *(*replaced)(const char *), struct program *program)
{
    struct file file = {
        {.ops = &file_ops, .type = VNODE_FILE, .references = 1}, (const uint8_t *)&image, size, 0};

    return program_load(&file.vnode, replaced, program);
}

static int load(struct program *program)
{
    return load_bytes(sizeof(image), NULL, program);
}

/* Every change makes the file one that is refused, and leaves no memory behind. */
#define REFUSED(change)                                                                                      \
    do {                                                                                                     \
        struct program refused;                                                                              \
        fill_image(&image);                                                                                  \
        change;                                                                                              \
        assert(load(&refused) == -ENOEXEC);                                                                  \
        assert(pages_out == 0);                                                                              \
    } while (0)

static program_function *replace_two(const char *name)
{
    return strcmp(name, "sys_two") == 0 ? first_call : NULL;
}

static void test_a_program_is_loaded(void)
{
    struct program program;
    struct image *there;

    fill_image(&image);
    assert(load(&program) == 0);
    there = (struct image *)program.memory;
    assert((char *)program.start == (char *)there->text);
    assert(program.headers == (uintptr_t)there->segments && program.header_count == 4);
    assert(there->calls[0] == (uint64_t)(uintptr_t)first_call);
    assert(there->calls[1] == (uint64_t)(uintptr_t)second_call);
    assert(page_states[0] == PAGE_READ && page_states[1] == (PAGE_READ | PAGE_EXEC));
    assert(page_states[2] == (PAGE_READ | PAGE_WRITE));
    program_unload(&program);
    assert(page_states[0] == (PAGE_READ | PAGE_WRITE) && page_states[1] == (PAGE_READ | PAGE_WRITE));
    assert(pages_out == 0);
}

static void test_calls_can_be_replaced(void)
{
    struct program program;

    fill_image(&image);
    assert(load_bytes(sizeof(image), replace_two, &program) == 0);
    assert(((struct image *)program.memory)->calls[1] == (uint64_t)(uintptr_t)first_call);
    program_unload(&program);
}

static void test_other_files_are_refused(void)
{
    REFUSED(image.header.ident[0] = 0);
    REFUSED(image.header.ident[4] = 1);
    REFUSED(image.header.ident[5] = 2);
    REFUSED(image.header.type = 2);
    REFUSED(image.header.machine = 3);
    REFUSED(image.header.segment_size = 55);
    REFUSED(image.header.segment_count = 0);
    REFUSED(image.header.segment_count = PROGRAM_SEGMENTS_MAX + 1);
    REFUSED(image.header.segments_at = sizeof(image) - 8);
    REFUSED(image.header.segments_at = UINT64_MAX - 8);
    REFUSED(image.header.entry = sizeof(image));
    REFUSED(image.header.entry = UINT64_MAX - 4);
}

static void test_bad_segments_are_refused(void)
{
    REFUSED(image.segments[1].flags = PF_W | PF_X);
    REFUSED(image.segments[1].address = 0);
    REFUSED(image.segments[2].address = UINT64_MAX - 4095);
    REFUSED(image.segments[2].size_in_memory = UINT64_MAX);
    REFUSED(image.segments[2].size_in_memory = 8);
    REFUSED(image.segments[2].offset = UINT64_MAX);
    REFUSED(image.segments[2].offset = sizeof(image));
    REFUSED(image.segments[2].size_in_file = image.segments[2].size_in_memory = 1 << 20);
    REFUSED(image.segments[3].address = sizeof(image) + 4096);
    REFUSED(image.segments[3].size_in_memory = 1 << 30);
    REFUSED(image.segments[3].type = 0);
    REFUSED(image.segments[0].type = 0);
}

static void test_bad_relocations_are_refused(void)
{
    REFUSED(image.dynamic[1] = sizeof(image) - 8);
    REFUSED(image.dynamic[1] = UINT64_MAX);
    REFUSED(image.dynamic[3] = 5 * 24 - 1);
    REFUSED(image.dynamic[3] = UINT64_MAX - 23);
    REFUSED(image.dynamic[5] = 16);
    REFUSED(image.dynamic[4] = 17);
    REFUSED(image.dynamic[4] = 22);
    REFUSED(image.dynamic[4] = 23);
    REFUSED(image.relocations[2].info = 6);
    REFUSED(image.relocations[2].offset = AT(dynamic) + 4096);
    REFUSED(image.relocations[2].offset = UINT64_MAX - 3);
}

static void test_bad_interfaces_are_refused(void)
{
    REFUSED(image.interface.magic++);
    REFUSED(image.interface.count = UINT64_MAX / 8);
    REFUSED(image.interface.count = 600);
    REFUSED(image.relocations[0].addend = 1 << 20);
    REFUSED(image.relocations[1].addend = sizeof(image) + 4096);
    REFUSED(image.relocations[2].addend = -8u);
    REFUSED(image.relocations[3].addend = 1 << 20);
    REFUSED(memcpy(image.name_two, "sys_six", 8));
}

static void test_what_fails_underneath_is_told(void)
{
    struct file file = {{.ops = &file_ops, .type = VNODE_FILE, .references = 1},
                        (const uint8_t *)&image,
                        sizeof(image),
                        -EIO};
    struct program program;

    fill_image(&image);
    assert(program_load(&file.vnode, NULL, &program) == -EIO);
    no_memory = true;
    assert(load(&program) == -ENOMEM);
    no_memory = false;
    for (int call = 1; call <= 3; call++) {
        protections = 0;
        protection_fails = call;
        assert(load(&program) == -ENOMEM && pages_out == 0);
    }
    protection_fails = 0;
    for (size_t size = 0; size < sizeof(image); size += 64)
        assert(load_bytes(size, NULL, &program) == -ENOEXEC && pages_out == 0);
}

int main(void)
{
    test_a_program_is_loaded();
    test_calls_can_be_replaced();
    test_other_files_are_refused();
    test_bad_segments_are_refused();
    test_bad_relocations_are_refused();
    test_bad_interfaces_are_refused();
    test_what_fails_underneath_is_told();
    return 0;
}
