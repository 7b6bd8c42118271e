/*
 * Offsets in a context, for C and assembly: Linux's arch/x86/include/uapi/asm/{ucontext,sigcontext}.h. The C
 * library's ucontext_t has room for a larger mask and, behind it, for what FXSAVE stores; ours has the vector
 * registers there. XSAVE wants them at a multiple of 64.
 */
#pragma once

#define CONTEXT_R8 40
#define CONTEXT_R9 48
#define CONTEXT_R10 56
#define CONTEXT_R11 64
#define CONTEXT_R12 72
#define CONTEXT_R13 80
#define CONTEXT_R14 88
#define CONTEXT_R15 96
#define CONTEXT_RDI 104
#define CONTEXT_RSI 112
#define CONTEXT_RBP 120
#define CONTEXT_RBX 128
#define CONTEXT_RDX 136
#define CONTEXT_RAX 144
#define CONTEXT_RCX 152
#define CONTEXT_RSP 160
#define CONTEXT_RIP 168
#define CONTEXT_RFLAGS 176
#define CONTEXT_SEGMENTS 184
#define CONTEXT_VECTORS 224 /* pointer to the vector registers; NULL: as a program begins */
#define CONTEXT_AREA 424    /* where they are */
#define CONTEXT_ALIGNMENT 64

/* FXSAVE leaves its last 48 bytes to software. A first word with this number says that XSAVE stored the area:
 * FP_XSTATE_MAGIC1. */
#define AREA_SOFTWARE 464
#define AREA_MAGIC 0x46505853
#define AREA_FXSAVE_SIZE 512

/* What a handler may change of the flags (Intel SDM volume 1, 3.4.3): CF, PF, AF, ZF, SF, TF, DF, OF, RF, AC.
 */
#define CONTEXT_USER_FLAGS 0x50dd5
#define INITIAL_MXCSR 0x1f80 /* System V ABI for x86_64, 3.4.1 */
