long sys_brk(long end);

/* The break cannot move: nothing keeps the memory behind it free. Programs then use mmap(), as Linux's man
 * page asks. */
long sys_brk(long end)
{
    (void)end;
    return 0;
}
