/* What nginx's configure finds out about the headers of a C library: here it is musl. */
#define NGX_LINUX 1
#define NGX_HAVE_UNISTD_H 1
#define NGX_HAVE_INTTYPES_H 1
#define NGX_HAVE_LIMITS_H 1
#define NGX_HAVE_SYS_PARAM_H 1
#define NGX_HAVE_SYS_PRCTL_H 1
#define NGX_HAVE_SYS_VFS_H 1
