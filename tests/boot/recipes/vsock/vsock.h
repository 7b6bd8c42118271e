#pragma once

#include <sys/socket.h>

/* <linux/vm_sockets.h>, which the C library does not have */
struct sockaddr_vm {
    sa_family_t family;
    unsigned short reserved;
    unsigned port, cid;
    unsigned char flags, zero[3];
};
#define CID_ANY 0xffffffffu
#define CID_HOST 2u
#define PORT_ANY 0xffffffffu

int errors(void);
