#define ROOT 0

long sys_getuid(void);
long sys_geteuid(void);
long sys_getgid(void);
long sys_getegid(void);

long sys_getuid(void)
{
    return ROOT;
}

long sys_geteuid(void)
{
    return ROOT;
}

long sys_getgid(void)
{
    return ROOT;
}

long sys_getegid(void)
{
    return ROOT;
}
