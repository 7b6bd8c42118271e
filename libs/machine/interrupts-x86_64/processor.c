#include "parts.h"

/* With interrupts off; the first processor has set up what is for all. */
void interrupts_processor_setup(void)
{
    interrupts_tables_load();
    interrupts_apic_prepare();
    interrupts_alarm_prepare();
}

bool interrupts_expected(void)
{
    return interrupts_attached();
}
