/* libevent's configure puts here what asks a C library for more than standard C; the compiler's options do
 * so. */
