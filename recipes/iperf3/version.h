#define IPERF_VERSION "3.21+"
