/*
 * Addresses of the network cards: those of the kernel's command line, else those that DHCP gives.
 *
 *     net.ip=10.0.2.15/24   the first card's address and how many bits of it are the network's (24 if that
 *                           is not said); "dhcp" or nothing: ask
 *     net.gateway=10.0.2.2  where packets to other networks go
 *     net.dns=10.0.2.3,...  who resolves names, at most 2
 */
#pragma once

#include <lwip/ip_addr.h>
#include <net_stack.h>

/* Configures the first card; -EINVAL if the command line says what is no address. Waits for DHCP for a
 * while. */
int configuration_start(void);

/* resolver_files.c: writes /etc/resolv.conf, and /etc/hosts if there is none. */
void resolver_files_write(const ip4_addr_t *servers, unsigned count);
