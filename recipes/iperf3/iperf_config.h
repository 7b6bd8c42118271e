/* What configure would find out about the C library and the system that this image has. */
#pragma once

#define HAVE_CLOCK_GETTIME 1
#define HAVE_CLOCK_NANOSLEEP 1
#define HAVE_ENDIAN_H 1
#define HAVE_GETLINE 1
#define HAVE_INTTYPES_H 1
#define HAVE_MSG_TRUNC 1
#define HAVE_NANOSLEEP 1
#define HAVE_POLL_H 1
#define HAVE_PTHREAD 1
#define HAVE_SENDFILE 1
#define HAVE_SOCKET_SHUTDOWN_SHUT_WR 1
#define HAVE_STDATOMIC_H 1
#define HAVE_STDINT_H 1
#define HAVE_TCP_KEEPALIVE 1

#define PACKAGE_NAME "iperf"
#define PACKAGE_STRING "iperf 3.21+"
#define PACKAGE_BUGREPORT "https://github.com/esnet/iperf"
#define PACKAGE_URL "https://software.es.net/iperf/"
