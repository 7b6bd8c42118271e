/*
 * Which clocks pass for a source: one with noise does, however small; those that stand, go evenly or ever
 * faster do not. The same readings make the same word, and each of them matters.
 */
// instead: ../entropy_jitter.c
#include "../entropy_jitter.h"

#include <assert.h>
#include <stdio.h>

#define READINGS (4 * ENTROPY_JITTER_SAMPLES)

enum clock { STANDING, EVEN, FASTER, TWO_STEPS, MOSTLY_EVEN, NOISY };

static uint64_t noise;

static uint64_t next_noise(void)
{
    noise = noise * 6364136223846793005u + 1442695040888963407u;
    return noise >> 60;
}

static uint64_t step(enum clock clock, int reading)
{
    switch (clock) {
    case STANDING:
        return 0;
    case EVEN:
        return 1000;
    case FASTER:
        return 1000 + 3 * (uint64_t)reading;
    case TWO_STEPS:
        return reading / 100 % 2 ? 1000 : 1001;
    case MOSTLY_EVEN:
        return reading % 20 ? 1000 : 1000 + next_noise();
    case NOISY:
        return 1000 + next_noise();
    }
    return 0;
}

/* `late`: the number of the reading that comes a tick later than it would, -1 for none. */
static struct entropy_jitter run(enum clock clock, int readings, int late)
{
    struct entropy_jitter jitter = {0};
    uint64_t now = UINT64_MAX - 100000; /* it may pass 0 */

    noise = 1;
    for (int i = 0; i < readings; i++) {
        now += step(clock, i);
        entropy_jitter_add(&jitter, i == late ? now + 1 : now);
    }
    return jitter;
}

int main(void)
{
    for (enum clock clock = STANDING; clock < NOISY; clock++)
        assert(run(clock, READINGS, -1).samples < ENTROPY_JITTER_SAMPLES);
    assert(run(NOISY, READINGS / 2, -1).samples >= ENTROPY_JITTER_SAMPLES);
    assert(run(NOISY, ENTROPY_JITTER_SAMPLES - 1, -1).samples < ENTROPY_JITTER_SAMPLES);

    uint64_t word = run(NOISY, READINGS, -1).mix;
    assert(run(NOISY, READINGS, -1).mix == word);
    for (int late = 0; late < READINGS; late++)
        assert(run(NOISY, READINGS, late).mix != word);
    puts("entropy_jitter: ok");
    return 0;
}
