#define ONLY 1 /* the process, and its thread */

long sys_gettid(void);
long sys_set_tid_address(long address);

long sys_gettid(void)
{
    return ONLY;
}

/* The address would be cleared when the thread ends, but with it ends everything. */
long sys_set_tid_address(long address)
{
    (void)address;
    return ONLY;
}
