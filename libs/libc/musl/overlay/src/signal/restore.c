/*
 * Where Linux sends a thread back to after a signal handler. Here a handler is a function that is called and
 * returns to its caller, so control never comes by; if it did, going on would be worse than stopping.
 */
#include <features.h>

#include "atomic.h"

hidden void __restore(void)
{
    a_crash();
}

hidden void __restore_rt(void)
{
    a_crash();
}
