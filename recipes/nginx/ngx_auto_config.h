/* What nginx's configure finds out or is told. Left out is what an image of one process has no use for: mail,
 * upstreams, accept mutexes in shared memory, privileges, CPU affinity; and EPOLLRDHUP, which nginx tries out
 * at each start on a socket pair. */
#define NGX_CONFIGURE ""
#define NGX_COMPILER ""

#define NGX_HAVE_GCC_ATOMIC 1
#define NGX_HAVE_C99_VARIADIC_MACROS 1
#define NGX_HAVE_GCC_VARIADIC_MACROS 1
#define NGX_HAVE_GCC_BSWAP64 1
#define NGX_HAVE_LITTLE_ENDIAN 1
#define NGX_HAVE_NONALIGNED 1
#define NGX_CPU_CACHE_LINE 64
#define NGX_KQUEUE_UDATA_T (void *)
#define NGX_PTR_SIZE 8
#define NGX_SIG_ATOMIC_T_SIZE 4
#define NGX_TIME_T_SIZE 8
#define NGX_TIME_T_LEN (sizeof("-9223372036854775808") - 1)
#define NGX_MAX_TIME_T_VALUE 9223372036854775807LL
#define NGX_SIZE_T_LEN (sizeof("-9223372036854775808") - 1)
#define NGX_MAX_SIZE_T_VALUE 9223372036854775807LL
#define NGX_OFF_T_LEN (sizeof("-9223372036854775808") - 1)
#define NGX_MAX_OFF_T_VALUE 9223372036854775807LL

#define NGX_HAVE_EPOLL 1
#define NGX_HAVE_CLEAR_EVENT 1
#define NGX_HAVE_SENDFILE 1
#define NGX_HAVE_SENDFILE64 1
#define NGX_HAVE_ACCEPT4 1
#define NGX_HAVE_INET6 1
#define NGX_HAVE_MSGHDR_MSG_CONTROL 1
#define NGX_HAVE_FIONBIO 1
#define NGX_HAVE_FIONREAD 1
#define NGX_HAVE_REUSEPORT 1
#define NGX_HAVE_DEFERRED_ACCEPT 1
#define NGX_HAVE_KEEPALIVE_TUNABLE 1
#define NGX_HAVE_TCP_INFO 1
#define NGX_HAVE_GETADDRINFO 1

#define NGX_HAVE_PREAD 1
#define NGX_HAVE_PWRITE 1
#define NGX_HAVE_PWRITEV 1
#define NGX_HAVE_OPENAT 1
#define NGX_HAVE_D_TYPE 1
#define NGX_HAVE_LOCALTIME_R 1
#define NGX_HAVE_GMTOFF 1
#define NGX_HAVE_CLOCK_MONOTONIC 1
#define NGX_HAVE_POSIX_MEMALIGN 1
#define NGX_HAVE_MAP_ANON 1
#define NGX_HAVE_SC_NPROCESSORS_ONLN 1

#define NGX_PREFIX "/"
#define NGX_CONF_PREFIX "etc/"
#define NGX_SBIN_PATH "nginx"
#define NGX_CONF_PATH "etc/nginx.conf"
#define NGX_PID_PATH "nginx.pid"
#define NGX_LOCK_PATH "nginx.lock"
#define NGX_ERROR_LOG_PATH "stderr"
#define NGX_HTTP_LOG_PATH "/dev/stdout"
#define NGX_HTTP_CLIENT_TEMP_PATH "client_body"
#define NGX_HTTP_PROXY_TEMP_PATH "proxy"
#define NGX_USER "root"
#define NGX_GROUP "root"
