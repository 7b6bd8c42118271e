#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

long sys_getgroups(long size, uint32_t *list);
long sys_setgroups(size_t size, const uint32_t *list);
long sys_getresuid(uint32_t *real, uint32_t *effective, uint32_t *saved);
long sys_setuid(uint32_t id);
long sys_setgid(uint32_t id);
long sys_setreuid(uint32_t real, uint32_t effective);
long sys_setresuid(uint32_t real, uint32_t effective, uint32_t saved);
long sys_setresgid(uint32_t real, uint32_t effective, uint32_t saved);
long sys_setfsuid(uint32_t id);

int main(void)
{
    const uint32_t root[] = {0, 0}, others[] = {0, 33}, same = (uint32_t)-1;
    uint32_t real = 9, effective = 9, saved = 9;

    assert(sys_setuid(0) == 0 && sys_setgid(0) == 0);
    assert(sys_setuid(65534) == -EINVAL && sys_setgid(1) == -EINVAL && sys_setuid(same) == -EINVAL);
    assert(sys_setreuid(same, 0) == 0 && sys_setreuid(0, 7) == -EINVAL && sys_setreuid(7, same) == -EINVAL);
    assert(sys_setresuid(same, same, same) == 0 && sys_setresuid(0, 0, 5) == -EINVAL);
    assert(sys_setresgid(same, 0, 0) == 0 && sys_setresgid(0, 3, same) == -EINVAL);
    assert(sys_getresuid(&real, &effective, &saved) == 0 && real == 0 && effective == 0 && saved == 0);
    assert(sys_setfsuid(8) == 0 && sys_setfsuid(8) == 0);
    assert(sys_setgroups(0, NULL) == 0 && sys_setgroups(2, root) == 0);
    assert(sys_setgroups(2, others) == -EINVAL && sys_setgroups(65537, root) == -EINVAL);
    assert(sys_getgroups(0, NULL) == 0 && sys_getgroups(-1, NULL) == -EINVAL);
    return 0;
}
