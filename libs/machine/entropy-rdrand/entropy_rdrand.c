/*
 * RDSEED where the processor has it, else RDRAND (Intel SDM volume 1, 7.3.17), else jitter. An instruction
 * that keeps failing, or repeats itself as those of some processors do after a sleep, is as good as none.
 */
#include "entropy_jitter.h"

#include <console.h>
#include <cycle_counter.h>
#include <entropy.h>
#include <port_io.h>
#include <stdbool.h>
#include <stdint.h>

#define CPUID_1_ECX_RDRAND (1u << 30)
#define CPUID_7_EBX_RDSEED (1u << 18)

/* Intel SDM volume 1, 7.3.17.1: RDRAND that fails ten times is broken. 7.3.17.2: RDSEED may well fail while
 * others use it. */
#define RDRAND_TRIES 10
#define RDSEED_TRIES 1000

/* A page register of a PC's DMA controller that nothing uses: reading it is harmless. */
#define PORT_IDLE 0x80
#define JITTER_TRIES (16 * ENTROPY_JITTER_SAMPLES)

typedef bool source(uint64_t *word);

static bool rdseed(uint64_t *word)
{
    bool good = false;

    for (int i = 0; i < RDSEED_TRIES && !good; i++)
        __asm__ volatile("pause\n\trdseed %0" : "=r"(*word), "=@ccc"(good) : : "memory");
    return good;
}

static bool rdrand(uint64_t *word)
{
    bool good = false;

    for (int i = 0; i < RDRAND_TRIES && !good; i++)
        __asm__ volatile("rdrand %0" : "=r"(*word), "=@ccc"(good) : : "memory");
    return good;
}

/* A port access leaves the virtual machine, and takes what the host's caches, interrupts and other work make
 * it take; on bare metal it crosses into a bus with a clock of its own. Either way times differ by many
 * ticks. */
static bool jitter(uint64_t *word)
{
    static const char warning[] = "random: no generator in the processor; the seed is timing jitter\n";
    static bool said;
    struct entropy_jitter times = {.mix = *word};

    if (!said)
        console_write(warning, sizeof warning - 1);
    said = true;
    for (int i = 0; i < JITTER_TRIES && times.samples < ENTROPY_JITTER_SAMPLES; i++) {
        port_read8(PORT_IDLE);
        entropy_jitter_add(&times, cycle_counter_read());
    }
    *word = times.mix;
    return times.samples == ENTROPY_JITTER_SAMPLES;
}

/* Leaf and sub-leaf 0 of it; zeros where the processor knows no such leaf. */
static void cpuid(uint32_t leaf, uint32_t *b, uint32_t *c)
{
    uint32_t a, d;

    __asm__("cpuid" : "=a"(a), "=b"(*b), "=c"(*c), "=d"(d) : "a"(0), "c"(0));
    if (a < leaf)
        *b = *c = 0;
    else
        __asm__("cpuid" : "=a"(a), "=b"(*b), "=c"(*c), "=d"(d) : "a"(leaf), "c"(0));
}

static bool has_rdseed(void)
{
    uint32_t b, c;

    cpuid(7, &b, &c);
    return b & CPUID_7_EBX_RDSEED;
}

static bool has_rdrand(void)
{
    uint32_t b, c;

    cpuid(1, &b, &c);
    return c & CPUID_1_ECX_RDRAND;
}

static size_t read_from(source *read, unsigned char *to, size_t size)
{
    uint64_t word = 0, last;
    size_t done = 0;

    for (bool first = true; done < size; first = false) {
        last = word;
        if (!read(&word) || (!first && word == last))
            break;
        for (int byte = 0; byte < 8 && done < size; byte++)
            to[done++] = (unsigned char)(word >> 8 * byte);
    }
    return done;
}

size_t entropy_read(void *buffer, size_t size)
{
    size_t done = 0;

    if (has_rdseed())
        done = read_from(rdseed, buffer, size);
    if (done < size && has_rdrand())
        done = read_from(rdrand, buffer, size);
    if (done < size)
        done = read_from(jitter, buffer, size);
    return done;
}
