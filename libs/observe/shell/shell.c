#include "shell_parts.h"

#include <clock.h>
#include <errno.h>
#include <format.h>
#include <pages.h>
#include <string.h>

#define CONVERSATIONS 4

static struct shell shells[CONVERSATIONS];
static struct vsock listener;
static struct ktimer closer; /* ends may not be closed while their own events are told */

int shell_init(void);

bool shell_write(struct shell *shell, const char *bytes, size_t size)
{
    size_t room = SHELL_ANSWER - 1 - shell->filled; /* the end has its place */

    if (size > room)
        shell->cut = true;
    size = size < room ? size : room;
    memcpy(shell->answer + shell->filled, bytes, size);
    shell->filled += size;
    return !shell->cut;
}

bool shell_print(struct shell *shell, const char *text, ...)
{
    char line[256];
    va_list arguments;
    size_t size;

    va_start(arguments, text);
    size = format_list(line, sizeof(line), text, arguments);
    va_end(arguments);
    return shell_write(shell, line, size < sizeof(line) ? size : sizeof(line) - 1);
}

static void take(void *argument, void *bytes, size_t size)
{
    struct shell *shell = argument;

    memcpy(bytes, shell->answer + shell->sent, size);
    shell->sent += size;
}

static void put(void *argument, void *bytes, size_t size)
{
    memcpy(argument, bytes, size);
}

static void close_soon(struct shell *shell)
{
    shell->closing = true;
    ktimer_start(&closer, clock_monotonic());
}

/* Whether all has been sent. */
static bool send(struct shell *shell)
{
    while (shell->sent < shell->filled) {
        long count = vsock_send(&shell->end, shell->filled - shell->sent, take, shell);

        if (count == -EAGAIN)
            return false;
        if (count < 0) {
            close_soon(shell);
            return false;
        }
    }
    shell->sent = shell->filled = 0;
    return true;
}

static void answer(struct shell *shell)
{
    static const char note[] = "\n... and more than fits into an answer\n";

    shell->cut = false;
    if (shell->too_long)
        shell_print(shell, "a line may have %d bytes\n", SHELL_LINE - 1);
    else
        shell_run(shell, shell->line);
    if (shell->cut && SHELL_ANSWER > sizeof(note)) {
        shell->filled = SHELL_ANSWER - sizeof(note);
        memcpy(shell->answer + shell->filled, note, sizeof(note) - 1);
        shell->filled += sizeof(note) - 1;
    }
    shell->answer[shell->filled++] = SHELL_END;
    shell->length = 0;
    shell->too_long = false;
}

/* Byte by byte: what stands behind a line stays where it is until the line has been answered. */
static void go_on(struct shell *shell)
{
    while (!shell->closing && send(shell)) {
        char byte;
        size_t whole;
        long count = vsock_receive(&shell->end, 1, false, put, &byte, &whole);

        if (count == -EAGAIN)
            return;
        if (count != 1) {
            close_soon(shell);
        } else if (byte == '\n') {
            shell->line[shell->length] = '\0';
            answer(shell);
        } else if (shell->length < SHELL_LINE - 1) {
            shell->line[shell->length++] = byte;
        } else {
            shell->too_long = true;
        }
    }
}

static void changed(struct vsock *end, unsigned events)
{
    if (end == &listener) {
        struct vsock *taken;

        while ((taken = vsock_accept(&listener)))
            go_on((struct shell *)taken);
        return;
    }
    if (events & VSOCK_FAILED)
        vsock_take_error(end);
    if (!((struct shell *)end)->end.listener)
        go_on((struct shell *)end);
}

static struct vsock *incoming(struct vsock *from);

static void gone(struct vsock *end)
{
    struct shell *shell = (struct shell *)end;

    if (end == &listener)
        return;
    pages_free(shell->answer, SHELL_ANSWER / PAGE_SIZE);
    shell->open = false;
}

static const struct vsock_user user = {.changed = changed, .incoming = incoming, .gone = gone};

static struct vsock *incoming(struct vsock *from)
{
    (void)from;
    for (unsigned i = 0; i < CONVERSATIONS; i++) {
        if (shells[i].open)
            continue;
        shells[i] = (struct shell){.answer = pages_alloc(SHELL_ANSWER / PAGE_SIZE)};
        if (!shells[i].answer)
            return NULL;
        shells[i].open = true;
        vsock_begin(&shells[i].end, &user, VSOCK_STREAM);
        return &shells[i].end;
    }
    return NULL;
}

static void close_those(struct ktimer *timer)
{
    (void)timer;
    for (unsigned i = 0; i < CONVERSATIONS; i++)
        if (shells[i].open && shells[i].closing) {
            shells[i].closing = false;
            vsock_close(&shells[i].end);
        }
}

int shell_init(void)
{
    closer.expired = close_those;
    vsock_begin(&listener, &user, VSOCK_STREAM);
    vsock_set_buffer(&listener, SHELL_LINE);
    vsock_bind(&listener, (struct vsock_address){VSOCK_ANY, CONFIG_SHELL_PORT});
    return vsock_listen(&listener, CONVERSATIONS);
}
