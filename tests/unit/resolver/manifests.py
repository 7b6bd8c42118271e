"""Catalogs made of values alone, without files: small ones by hand, large ones by rule."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

from unilith.catalog.catalog import Catalog
from unilith.catalog.model import Kind, Machine, Manifest, Ref, Supports
from unilith.catalog.option_files import Option
from unilith.demand.facts import Fact, FactKind, Origin

ROOT = Path("/catalog")
_REFERENCES = ("provides", "requires", "uses", "conflicts")
Reference = str | tuple[str, str]  # a name, or a name and its condition


def catalog_of(*manifests: Manifest, options: Sequence[Option] = ()) -> Catalog:
    """A catalog of these manifests, unchecked."""
    ordered = sorted(manifests, key=lambda m: m.name)
    by_kind = {k: MappingProxyType({m.name: m for m in ordered if m.kind is k}) for k in Kind}
    return Catalog(
        roots=(ROOT,),
        libraries=by_kind[Kind.LIBRARY],
        interfaces=by_kind[Kind.INTERFACE],
        platforms=by_kind[Kind.PLATFORM],
        options=MappingProxyType({o.name: o for o in options}),
        input_files=(),
        input_dirs=(),
    )


def library(name: str, kind: Kind = Kind.LIBRARY, **fields: Any) -> Manifest:
    """A manifest whose references stand on lines of their own, as they would in a file."""
    lines: dict[str, int] = {}
    line = 4
    for key in _REFERENCES:
        references: Sequence[Reference] = fields.get(key, ())
        fields[key] = tuple(
            Ref(name=r) if isinstance(r, str) else Ref(name=r[0], when=r[1]) for r in references
        )
        for number in range(len(references)):
            lines[f"{key}.{number}"] = line = line + 1
    for key in ("supports", "syscalls", "cardinality", "machines"):
        if key in fields:
            lines[key] = line = line + 1
    folder = ROOT / ("platforms" if kind is Kind.PLATFORM else "libs/test") / name.replace(".", "-")
    return Manifest(name=name, kind=kind, summary=f"The {name}", folder=folder, lines=lines, **fields)


def interface(name: str, cardinality: str = "one", **fields: Any) -> Manifest:
    """An interface."""
    return library(name, Kind.INTERFACE, cardinality=cardinality, **fields)


def platform(name: str, **fields: Any) -> Manifest:
    """A platform with one machine of its own name, for x86_64."""
    machine = Machine(runner="process" if name == "process" else "qemu")
    supports = Supports(arch=("x86_64",))
    return library(name, Kind.PLATFORM, machines={name: machine}, supports=supports, **fields)


def bool_option(name: str, owner: str, line: int = 3) -> Option:
    """A bool option of a library."""
    return Option(name, "bool", owner, ROOT / "libs/test" / owner / "Kconfig", line)


def calls(*names: str) -> tuple[Fact, ...]:
    """A demand for system calls."""
    return tuple(Fact(FactKind.SYSCALL, n, Origin(f"app calls {n}: main.c.o > {n}.o")) for n in names)


def needs(*names: str, kind: FactKind = FactKind.INTERFACE) -> tuple[Fact, ...]:
    """A stated demand for interfaces or libraries."""
    return tuple(Fact(kind, n, Origin(f"app needs {n}")) for n in names)


def network_catalog() -> Catalog:
    """Two platforms, two network stacks (the small one is GPL), three network devices, two heaps."""
    return catalog_of(
        platform("qemu", provides=["hardware", "device.net"], requires=["boot"]),
        platform("process", provides=["host.calls"], requires=["boot"]),
        *map(
            interface,
            ("hardware", "device.net", "host.calls", "net.stack", "heap", "pages", "virtio", "string"),
        ),
        interface("net.device", "many"),
        library("boot", requires=["string"]),
        library("string-small", provides=["string"]),
        library("string-fast", provides=["string"]),
        library("virtio-pci", provides=["virtio"], requires=["hardware", "device.net"]),
        library("virtio-net", provides=["net.device"], requires=["virtio", "heap"]),
        library("loopback", provides=["net.device"], requires=["heap", "net.stack"]),
        library("tap", provides=["net.device"], requires=["host.calls"]),
        library(
            "lwip",
            provides=["net.stack"],
            requires=["net.device", "heap", "string"],
            license="BSD-3-Clause",
            syscalls=("socket", "bind"),
        ),
        library(
            "tinynet",
            provides=["net.stack"],
            requires=["net.device"],
            license="GPL-2.0-only",
            syscalls=("socket",),
        ),
        library("heap-bump", provides=["heap"], requires=["pages"]),
        library("heap-tlsf", provides=["heap"], requires=["pages"]),
        library("pages-list", provides=["pages"]),
    )


NETWORK_COSTS = {
    "qemu": 4000,
    "process": 3000,
    "boot": 300,
    "string-small": 200,
    "string-fast": 900,
    "virtio-pci": 2000,
    "virtio-net": 2500,
    "loopback": 300,
    "tap": 900,
    "lwip": 90000,
    "tinynet": 50000,
    "heap-bump": 250,
    "heap-tlsf": 1900,
    "pages-list": 700,
}


def large_catalog(libraries: int = 2000, seed: int = 1) -> tuple[Catalog, tuple[Fact, ...], dict[str, int]]:
    """A catalog built like real ones, a demand that reaches a good part of it, and costs.

    Libraries stand in layers. Most needs go to few popular interfaces of lower layers, some to a library
    nearby; an interface has one to five providers, which need much the same and differ in bytes.
    """
    random = Random(seed)
    manifests = [platform("qemu", provides=["hardware"], requires=["lib-0"]), interface("hardware")]
    slots: list[str] = []
    plain: list[str] = []  # libraries that provide no interface
    costs = {"qemu": 4096}
    number = 0

    def add(fields: dict[str, Any]) -> None:
        nonlocal number
        manifests.append(library(f"lib-{number}", **fields))
        costs[f"lib-{number}"] = int(100 * 2 ** random.uniform(0, 8))
        number += 1

    def popular() -> str:
        return slots[int(len(slots) * random.random() ** 3)]

    while number < libraries:
        base = {popular() for _ in range(random.randrange(1, 4))} if slots else set()
        if random.random() < 0.3:
            base.update(plain[-1 - random.randrange(min(len(plain), 40)) :][:1] if plain else ())
        if random.random() < 0.6:
            fields: dict[str, Any] = {"requires": sorted(base)}
            if random.random() < 0.4:
                fields["syscalls"] = tuple(f"call_{number}_{i}" for i in range(random.randrange(1, 5)))
            if random.random() < 0.02 and len(plain) > 100:
                fields["conflicts"] = [plain[-random.randrange(60, 100)]]
            plain.append(f"lib-{number}")
            add(fields)
            continue
        slot = f"slot.s{len(slots)}"
        manifests.append(interface(slot, random.choice(("one", "one", "many"))))
        calls_of_slot = tuple(f"slot_{len(slots)}_{i}" for i in range(random.randrange(3)))
        for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5))):
            extra = {popular()} if slots and random.random() < 0.5 else set()
            add({"requires": sorted(base | extra), "provides": [slot], "syscalls": calls_of_slot})
        slots.append(slot)
    catalog = catalog_of(*manifests)
    implemented = sorted({c for m in catalog.libraries.values() for c in m.syscalls})
    demand = calls(*random.sample(implemented, 60)) + needs(*random.sample(slots, 10))
    return catalog, demand, costs


def tangled_catalog(libraries: int, seed: int) -> tuple[Catalog, tuple[Fact, ...], dict[str, int]]:
    """A catalog that is hard on purpose: nearly every need can be met in several ways, each way with
    needs of its own, and all costs differ."""
    random = Random(seed)
    interfaces = [f"slot.s{i}" for i in range(libraries // 12)]
    manifests = [platform("qemu", provides=["hardware"], requires=["lib-0"])]
    manifests += [interface("hardware")]
    manifests += [interface(name, random.choice(("one", "one", "many"))) for name in interfaces]
    costs = {"qemu": 4096}
    call_names = [f"call_{i}" for i in range(libraries // 6)]
    for i in range(libraries):
        layer = i // 50
        lower = [f"lib-{random.randrange(layer * 50)}" for _ in range(random.randrange(3))] if layer else []
        slot = i // 12  # neighbours share interfaces
        usable = interfaces[: max(0, slot - 8)]
        wanted = random.sample(usable, min(len(usable), random.randrange(3)))
        fields: dict[str, Any] = {"requires": sorted({*lower, *wanted})}
        if i % 4 == 0:
            fields["provides"] = [interfaces[min(len(interfaces) - 1, slot)]]
        if random.random() < 0.05 and layer:
            other = f"lib-{random.randrange(i)}"
            if other not in fields["requires"]:
                fields["conflicts"] = [other]
        if random.random() < 0.3:
            fields["syscalls"] = tuple(sorted({random.choice(call_names) for _ in range(3)}))
        manifests.append(library(f"lib-{i}", **fields))
        costs[f"lib-{i}"] = random.randrange(100, 20000)
    catalog = catalog_of(*manifests)
    implemented = [c for c in call_names if catalog.syscall_providers(c)]
    demand = calls(*random.sample(implemented, len(implemented) // 10))
    return catalog, demand, costs
