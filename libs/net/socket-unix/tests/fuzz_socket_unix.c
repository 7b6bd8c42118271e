// sources: ../../socket/socket.c ../../socket/address.c ../../socket/data.c ../../socket/wait.c
// sources: ../../socket/connect.c ../../socket/message.c ../../socket/messages.c ../../socket/option.c
// sources: ../../socket/socket_file.c ../../../posix/readiness/readiness.c
// sources: ../../../posix/fd-table/fd_table.c ../../../posix/fd-table/control.c
// sources: ../../../posix/fd-table/duplicate.c
// runs: 30000
// max-len: 600
/*
 * Calls on a few sockets, chosen by the input: ancillary data of any bytes, descriptors that are passed in
 * circles, sockets that go in any order. In the end nothing is left.
 */
#include "../../vsock/tests/fuzz_input.h"
#include "fake_system.h"

#define FDS 12 /* descriptors 3 and on are used */

static long pick_fd(struct input *input)
{
    return 3 + next(input) % FDS;
}

/* A descriptor more than there may be is closed at once. */
static void keep(long fd)
{
    if (fd >= 3 + FDS)
        sys_close(fd);
}

static void make_pair(struct input *input)
{
    static const int types[] = {LINUX_SOCK_STREAM, LINUX_SOCK_DGRAM, LINUX_SOCK_SEQPACKET};
    int fds[2];

    if (sys_socketpair(LINUX_AF_UNIX, types[next(input) % 3] | LINUX_SOCK_NONBLOCK, 0, fds) == 0) {
        keep(fds[0]);
        keep(fds[1]);
    }
}

static void make_one(struct input *input)
{
    static const int types[] = {LINUX_SOCK_STREAM, LINUX_SOCK_DGRAM, LINUX_SOCK_SEQPACKET};

    keep(sys_socket(LINUX_AF_UNIX, types[next(input) % 3] | LINUX_SOCK_NONBLOCK, 0));
}

static const void *address(struct input *input, long *size)
{
    static struct linux_sockaddr_un name;

    memset(&name, 0, sizeof name);
    name.family = next(input) % 16 ? LINUX_AF_UNIX : LINUX_AF_UNSPEC;
    name.path[1] = (char)(next(input) % 3);
    *size = next(input) % 8 == 0 ? 2 : 4;
    return &name;
}

/* Either as it should be, with any descriptors, or any bytes. */
static size_t make_control(struct input *input, uint8_t *control)
{
    size_t size = next(input) % 64;

    if (size % 4 != 0) {
        struct linux_cmsghdr header = {sizeof header + size % 4 * sizeof(int), LINUX_SOL_SOCKET,
                                       LINUX_SCM_RIGHTS};

        memcpy(control, &header, sizeof header);
        for (size_t i = 0; i < size % 4; i++) {
            int fd = (int)pick_fd(input);

            memcpy(control + sizeof header + i * sizeof(int), &fd, sizeof fd);
        }
        return header.length;
    }
    for (size_t i = 0; i < size; i++)
        control[i] = next(input);
    return size;
}

static void send_some(struct input *input)
{
    _Alignas(16) uint8_t control[64];
    char bytes[256] = {0};
    struct linux_iovec piece = {bytes, next(input)};
    struct linux_msghdr message = {.pieces = &piece, .piece_count = 1, .control = control};
    long fd = pick_fd(input), size;

    if (next(input) % 4 == 0) {
        message.name = (void *)address(input, &size);
        message.name_length = (uint32_t)size;
    }
    message.control_length = make_control(input, control);
    /* As large as it is said to be, so that a byte behind it is noticed. */
    message.control = malloc(message.control_length + 1);
    memcpy(message.control, control, message.control_length);
    sys_sendmsg(fd, &message, 0);
    free(message.control);
}

static void receive_some(struct input *input)
{
    char bytes[256];
    struct linux_sockaddr_un name;
    struct linux_iovec piece = {bytes, next(input)};
    struct linux_msghdr message = {
        .pieces = &piece, .piece_count = 1, .name = &name, .name_length = sizeof name};
    long fd = pick_fd(input), flags = next(input) % 4 == 0 ? LINUX_MSG_PEEK : 0;

    message.control_length = next(input) % 64;
    message.control = malloc(message.control_length + 1);
    if (sys_recvmsg(fd, &message, flags) >= 0 && message.control_length >= sizeof(struct linux_cmsghdr)) {
        const struct linux_cmsghdr *header = message.control;

        for (size_t i = 0;
             header->type == LINUX_SCM_RIGHTS && i < (header->length - sizeof *header) / sizeof(int); i++)
            keep(((const int *)(header + 1))[i]);
    }
    free(message.control);
}

static void change(struct input *input)
{
    long fd = pick_fd(input), size;
    const void *name = address(input, &size);
    int on = next(input);

    switch (next(input) % 8) {
    case 0:
        sys_bind(fd, name, size);
        break;
    case 1:
        sys_listen(fd, on % 3);
        break;
    case 2:
        sys_connect(fd, name, size);
        break;
    case 3:
        keep(sys_accept4(fd, NULL, NULL, LINUX_SOCK_NONBLOCK));
        break;
    case 4:
        sys_shutdown(fd, on % 3);
        break;
    case 5:
        sys_setsockopt(fd, LINUX_SOL_SOCKET, on % 2 ? LINUX_SO_PASSCRED : LINUX_SO_SNDBUF, &on, sizeof on);
        break;
    default:
        keep(sys_dup(fd));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static size_t before = SIZE_MAX;
    struct input input = {data, size};

    if (before == SIZE_MAX) {
        assert(fd_reserve(400, false) == 400); /* the table grows before anything is counted */
        fd_cancel(400);
        before = fake_live;
    }
    if (next(&input) % 4 == 0)
        fake_fail(next(&input));
    while (input.left != 0) {
        switch (next(&input) % 8) {
        case 0:
            make_pair(&input);
            break;
        case 1:
            make_one(&input);
            break;
        case 2:
            sys_close(pick_fd(&input));
            break;
        case 3:
        case 4:
            send_some(&input);
            break;
        case 5:
            receive_some(&input);
            break;
        default:
            change(&input);
        }
    }
    fake_fail(-2);
    for (long fd = 3; fd < 400; fd++)
        sys_close(fd);
    /* The last to go notices what is left. */
    sys_close(sys_socket(LINUX_AF_UNIX, LINUX_SOCK_STREAM, 0));
    assert(fake_live == before);
    return 0;
}
