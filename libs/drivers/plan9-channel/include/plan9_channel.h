/*
 * Channels to servers that speak 9P2000.L (share_channel.h).
 *
 * Each provider defines one `const struct share_driver`; the selected ones are listed in the generated table.
 */
#pragma once

#include <share_channel.h>

extern const struct share_driver *const plan9_channels[];
extern const size_t plan9_channels_count;
