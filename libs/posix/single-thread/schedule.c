long sys_sched_yield(void);
long sys_set_robust_list(long head, long size);

long sys_sched_yield(void)
{
    return 0;
}

/* Read only when a thread dies and others live on. */
long sys_set_robust_list(long head, long size)
{
    (void)head, (void)size;
    return 0;
}
