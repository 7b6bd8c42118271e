/* Sockets: Linux's include/uapi/linux/{socket,in,in6,tcp,un,net}.h, asm-generic/{socket,sockios}.h, and
 * include/linux/socket.h. */
#pragma once

#include <linux_io.h>
#include <stddef.h>
#include <stdint.h>

#define LINUX_AF_UNSPEC 0
#define LINUX_AF_UNIX 1
#define LINUX_AF_INET 2
#define LINUX_AF_INET6 10
#define LINUX_AF_NETLINK 16
#define LINUX_AF_VSOCK 40

#define LINUX_SOCK_STREAM 1
#define LINUX_SOCK_DGRAM 2
#define LINUX_SOCK_RAW 3
#define LINUX_SOCK_SEQPACKET 5
#define LINUX_SOCK_TYPE_MASK 0xf
#define LINUX_SOCK_NONBLOCK 04000   /* as O_NONBLOCK */
#define LINUX_SOCK_CLOEXEC 02000000 /* as O_CLOEXEC */

#define LINUX_SHUT_RD 0
#define LINUX_SHUT_WR 1
#define LINUX_SHUT_RDWR 2

/* Flags of send(2) and recv(2). */
#define LINUX_MSG_OOB 0x1
#define LINUX_MSG_PEEK 0x2
#define LINUX_MSG_DONTROUTE 0x4
#define LINUX_MSG_CTRUNC 0x8
#define LINUX_MSG_TRUNC 0x20
#define LINUX_MSG_DONTWAIT 0x40
#define LINUX_MSG_EOR 0x80
#define LINUX_MSG_WAITALL 0x100
#define LINUX_MSG_ERRQUEUE 0x2000
#define LINUX_MSG_NOSIGNAL 0x4000
#define LINUX_MSG_MORE 0x8000
#define LINUX_MSG_WAITFORONE 0x10000
#define LINUX_MSG_FASTOPEN 0x20000000
#define LINUX_MSG_CMSG_CLOEXEC 0x40000000

#define LINUX_SOMAXCONN 4096

/* Levels and options of setsockopt(2). */
#define LINUX_SOL_SOCKET 1
#define LINUX_SOL_IP 0
#define LINUX_SOL_TCP 6
#define LINUX_SOL_UDP 17
#define LINUX_SOL_IPV6 41
#define LINUX_SOL_NETLINK 270

#define LINUX_SO_DEBUG 1
#define LINUX_SO_REUSEADDR 2
#define LINUX_SO_TYPE 3
#define LINUX_SO_ERROR 4
#define LINUX_SO_DONTROUTE 5
#define LINUX_SO_BROADCAST 6
#define LINUX_SO_SNDBUF 7
#define LINUX_SO_RCVBUF 8
#define LINUX_SO_KEEPALIVE 9
#define LINUX_SO_OOBINLINE 10
#define LINUX_SO_PRIORITY 12
#define LINUX_SO_LINGER 13
#define LINUX_SO_REUSEPORT 15
#define LINUX_SO_PASSCRED 16
#define LINUX_SO_PEERCRED 17
#define LINUX_SO_RCVLOWAT 18
#define LINUX_SO_SNDLOWAT 19
#define LINUX_SO_RCVTIMEO 20
#define LINUX_SO_SNDTIMEO 21
#define LINUX_SO_BINDTODEVICE 25
#define LINUX_SO_TIMESTAMP 29
#define LINUX_SO_ACCEPTCONN 30
#define LINUX_SO_SNDBUFFORCE 32
#define LINUX_SO_RCVBUFFORCE 33
#define LINUX_SO_PROTOCOL 38
#define LINUX_SO_DOMAIN 39
#define LINUX_SO_INCOMING_CPU 49
#define LINUX_SO_ZEROCOPY 60

#define LINUX_IP_TOS 1
#define LINUX_IP_TTL 2
#define LINUX_IP_PKTINFO 8
#define LINUX_IP_MTU_DISCOVER 10
#define LINUX_IP_RECVERR 11
#define LINUX_IP_MULTICAST_IF 32
#define LINUX_IP_MULTICAST_TTL 33
#define LINUX_IP_MULTICAST_LOOP 34
#define LINUX_IP_ADD_MEMBERSHIP 35
#define LINUX_IP_DROP_MEMBERSHIP 36

#define LINUX_IPV6_UNICAST_HOPS 16
#define LINUX_IPV6_V6ONLY 26
#define LINUX_IPV6_TCLASS 67

#define LINUX_UDP_SEGMENT 103

#define LINUX_TCP_NODELAY 1
#define LINUX_TCP_MAXSEG 2
#define LINUX_TCP_CORK 3
#define LINUX_TCP_KEEPIDLE 4
#define LINUX_TCP_KEEPINTVL 5
#define LINUX_TCP_KEEPCNT 6
#define LINUX_TCP_SYNCNT 7
#define LINUX_TCP_LINGER2 8
#define LINUX_TCP_DEFER_ACCEPT 9
#define LINUX_TCP_WINDOW_CLAMP 10
#define LINUX_TCP_INFO 11
#define LINUX_TCP_QUICKACK 12
#define LINUX_TCP_CONGESTION 13
#define LINUX_TCP_USER_TIMEOUT 18
#define LINUX_TCP_FASTOPEN 23

#define LINUX_SCM_RIGHTS 1
#define LINUX_SCM_CREDENTIALS 2

struct linux_linger {
    int32_t on;
    int32_t seconds;
};

struct linux_ucred {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

/* The part that all addresses begin with. */
struct linux_sockaddr {
    uint16_t family;
};

#define LINUX_SOCKADDR_MAX 128 /* sizeof(struct sockaddr_storage) */

/* Ports and addresses in network byte order. */
struct linux_sockaddr_in {
    uint16_t family;
    uint16_t port;
    uint32_t address;
    uint8_t zero[8];
};

struct linux_sockaddr_in6 {
    uint16_t family;
    uint16_t port;
    uint32_t flow_information;
    uint8_t address[16];
    uint32_t scope_id;
};

#define LINUX_UNIX_PATH_MAX 108

struct linux_sockaddr_un {
    uint16_t family;
    char path[LINUX_UNIX_PATH_MAX];
};

/* include/uapi/linux/vm_sockets.h; options are of the level LINUX_AF_VSOCK. In the order of the processor. */
struct linux_sockaddr_vm {
    uint16_t family;
    uint16_t reserved;
    uint32_t port;
    uint32_t cid;
    uint8_t flags;
    uint8_t zero[3];
};

#define LINUX_VM_CID_ANY UINT32_MAX
#define LINUX_VM_PORT_ANY UINT32_MAX
#define LINUX_VM_FLAG_TO_HOST 1
#define LINUX_SO_VM_BUFFER_SIZE 0
#define LINUX_SO_VM_BUFFER_MIN_SIZE 1
#define LINUX_SO_VM_BUFFER_MAX_SIZE 2
#define LINUX_SO_VM_CONNECT_TIMEOUT_OLD 6
#define LINUX_SO_VM_CONNECT_TIMEOUT_NEW 8

struct linux_msghdr {
    void *name;
    uint32_t name_length;
    struct linux_iovec *pieces;
    size_t piece_count;
    void *control;
    size_t control_length;
    uint32_t flags;
};

struct linux_mmsghdr {
    struct linux_msghdr header;
    uint32_t length; /* bytes moved */
};

/* An entry of msghdr.control: this, then the data; the next one begins at a multiple of 8 (CMSG_ALIGN). */
struct linux_cmsghdr {
    size_t length; /* of header and data */
    int32_t level;
    int32_t type;
};

#define LINUX_FIONREAD 0x541b
#define LINUX_FIONBIO 0x5421
#define LINUX_TIOCOUTQ 0x5411
#define LINUX_SIOCATMARK 0x8905
