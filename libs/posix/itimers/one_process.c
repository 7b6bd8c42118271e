#include "itimers.h"

struct interval_timer *itimers_own(void)
{
    return itimers_first;
}
