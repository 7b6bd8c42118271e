/*
 * The block function of ChaCha20: RFC 8439, section 2.3.
 *
 * A state is 16 words: four constants, eight of key, a counter, three of nonce. chacha_block() makes of
 * `state` the 16 words of `block`, which may not overlap it. It takes the same time for all keys.
 */
#pragma once

#include <stdint.h>

#define CHACHA_WORDS 16
#define CHACHA_KEY 4 /* index of the key's first word */
#define CHACHA_KEY_WORDS 8
#define CHACHA_COUNTER 12

/* "expand 32-byte k", in words */
#define CHACHA_CONSTANTS 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574

void chacha_block(const uint32_t state[CHACHA_WORDS], uint32_t block[CHACHA_WORDS]);
