// instead: ../tsc_frequency.c
#include "../tsc_frequency.h"

#include <assert.h>

static uint64_t told(uint32_t den, uint32_t num, uint32_t crystal, uint32_t mhz, uint32_t hypervisor)
{
    struct tsc_leaves leaves = {den, num, crystal, mhz, hypervisor};

    return tsc_frequency_told(&leaves);
}

int main(void)
{
    /* Nothing told, or half of it. */
    assert(told(0, 0, 0, 0, 0) == 0);
    assert(told(2, 0, 24000000, 3000, 0) == 0);
    assert(told(0, 250, 24000000, 3000, 0) == 0);
    assert(told(2, 250, 0, 0, 0) == 0);
    /* 24 MHz crystal, ratio 250 : 2. */
    assert(told(2, 250, 24000000, 0, 0) == 3000000000u);
    assert(told(2, 250, 0, 2900, 0) == 2900000000u);
    /* The largest values do not overflow. */
    assert(told(1, UINT32_MAX, UINT32_MAX, 0, 0) == (uint64_t)UINT32_MAX * UINT32_MAX);
    /* The hypervisor's word goes first. */
    assert(told(2, 250, 24000000, 0, 2500000) == 2500000000u);
    assert(told(0, 0, 0, 0, UINT32_MAX) == (uint64_t)UINT32_MAX * 1000);

    /* 10 ms of a counter of f Hz give f back, to a count in 11932. */
    for (uint64_t f = 1000000; f <= 6000000000u; f = f * 7 / 5 + 13) {
        uint64_t ticks = f * 11932 / 1193182;
        uint64_t got = tsc_frequency_measured(ticks, 11932);
        assert(got <= f && f - got <= 101);
    }
    return 0;
}
