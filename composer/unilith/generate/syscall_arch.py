"""musl's `syscall_arch.h`, in which a system call is a direct call of a function.

musl makes every system call by one of seven inline functions, `__syscall0(number)` to
`__syscall6(number, a, ..., f)`. Ours index a constant table of functions: a number that is a constant after
inlining folds to a direct call of `sys_<name>`, and the table itself vanishes; so the names that a
program leaves undefined are the calls that it can reach. A number that is known only at run time goes to

    long sys_dispatch(long number, long a, long b, long c, long d, long e, long f);

which the image defines for the calls that it provides; it returns -ENOSYS for any other number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from unilith.errors import UserError

_DEFINITION = re.compile(r"^#define[ \t]+__NR_(\w+)[ \t]+(\S+)[ \t]*(?:/\*.*\*/)?[ \t]*$")
_ARGUMENTS = "abcdef"

_HEAD = """\
/* Generated from musl's bits/syscall.h.in: a system call is a direct call of sys_<name>(). */

/* A 64-bit argument takes one register. */
#define __SYSCALL_LL_E(x) (x)
#define __SYSCALL_LL_O(x) (x)

/* System V IPC structures have one version only. */
#define IPC_64 0

hidden long sys_dispatch(long, long, long, long, long, long, long);

/* No prototypes: each call site fixes the number of arguments. */
"""


def syscall_numbers(text: str) -> dict[str, int]:
    """The names and numbers that a `bits/syscall.h.in` defines, in its order."""
    numbers: dict[str, int] = {}
    for line in text.splitlines():
        found = _DEFINITION.match(line)
        if not found:
            continue
        name, value = found.groups()
        try:
            number = int(value, 0)
        except ValueError:
            raise UserError(f"the number of the system call '{name}' is not a constant: {value}") from None
        if number < 0 or numbers.get(name, number) != number:
            raise UserError(f"the system call '{name}' has no unique number")
        numbers[name] = number
    if not numbers:
        raise UserError("no system call is defined in musl's bits/syscall.h.in")
    return numbers


def syscall_arch(text: str) -> str:
    """`syscall_arch.h` for the calls of ``text``, the `bits/syscall.h.in` of any 64-bit architecture.

    GCC and Clang fold the table at every optimisation level but -O0.
    """
    by_number = {number: name for name, number in syscall_numbers(text).items()}
    names = [by_number[number] for number in sorted(by_number)]
    lines = [_HEAD]
    lines += [f"hidden long sys_{name}();\n" for name in names]
    lines.append(_table(by_number))
    lines += [_function(count) for count in range(7)]
    return "".join(lines)


def _table(by_number: Mapping[int, str]) -> str:
    entries = "".join(f"\t[{number}] = sys_{by_number[number]},\n" for number in sorted(by_number))
    return f"\nstatic long (*const __syscall_table[])() = {{\n{entries}}};\n"


def _function(count: int) -> str:
    """`__syscall<count>()`.

    The table's functions have no prototype; the cast gives them one, so that the caller need not tell a
    variadic function how many vector registers it uses (System V ABI for x86_64, section 3.2.3).
    """
    arguments = _ARGUMENTS[:count]
    parameters = "".join(f", long {a}" for a in arguments)
    types = ", ".join("long" for _ in arguments) or "void"
    passed = ", ".join(arguments)
    padded = "".join(f", {a}" for a in arguments) + ", 0" * (6 - count)
    return f"""
static inline __attribute__((__always_inline__)) long __syscall{count}(long n{parameters})
{{
    if (__builtin_constant_p(n) && (unsigned long)n < sizeof __syscall_table / sizeof *__syscall_table
        && __syscall_table[n])
        return ((long (*)({types}))__syscall_table[n])({passed});
    return sys_dispatch(n{padded});
}}
"""
