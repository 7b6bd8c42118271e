/*
 * The values of parameters of the command line as addresses of IPv4, in network order (configuration.h says
 * which).
 */
#pragma once

#include <net_stack.h>
#include <stdbool.h>
#include <stdint.h>

/* "10.0.2.15/24" or "10.0.2.15", whose network has 24 bits. False if it is neither. */
bool configuration_parse_network(const char *text, uint32_t *address, uint32_t *mask);
/* "10.0.2.3,10.0.2.4": how many there are; 0 if it is no such list, or one of too many. */
unsigned configuration_parse_servers(const char *text, uint32_t servers[NET_STACK_SERVERS]);
