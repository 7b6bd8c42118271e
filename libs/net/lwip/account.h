/*
 * What the stack holds, counted where it is taken and given back (option LWIP_ACCOUNT). Without the option
 * nothing is counted.
 */
#pragma once

#include <config.h>
#include <stdint.h>

#ifdef CONFIG_LWIP_ACCOUNT
extern uint32_t lwip_account_sockets; /* of TCP and UDP */
extern uint32_t lwip_account_buffers; /* the card's, with packets that nobody has read yet */
extern uint32_t lwip_account_blocks;  /* packets and segments in memory of the stack's own */
#define LWIP_ACCOUNT(what, change) (lwip_account_##what += (uint32_t)(change))
#else
#define LWIP_ACCOUNT(what, change) ((void)0)
#endif

/* account.c: writes one line; memory.c: objects of a kind that are in use (memp_t). */
void lwip_account_write(void);
uint32_t lwip_account_used(unsigned kind);
