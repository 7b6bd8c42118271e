#include <config.h>
#include <image_layout.h>
#include <panic.h>
#ifdef CONFIG_LIB_IMAGE_MOVE
#include <image_move.h>
#endif

#define MAX_DEPTH 32
#define MAX_FRAME_BYTES ((uintptr_t)1 << 20)

/* A frame: what the frame pointer points to, on x86_64 and aarch64 alike. */
struct frame {
    uintptr_t caller_frame;
    uintptr_t return_address;
};

static int is_code(uintptr_t address)
{
    return address >= (uintptr_t)text_start && address < (uintptr_t)text_end;
}

/* Code compiled without frame pointers leaves anything in the register. A chain that is believed leads
 * upwards in steps of a believable size; a wild first step may still fault, which panic_begin() turns into
 * the end of the report. */
void panic_backtrace(uintptr_t pc, uintptr_t frame)
{
#ifdef CONFIG_LIB_IMAGE_MOVE
    panic_print("  image moved by 0x%016lx\n", (unsigned long)image_moved_by);
#endif
    panic_print("  at 0x%016lx\n", (unsigned long)pc);
    for (int depth = 1; depth < MAX_DEPTH && frame != 0 && frame % sizeof(uintptr_t) == 0; depth++) {
        const struct frame *f = (const struct frame *)frame;

        if (!is_code(f->return_address))
            return;
        panic_print("  at 0x%016lx\n", (unsigned long)f->return_address);
        if (f->caller_frame <= frame || f->caller_frame - frame > MAX_FRAME_BYTES)
            return;
        frame = f->caller_frame;
    }
}
