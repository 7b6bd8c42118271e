#include "entropy_jitter.h"

/* 2^64 divided by the golden ratio. It is odd, so multiplying loses nothing; the bits that differ are at the
 * low end of a time, and this spreads them. */
#define SPREAD 0x9e3779b97f4a7c15

void entropy_jitter_add(struct entropy_jitter *jitter, uint64_t reading)
{
    int64_t time = (int64_t)(reading - jitter->last);
    int64_t change = time - jitter->time;

    jitter->mix = ((jitter->mix << 23 | jitter->mix >> 41) ^ reading) * SPREAD;
    /* A clock that stands, goes evenly or ever faster tells nothing. */
    if (time != 0 && change != 0 && change != jitter->change)
        jitter->samples++;
    jitter->last = reading;
    jitter->time = time;
    jitter->change = change;
}
