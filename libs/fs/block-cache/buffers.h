/* What the parts of the cache share. */
#pragma once

#include <block_cache.h>

void block_cache_ring_add(struct block_buffer *head, struct block_buffer *buffer);
void block_cache_ring_remove(struct block_buffer *buffer); /* if it is in a ring */

/* Frees a buffer that is not in a transaction. */
void block_cache_drop(struct block_cache *cache, struct block_buffer *buffer);

/* Lets a buffer be forgotten from now on, if nothing speaks against it. */
void block_cache_rest(struct block_cache *cache, struct block_buffer *buffer);

/* Makes a buffer part of the operation and the transaction. */
void block_cache_join(struct block_cache *cache, struct block_buffer *buffer);
