// instead:
/* Lines that devices share, and which controller has a line. */
#include "controller.h"

struct device {
    unsigned asks, served, called;
    struct device *wakes; /* asks again while this one is served */
};

static bool serve(void *argument)
{
    struct device *device = argument;

    device->called++;
    if (device->asks == 0)
        return false;
    device->asks--;
    device->served++;
    if (device->wakes) {
        device->wakes->asks++;
        device->wakes = NULL;
    }
    return true;
}

static void sharing(void)
{
    struct device a = {0}, b = {0}, other = {0};

    assert(interrupt_line_attach(5, serve, &a) == 0 && vectors == 1 && mapped == DEFAULT_ADDRESS);
    assert(window[REGISTER_WINDOW] == 0x40 && window[REGISTER_SELECT] == REDIRECTION(5));
    assert(interrupt_line_attach(5, serve, &b) == 0 && vectors == 1);
    /* The second alone; both; and the first one asks when it has been looked at already: no request is left.
     */
    b.asks = 1;
    attached(attached_argument);
    assert(a.served == 0 && b.served == 1 && a.called >= 2 && b.called >= 2);
    a.asks = 2;
    b.asks = 1;
    attached(attached_argument);
    assert(a.served == 2 && b.served == 2);
    b.asks = 1;
    b.wakes = &a;
    attached(attached_argument);
    assert(a.served == 3 && b.served == 3 && a.asks + b.asks == 0);
    /* Another line is another vector, and calls nobody of this one. */
    assert(interrupt_line_attach(6, serve, &other) == 0 && vectors == 2);
    a.called = b.called = 0;
    other.asks = 1;
    attached(attached_argument);
    assert(other.served == 1 && a.called == 0 && b.called == 0);
}

static void controllers(void)
{
    static unsigned char madt[MADT_ENTRIES + 8 + 12 + 12] = {
        [MADT_ENTRIES] = 0,
        [MADT_ENTRIES + 1] = 8, /* a processor */
        [MADT_ENTRIES + 8] = 1,
        [MADT_ENTRIES + 9] = 12,
        [MADT_ENTRIES + 8 + 6] = 0xc0,
        [MADT_ENTRIES + 8 + 7] = 0xfe, /* lines from 0 on */
        [MADT_ENTRIES + 20] = 1,
        [MADT_ENTRIES + 21] = 12,
        [MADT_ENTRIES + 20 + 4 + 1] = 0x10,
        [MADT_ENTRIES + 20 + 6] = 0xc0,
        [MADT_ENTRIES + 20 + 7] = 0xfe,
        [MADT_ENTRIES + 20 + 8] = 24,
    };
    struct device one = {0};

    table = madt;
    table_length = sizeof(madt);
    assert(interrupt_line_attach(23, serve, &one) == 0 && mapped == 0xfec00000u);
    assert(interrupt_line_attach(30, serve, &one) == 0 && mapped == 0xfec01000u);
    assert(window[REGISTER_SELECT] == REDIRECTION(6));
    assert(interrupt_line_attach(48, serve, &one) == -ENODEV);
    /* A table that is cut off, and entries that have no length. */
    table_length = MADT_ENTRIES + 20 + 11;
    assert(interrupt_line_attach(31, serve, &one) == -ENODEV);
    madt[MADT_ENTRIES + 1] = 0;
    assert(interrupt_line_attach(22, serve, &one) == -ENODEV);
    table = NULL;
    for (unsigned line = 0; count < ATTACHMENTS; line++)
        assert(interrupt_line_attach(line % 24, serve, &one) == 0);
    assert(interrupt_line_attach(7, serve, &one) == -ENOSPC);
}

int main(void)
{
    sharing();
    controllers();
    return 0;
}
