"""What is done to an ext4: random lines for the program libs/fs/ext4/tests/drive.c."""

from __future__ import annotations

import random

from hypothesis import strategies as st

NAMES = ["a", "b", "c", "dd", "e" * 30, "f" * 200, "g" * 255]
SIZES = [1, 10, 511, 1024, 4096, 10000, 65537, 180000]
OFFSETS = [0, 1, 100, 511, 4096, 5000, 65536, 1000000, 2999999]
TARGETS = [("t/" * 500)[: size - 1] + "t" for size in (1, 59, 60, 61, 200, 900)]


paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(lambda names: "/" + "/".join(names))
sizes, offsets = st.sampled_from(SIZES), st.sampled_from(OFFSETS)
steps = st.one_of(
    st.builds("create {} {}".format, paths, st.sampled_from(["644", "600", "7777"])),
    st.builds("mkdir {} {}".format, paths, st.just("755")),
    st.builds("symlink {} {}".format, st.sampled_from(TARGETS), paths),
    st.builds("mknod {} 10644 0".format, paths),
    st.builds("link {} {}".format, paths, paths),
    st.builds("unlink {}".format, paths),
    st.builds("rmdir {}".format, paths),
    st.builds("rename {} {} {}".format, paths, paths, st.sampled_from([0, 0, 2])),
    st.builds("write {} {} {} {}".format, paths, offsets, sizes, st.integers(0, 255)),
    st.builds("read {} {} {}".format, paths, offsets, sizes),
    st.builds("truncate {} {}".format, paths, offsets),
    st.builds("allocate {} {} {} {}".format, paths, offsets, sizes, st.sampled_from([0, 1, 3, 16, 17])),
    st.builds("chmod {} 640".format, paths),
    st.builds("sync {}".format, paths),
    st.just("remount"),
)


def random_steps(chance: random.Random, count: int) -> list[str]:
    """Like `steps`, but in any number, and fast."""

    def path() -> str:
        some = NAMES[: chance.choice([3, 5, 7])]
        return "".join("/" + chance.choice(some) for _ in range(chance.choice([1, 1, 1, 2, 2, 3])))

    def one() -> str:
        offset, size = chance.choice([*OFFSETS, chance.randrange(3000000)]), chance.choice(SIZES)
        makers = [
            (16, lambda: f"create {path()} {chance.choice(['644', '600', '7777'])}"),
            (12, lambda: f"mkdir {path()} 755"),
            (3, lambda: f"symlink {chance.choice(TARGETS)} {path()}"),
            (1, lambda: f"mknod {path()} 10644 0"),
            (4, lambda: f"link {path()} {path()}"),
            (6, lambda: f"unlink {path()}"),
            (4, lambda: f"rmdir {path()}"),
            (8, lambda: f"rename {path()} {path()} {chance.choice([0, 0, 0, 2])}"),
            (20, lambda: f"write {path()} {offset} {size} {chance.randrange(256)}"),
            (6, lambda: f"read {path()} {offset} {size}"),
            (7, lambda: f"truncate {path()} {offset}"),
            (6, lambda: f"allocate {path()} {offset} {size} {chance.choice([0, 1, 3, 16, 17])}"),
            (2, lambda: f"chmod {path()} 640"),
            (4, lambda: f"sync {path()}"),
            (1, lambda: "remount"),
        ]
        return chance.choices([m for _, m in makers], [w for w, _ in makers])[0]()

    return [one() for _ in range(count)]
