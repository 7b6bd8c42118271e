/*
 * How lwIP is configured; what may be chosen stands in Kconfig.
 */
#pragma once

#include <config.h>

/* One thing at a time happens in the kernel: no locks, no threads, no mailboxes. */
#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define LWIP_TIMERS 0 /* timers.c */
#define LWIP_ERRNO_STDINCLUDE 1
#define LWIP_PROVIDE_ERRNO 0

/* Memory comes from memory.c. */
#define MEM_ALIGNMENT 8
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define MEM_STATS 0
#define MEMP_STATS 0
#define LWIP_STATS 0
#define LWIP_SUPPORT_CUSTOM_PBUF 1
#define PBUF_POOL_BUFSIZE 1536
#define PBUF_POOL_SIZE 64
/* In front of the Ethernet header, for the device: NET_DEVICE_HEADROOM, and so that what follows is aligned.
 */
#define PBUF_LINK_ENCAPSULATION_HLEN 18

/* Limits; memory.c keeps them. */
#define MEMP_NUM_TCP_PCB CONFIG_LWIP_CONNECTIONS
#define MEMP_NUM_TCP_PCB_LISTEN 4096
#define MEMP_NUM_TCP_SEG 1048576
#define MEMP_NUM_UDP_PCB 65536
#define MEMP_NUM_RAW_PCB 1024
#define MEMP_NUM_PBUF 1048576
#define MEMP_NUM_REASSDATA 32
#define MEMP_NUM_FRAG_PBUF 1024
#define MEMP_NUM_ARP_QUEUE 256
#define MEMP_NUM_ND6_QUEUE 256
#define MEMP_NUM_IGMP_GROUP 64
#define MEMP_NUM_MLD6_GROUP 64

/* Interfaces */
#ifdef CONFIG_LWIP_ETHERNET
#define LWIP_ETHERNET 1
#define LWIP_ARP 1
#else
#define LWIP_ETHERNET 0
#define LWIP_ARP 0
#endif
#define LWIP_HAVE_LOOPIF 0 /* loopback.c */
#define LWIP_NETIF_LOOPBACK 0
#define LWIP_NETIF_LINK_CALLBACK 0
#define LWIP_NETIF_STATUS_CALLBACK 1
#define LWIP_CHECKSUM_CTRL_PER_NETIF 1
#define ARP_TABLE_SIZE 32
#define ARP_QUEUEING 1
#define ARP_QUEUE_LEN 16
#define ETHARP_SUPPORT_STATIC_ENTRIES 0
#define ETHARP_TRUST_IP_MAC 0

/* IP */
#define LWIP_IPV4 1
#define IP_FORWARD 0
#define IP_REASSEMBLY 1
#define IP_REASS_MAX_PBUFS 128
#define IP_FRAG 1
#define IP_DEFAULT_TTL 64 /* RFC 1700 */
#define LWIP_ICMP 1
#define LWIP_BROADCAST_PING 0
#define LWIP_MULTICAST_PING 0
#define IP_SOF_BROADCAST 1
#define SO_REUSE 1
#define SO_REUSE_RXTOALL 0
#ifdef CONFIG_LWIP_RAW_SOCKETS
#define LWIP_RAW 1
#else
#define LWIP_RAW 0
#endif
#ifdef CONFIG_LWIP_MULTICAST
#define LWIP_IGMP 1
#else
#define LWIP_IGMP 0
#endif
#ifdef CONFIG_LWIP_DHCP
#define LWIP_DHCP 1
#else
#define LWIP_DHCP 0
#endif
/* An address that somebody else has is not looked for: it would take a second, and the server knows. */
#define DHCP_DOES_ARP_CHECK 0
#define LWIP_DHCP_PROVIDE_DNS_SERVERS 2 /* configuration.c wants to know them */
#define LWIP_DNS 0                      /* the C library resolves */

#ifdef CONFIG_LWIP_IPV6
#define LWIP_IPV6 1
#define LWIP_IPV6_MLD 1
#define LWIP_ICMP6 1
#define LWIP_IPV6_AUTOCONFIG 1
#define LWIP_IPV6_DHCP6 0
#define LWIP_IPV6_FRAG 1
#define LWIP_IPV6_REASS 1
#define LWIP_IPV6_SCOPES 1
#define LWIP_ND6_NUM_NEIGHBORS 32
#define LWIP_ND6_NUM_DESTINATIONS 64
#if LWIP_ETHERNET
#define LWIP_HOOK_ND6_GET_GW(netif, to) configuration6_gateway(netif)
#endif
#else
#define LWIP_IPV6 0
#endif

/* UDP */
#define LWIP_UDP 1
#define LWIP_NETBUF_RECVINFO 0

/* TCP */
#define LWIP_TCP 1
#define TCP_LISTEN_BACKLOG 1
#define TCP_TMR_INTERVAL CONFIG_LWIP_TICK
#define TCP_MSL 30000
#define LWIP_TCP_TIME_WAIT_MAX CONFIG_LWIP_TIME_WAIT
#define LWIP_TCP_HASH_BITS CONFIG_LWIP_HASH_BITS
#define TCP_MSS 1460 /* Ethernet's 1500 less 20 of IP and 20 of TCP */
#define TCP_WND CONFIG_LWIP_RECEIVE_WINDOW
#define TCP_SND_BUF CONFIG_LWIP_SEND_BUFFER
#define TCP_SND_QUEUELEN 32768
#define TCP_SNDLOWAT (TCP_SND_BUF / 2)
#define TCP_SNDQUEUELOWAT (TCP_SND_QUEUELEN / 2)
#define TCP_OVERSIZE TCP_MSS
#define LWIP_WND_SCALE 1
/* The smallest shift by which the window fits into 16 bits (RFC 7323, 2.3). */
#define TCP_RCV_SCALE                                                                                        \
    (TCP_WND >> 16 == 0   ? 0                                                                                \
     : TCP_WND >> 17 == 0 ? 1                                                                                \
     : TCP_WND >> 18 == 0 ? 2                                                                                \
     : TCP_WND >> 19 == 0 ? 3                                                                                \
     : TCP_WND >> 20 == 0 ? 4                                                                                \
     : TCP_WND >> 21 == 0 ? 5                                                                                \
                          : 8)
#define TCP_WND_UPDATE_THRESHOLD LWIP_MIN((TCP_WND / 4), (TCP_MSS * 16))
#define LWIP_TCP_SACK_OUT 1
#define LWIP_TCP_MAX_SACK_NUM 4
#define LWIP_TCP_KEEPALIVE 1
#define LWIP_TCP_TIMESTAMPS 0
#define TCP_QUEUE_OOSEQ 1
#define TCP_OOSEQ_MAX_BYTES TCP_WND
#define TCP_CALCULATE_EFF_SEND_MSS 1
/* A card that computes checksums does so for copied data, too. */
#define TCP_CHECKSUM_ON_COPY 0
#define LWIP_CHECKSUM_ON_COPY 0
#define TCP_DEFAULT_LISTEN_BACKLOG 0xff
#define LWIP_RANDOMIZE_INITIAL_LOCAL_PORTS 1

#define LWIP_HOOK_FILENAME "hooks.h"
#define LWIP_HOOK_IP4_ROUTE_SRC(from, to) interfaces_route(to)
#define LWIP_HOOK_TCP_ISN lwip_first_sequence_number
#ifdef CONFIG_LWIP_SEGMENTATION
#define LWIP_HOOK_TCP_SEGMENT large_packet_append_segment
#endif

#define LWIP_DISABLE_TCP_SANITY_CHECKS 1
#define LWIP_DISABLE_MEMP_SANITY_CHECKS 1
