#include "layout.h"

#include <signal_context_x86_64.h>
#include <stdbool.h>

#define CPUID_1_ECX_OSXSAVE (1u << 27)
#define XSAVE_HEADER 512 /* Intel SDM volume 1, 13.4.2 */
#define XSAVE_HEADER_SIZE 64
#define UC_FP_XSTATE 1

/* struct _fpx_sw_bytes */
struct software {
    uint32_t magic;
    uint32_t extended_size;
    uint64_t features;
    uint32_t size;
    uint32_t unused[7];
};
_Static_assert(sizeof(struct software) == AREA_FXSAVE_SIZE - AREA_SOFTWARE, "what FXSAVE leaves");

struct signal_context {
    uint64_t flags;
    uint64_t link;
    struct linux_stack stack;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
    uint16_t cs, gs, fs, ss;
    uint64_t error, vector, oldmask, cr2;
    void *vectors;
    uint64_t reserved[8];
    linux_sigset mask[16];
    uint8_t area[AREA_FXSAVE_SIZE];
};
_Static_assert(offsetof(struct signal_context, r8) == CONTEXT_R8, "layout.h");
_Static_assert(offsetof(struct signal_context, rip) == CONTEXT_RIP, "layout.h");
_Static_assert(offsetof(struct signal_context, vectors) == CONTEXT_VECTORS, "layout.h");
_Static_assert(offsetof(struct signal_context, area) == CONTEXT_AREA, "layout.h");

static void cpuid(uint32_t leaf, uint32_t out[4])
{
    __asm__("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3]) : "a"(leaf), "c"(0));
}

/* Bytes of the vector registers as XSAVE stores them; 0: it is not enabled. Asked once: a hypervisor is slow
 * to answer. */
static size_t xsave_size(void)
{
    static bool asked;
    static size_t size;
    uint32_t r[4];

    if (!asked) {
        cpuid(1, r);
        if (r[2] & CPUID_1_ECX_OSXSAVE) {
            cpuid(0xd, r); /* EBX: for what is enabled (Intel SDM volume 1, 13.2) */
            size = r[1];
        }
        asked = true;
    }
    return size;
}

static size_t with_area(size_t size)
{
    return CONTEXT_AREA + size + CONTEXT_ALIGNMENT;
}

size_t signal_context_size(void)
{
    return with_area(AREA_FXSAVE_SIZE);
}

size_t signal_context_whole(void)
{
    size_t size = xsave_size();

    return with_area(size ? size : AREA_FXSAVE_SIZE);
}

struct signal_context *signal_context_placed(void *memory)
{
    uintptr_t area = (uintptr_t)memory + CONTEXT_AREA + CONTEXT_ALIGNMENT - 1;

    return (struct signal_context *)((area & -(uintptr_t)CONTEXT_ALIGNMENT) - CONTEXT_AREA);
}

struct signal_context *signal_context_place(void *memory)
{
    struct signal_context *context = signal_context_placed(memory);

    __builtin_memset(context, 0, CONTEXT_AREA);
    context->vectors = context->area;
    return context;
}

static struct software *software(void *area)
{
    return (struct software *)((char *)area + AREA_SOFTWARE);
}

static void save_vectors(struct signal_context *context)
{
    size_t size = xsave_size();

    if (!size) {
        __asm__ volatile("fxsave64 (%0)" : : "r"(context->area) : "memory");
        *software(context->area) = (struct software){0};
        return;
    }
    /* XSAVE writes a part of the header, XRSTOR wants zeroes in the rest. */
    __builtin_memset(context->area + XSAVE_HEADER, 0, XSAVE_HEADER_SIZE);
    uint32_t low, high;
    __asm__ volatile("xsave64 (%0)" : : "r"(context->area), "a"(-1), "d"(-1) : "memory");
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    *software(context->area) = (struct software){
        .magic = AREA_MAGIC,
        .extended_size = (uint32_t)size,
        .features = (uint64_t)high << 32 | low,
        .size = (uint32_t)size,
    };
    context->flags = UC_FP_XSTATE;
}

void signal_context_interrupted(struct signal_context *c, const struct trap_frame *f, uint64_t address)
{
    c->r8 = f->r8, c->r9 = f->r9, c->r10 = f->r10, c->r11 = f->r11;
    c->r12 = f->r12, c->r13 = f->r13, c->r14 = f->r14, c->r15 = f->r15;
    c->rdi = f->rdi, c->rsi = f->rsi, c->rbp = f->rbp, c->rbx = f->rbx;
    c->rdx = f->rdx, c->rax = f->rax, c->rcx = f->rcx, c->rsp = f->rsp;
    c->rip = f->rip, c->rflags = f->rflags;
    c->cs = (uint16_t)f->cs, c->ss = (uint16_t)f->ss;
    c->error = f->error, c->vector = f->vector, c->cr2 = address;
    save_vectors(c);
}

static size_t host_area(const struct signal_context *host)
{
    const struct software *s = software(host->vectors);

    return s->magic == AREA_MAGIC ? s->size : AREA_FXSAVE_SIZE;
}

size_t signal_context_host_size(const void *host)
{
    return with_area(host_area(host));
}

/* The host's mask is not the application's. */
void signal_context_host(struct signal_context *context, const void *host)
{
    const struct signal_context *from = host;
    size_t size = host_area(from);

    __builtin_memcpy(context, from, offsetof(struct signal_context, vectors));
    context->link = 0;
    context->oldmask = 0;
    for (size_t i = 0; i < size; i++)
        context->area[i] = ((const uint8_t *)from->vectors)[i];
}

/* The entry finds the stack as a call leaves it, and a chain of frames that goes on where it was interrupted.
 */
void signal_context_host_enter(void *host, void (*entry)(void *argument), void *argument, uintptr_t stack)
{
    struct signal_context *context = host;

    context->rip = (uintptr_t)entry;
    context->rdi = (uintptr_t)argument;
    context->rsp = (stack & ~(uintptr_t)15) - sizeof(uintptr_t);
    context->rflags &= ~(uint64_t)CONTEXT_USER_FLAGS;
}

struct linux_stack *signal_context_stack(struct signal_context *context)
{
    return &context->stack;
}

linux_sigset *signal_context_mask(struct signal_context *context)
{
    return context->mask;
}
