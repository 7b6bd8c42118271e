/*
 * What the parts of the program share. All of them print results that do not depend on the machine: the same
 * program on Linux prints the same.
 */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

void report(const char *what, long result); /* the result, and what went wrong */

struct sockaddr_in local(unsigned port);
int listener(struct sockaddr_in *at,
             int backlog); /* a stream socket that listens at a port of the kernel's choice */
int client(void);
void pair(int *client_end, int *server_end); /* a connection */
void settle(void);                           /* lets what is under way arrive */
int ready(int fd, int events);               /* poll(), at once */

void test_stream(void);
void test_refused(void);
void test_options(void);
void test_datagram(void);
void test_many(void);
void test_interfaces(void);
void test_six(void);
void test_shared(void);
