"""Which arguments of system calls are pointers, so that one that leads nowhere is answered with EFAULT.

Calls that are made a million times a second and touch their pointer first thing are left out (`clock_gettime`,
`futex`), and so are those whose libraries look themselves (`read`, `write` and the like), and places that a flag makes
meaningless (`recvfrom` with MSG_TRUNC throws away what nobody has room for).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pointer:
    """An argument that points to memory of the application.

    ``size`` bytes are touched at both ends; if ``count`` is the number of an argument, that must not be 0.
    """

    argument: int
    write: bool
    size: int
    count: int | None = None
    optional: bool = False
    """It may be NULL."""

    @property
    def check(self) -> str:
        """The condition in C, in terms of the arguments a to f, that it leads somewhere."""
        name = "abcdef"[self.argument]
        kind, type_ = ("write", "void *") if self.write else ("read", "const void *")
        probe = f"access_probe_{kind}(({type_}){name}, {self.size})"
        if self.count is not None:
            probe = f"(!{'abcdef'[self.count]} || {probe})"
        return f"(!{name} || {probe})" if self.optional else probe


# A line a call: the argument's number, r if the call reads there or w if it writes, the number of bytes (those that
# Linux copies whatever else it finds; 1 of a path), `@N` if nothing is there when argument N is 0, `?` if NULL will do.
_CALLS = """
access 0r1
bind 1r@2
accept 1w1? 2w4?
accept4 1w1? 2w4?
chdir 0r1
chmod 0r1
chown 0r1
clock_getres 1w16?
clock_nanosleep 2r16 3w16?
clock_settime 1r16
connect 1r@2
epoll_ctl 3r12?
epoll_wait 1w12
epoll_pwait 1w12 4r8?
execve 0r1
faccessat 1r1
faccessat2 1r1
fchmodat 1r1
fchownat 1r1
fstat 1w144
fstatfs 1w120
getcwd 0w@1
getdents64 1w@2
getgroups 1w@0
getitimer 1w32
getpeername 1w1 2w4
getrandom 0w@1
getresgid 0w4 1w4 2w4
getresuid 0w4 1w4 2w4
getrlimit 1w16
getrusage 1w144
getsockname 1w1 2w4
getsockopt 3w1? 4w4
gettimeofday 0w16? 1w8?
lchown 0r1
link 0r1 1r1
linkat 1r1 3r1
lstat 0r1 1w144
memfd_create 0r1
mkdir 0r1
mkdirat 1r1
mknod 0r1
mknodat 1r1
mq_getsetattr 1r64? 2w64?
mq_open 0r1
mq_timedreceive 1w@2 3w4? 4r16?
mq_timedsend 1r@2 4r16?
mq_unlink 0r1
nanosleep 0r16 1w16?
newfstatat 1r1 2w144
open 0r1
openat 1r1
pipe 0w8
pipe2 0w8
poll 0w@1
pselect6 1w1? 2w1? 3w1? 4r16?
ppoll 0w@1 2r16? 3r8?
prlimit64 2r16? 3w16?
readlink 0r1 1w@2
readlinkat 1r1 2w@3
readv 1r@2
recvfrom 4w1? 5w4?
recvmsg 1r56
rename 0r1 1r1
renameat 1r1 3r1
renameat2 1r1 3r1
rmdir 0r1
rt_sigaction 1r32? 2w32?
rt_sigpending 0w8
rt_sigprocmask 1r8? 2w8?
rt_sigqueueinfo 2r128
rt_sigsuspend 0r8
rt_sigtimedwait 0r8 1w128? 2r16?
sched_getaffinity 2w8
sched_getparam 1w4
sched_rr_get_interval 1w16
sched_setaffinity 2r@1
sched_setparam 1r4
sched_setscheduler 2r4
select 1w1? 2w1? 3w1? 4r16?
sendmsg 1r56
sendto 1r@2 4r@5
setgroups 1r@0
setitimer 1r32? 2w32?
setrlimit 1r16
setsockopt 3r@4
sigaltstack 0r24? 1w24?
signalfd4 1r8
socketpair 3w8
stat 0r1 1w144
statfs 0r1 1w120
statx 1r1 4w256
symlink 0r1 1r1
symlinkat 0r1 2r1
sysinfo 0w112
time 0w8?
timer_create 1r64? 2w4
timer_gettime 1w32
timer_settime 2r32 3w32?
timerfd_gettime 1w32
timerfd_settime 2r32 3w32?
times 0w32?
truncate 0r1
uname 0w390
unlink 0r1
unlinkat 1r1
utimensat 1r1? 2r32?
wait4 1w4? 3w144?
writev 1r@2
"""


def _parse(word: str) -> Pointer:
    found = re.fullmatch(r"([0-5])([rw])(?:@([0-5])|([0-9]+))(\??)", word)
    assert found, word
    argument, way, count, size, optional = found.groups()
    return Pointer(
        int(argument), way == "w", int(size or 1), int(count) if count is not None else None, optional == "?"
    )


POINTERS = {
    call: tuple(map(_parse, words)) for call, *words in (line.split() for line in _CALLS.split("\n") if line)
}
"""The pointers among the arguments of each call that has some, by the call's name."""
