#include "tsc_frequency.h"

#define TIMER_HZ 1193182u /* the 8254's input clock, a twelfth of 14.31818 MHz */

uint64_t tsc_frequency_told(const struct tsc_leaves *leaves)
{
    /* A hypervisor may scale the counter and still pass the processor's own leaves through: it is asked
     * first. */
    if (leaves->hypervisor_khz != 0)
        return (uint64_t)leaves->hypervisor_khz * 1000;
    if (leaves->denominator == 0 || leaves->numerator == 0)
        return 0;
    if (leaves->crystal != 0)
        return (uint64_t)leaves->crystal * leaves->numerator / leaves->denominator;
    /* Intel SDM volume 3, 19.7.3: where the crystal is not enumerated, the counter runs at the base
     * frequency. */
    return (uint64_t)leaves->base_mhz * 1000000;
}

uint64_t tsc_frequency_measured(uint64_t ticks, unsigned count)
{
    return ticks * TIMER_HZ / count;
}
