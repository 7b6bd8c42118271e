/*
 * Channels to servers that speak FUSE (share_channel.h).
 *
 * Each provider defines one `const struct share_driver`; the selected ones are listed in the generated table.
 */
#pragma once

#include <share_channel.h>

extern const struct share_driver *const fuse_channels[];
extern const size_t fuse_channels_count;
