#include "plan9.h"

#include <heap.h>
#include <string.h>

#define BITS 64u
#define FIDS_MOST (1u << 24)

/* Twice as many; both arrays stand in one block. */
static bool grow(struct plan9_fids *fids)
{
    uint32_t words = fids->words ? fids->words * 2 : 2;
    uint64_t *block;

    if (words * BITS > FIDS_MOST || !(block = heap_alloc(2 * words * sizeof *block)))
        return false;
    memset(block, 0, 2 * words * sizeof *block);
    if (fids->words) {
        memcpy(block, fids->used, fids->words * sizeof *block);
        memcpy(block + words, fids->dying, fids->words * sizeof *block);
    }
    heap_free(fids->used);
    fids->used = block;
    fids->dying = block + words;
    fids->words = words;
    return true;
}

uint32_t plan9_fid_new(struct plan9_mount *mount)
{
    struct plan9_fids *fids = &mount->fids;

    for (uint32_t word = 0; word < fids->words || grow(fids); word++) {
        if (fids->used[word] != UINT64_MAX) {
            unsigned bit = (unsigned)__builtin_ctzll(~fids->used[word]);

            fids->used[word] |= UINT64_C(1) << bit;
            return word * BITS + bit;
        }
    }
    return PLAN9_NO_FID;
}

void plan9_fid_free(struct plan9_mount *mount, uint32_t fid)
{
    mount->fids.used[fid / BITS] &= ~(UINT64_C(1) << fid % BITS);
}

/* Without a message to say it by, it is said later: whenever one becomes free. */
static void clunk(struct plan9_mount *mount, uint32_t fid, uint64_t after)
{
    struct plan9_call *call;

    if (fid == PLAN9_NO_FID)
        return;
    call = plan9_begin_now(mount, PLAN9_TCLUNK);
    if (!call) {
        mount->fids.dying[fid / BITS] |= UINT64_C(1) << fid % BITS;
        mount->fids.dying_count++;
        return;
    }
    plan9_put32(call, fid);
    plan9_forget(call, fid, after);
}

void plan9_clunk(struct plan9_mount *mount, uint32_t fid)
{
    clunk(mount, fid, 0);
}

void plan9_retire(struct plan9_mount *mount, uint32_t fid)
{
    clunk(mount, fid, mount->tags);
}

void plan9_clunk_dying(struct plan9_mount *mount)
{
    struct plan9_fids *fids = &mount->fids;

    for (uint32_t word = 0; fids->dying_count > 0 && word < fids->words; word++) {
        if (fids->dying[word]) {
            unsigned bit = (unsigned)__builtin_ctzll(fids->dying[word]);

            fids->dying[word] &= ~(UINT64_C(1) << bit);
            fids->dying_count--;
            plan9_retire(mount, word * BITS + bit);
            return;
        }
    }
}
