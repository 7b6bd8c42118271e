"""From a catalog and a demand to a selection: every kind of statement, one test each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.unit.resolver.manifests import (
    NETWORK_COSTS,
    bool_option,
    calls,
    catalog_of,
    interface,
    library,
    needs,
    network_catalog,
    platform,
)

from unilith.catalog.catalog import Catalog
from unilith.catalog.model import DebianSource, Supports, Upstream
from unilith.demand.facts import Fact, FactKind, Origin
from unilith.errors import UserError, Where
from unilith.resolver.check import check_certificate
from unilith.resolver.choices import Rule, RuleKind
from unilith.resolver.licences import forbidden_licence
from unilith.resolver.lockfile import from_text, to_text
from unilith.resolver.selection import Refused, Resolved, Selection, catalog_fingerprint, select


def rule(kind: RuleKind, name: str, value: str = "") -> Rule:
    return Rule(kind, name, Origin(f"the recipe says {kind} {name}", Where("app/recipe.yaml", 4)), value)


def ask(
    catalog: Catalog,
    *facts: Fact,
    rules: tuple[Rule, ...] = (),
    costs: Mapping[str, int] | None = None,
    target: str = "qemu-x86_64",
) -> Resolved | Refused:
    return select("app", catalog, facts, catalog.target(target), rules, costs=costs)


def chosen(answer: Resolved | Refused) -> Selection:
    assert isinstance(answer, Resolved)
    selection = answer.selection
    assert selection.variables == answer.solution.true
    assert check_certificate(answer.problem, selection.variables, selection.certificate) == []
    return selection


def obstacles(answer: Resolved | Refused) -> list[str]:
    assert isinstance(answer, Refused)
    return [str(s.origin) for s in answer.refusal.statements]


def small(*more: object, **fields: object) -> Catalog:
    """A platform `qemu` and whatever a test adds."""
    return catalog_of(platform("qemu"), platform("process"), *more, **fields)  # type: ignore[arg-type]


def test_the_smallest_network() -> None:
    selection = chosen(ask(network_catalog(), *calls("socket"), costs=NETWORK_COSTS))
    assert selection.names == (
        "boot",
        "heap-bump",
        "loopback",
        "pages-list",
        "qemu",
        "string-small",
        "tinynet",
    )
    assert selection.bytes == 55_750
    assert {b.name: b.providers for b in selection.interfaces}["net.device"] == ("loopback",)
    assert [(b.name, b.providers) for b in selection.syscalls] == [("socket", ("tinynet",))]
    assert {m.name: m.reason for m in selection.libraries}["heap-bump"] == (
        "loopback requires heap (libs/test/loopback/manifest.yaml:6)"
    )


def test_the_target_decides_the_platform() -> None:
    selection = chosen(ask(network_catalog(), *calls("socket"), costs=NETWORK_COSTS, target="process-x86_64"))
    assert selection.names == ("boot", "process", "string-small", "tap", "tinynet")


def test_a_condition_on_a_library_counts() -> None:
    catalog = small(
        library("a", requires=[("b", "LIB_C")]), library("b"), library("c"), library("d", requires=["a", "c"])
    )
    assert chosen(ask(catalog, *needs("a", kind=FactKind.LIBRARY))).names == ("a", "qemu")
    assert chosen(ask(catalog, *needs("d", kind=FactKind.LIBRARY))).names == ("a", "b", "c", "d", "qemu")


def test_a_library_that_is_only_named_in_a_condition_keeps_its_own_needs() -> None:
    catalog = small(
        library("a", requires=[("big", "!LIB_C")]),
        library("big"),
        library("c", requires=["d"]),
        library("d"),
    )
    costs = {"big": 9000, "c": 10, "d": 10}
    assert chosen(ask(catalog, *needs("a", kind=FactKind.LIBRARY), costs=costs)).names == (
        "a",
        "c",
        "d",
        "qemu",
    )


def test_a_condition_on_the_architecture_counts() -> None:
    catalog = small(
        library("a", requires=[("b", "ARCH_X86_64"), ("c", "ARCH_AARCH64")]), library("b"), library("c")
    )
    assert chosen(ask(catalog, *needs("a", kind=FactKind.LIBRARY))).names == ("a", "b", "qemu")


def test_a_provider_under_a_condition_provides_only_then() -> None:
    catalog = small(
        interface("slot"),
        library("sometimes", provides=[("slot", "LIB_KEY")]),
        library("key"),
        library("always", provides=["slot"]),
    )
    costs = {"sometimes": 10, "key": 10, "always": 500}
    assert chosen(ask(catalog, *needs("slot"), costs=costs)).names == ("key", "qemu", "sometimes")
    forbidden = (rule(RuleKind.FORBID, "key"),)
    assert chosen(ask(catalog, *needs("slot"), costs=costs, rules=forbidden)).names == ("always", "qemu")


def test_an_interface_of_one_has_one_provider() -> None:
    catalog = small(interface("slot"), library("a", provides=["slot"]), library("b", provides=["slot"]))
    both = needs("a", "b", kind=FactKind.LIBRARY)
    assert "slot has one provider only (libs/test/slot/manifest.yaml:5)" in obstacles(ask(catalog, *both))


def test_an_interface_of_many_may_have_several() -> None:
    catalog = small(
        interface("slot", "many"), library("a", provides=["slot"]), library("b", provides=["slot"])
    )
    assert chosen(ask(catalog, *needs("a", "b", kind=FactKind.LIBRARY))).names == ("a", "b", "qemu")
    assert chosen(ask(catalog, *needs("slot"))).names == ("a", "qemu")


def test_what_an_interface_requires_comes_with_its_provider() -> None:
    catalog = small(
        interface("fs", requires=["vnode"]),
        interface("vnode"),
        library("ramfs", provides=["fs"]),
        library("v", provides=["vnode"]),
    )
    selection = chosen(ask(catalog, *needs("fs")))
    assert selection.names == ("qemu", "ramfs", "v")
    assert selection.libraries[2].reason.startswith("ramfs provides fs, which requires vnode (libs/test/fs/")


def test_two_implementations_of_a_call_clash() -> None:
    catalog = small(library("a", syscalls=("read",)), library("b", syscalls=("read", "write")))
    both = needs("a", "b", kind=FactKind.LIBRARY)
    assert "a and b define sys_read each (libs/test/a/manifest.yaml:5)" in obstacles(ask(catalog, *both))


def test_conflicts_are_kept() -> None:
    catalog = small(
        interface("slot", "many"),
        library("a", conflicts=["slot"], provides=["slot"]),
        library("b", provides=["slot"]),
        library("c", conflicts=[("a", "LIB_D")]),
        library("d"),
    )
    assert chosen(ask(catalog, *needs("a", kind=FactKind.LIBRARY))).names == ("a", "qemu")
    assert "a conflicts with slot (libs/test/a/manifest.yaml:6)" in obstacles(
        ask(catalog, *needs("a", "b", kind=FactKind.LIBRARY))
    )
    assert chosen(ask(catalog, *needs("a", "c", kind=FactKind.LIBRARY))).names == ("a", "c", "qemu")
    assert obstacles(ask(catalog, *needs("a", "c", "d", kind=FactKind.LIBRARY)))


def test_other_architectures_are_refused() -> None:
    catalog = small(library("arm", supports=Supports(arch=("aarch64",))))
    assert obstacles(ask(catalog, *needs("arm", kind=FactKind.LIBRARY))) == [
        "app needs arm",
        "arm supports aarch64 only, and the target is qemu-x86_64 (libs/test/arm/manifest.yaml:5)",
    ]


def test_a_call_without_implementation_is_refused_unless_it_may_be_a_stub() -> None:
    catalog = small()
    assert obstacles(ask(catalog, *calls("foo"))) == [
        "the recipe does not let foo be a stub",
        "app calls foo: main.c.o > foo.o, which no library implements",
    ]
    selection = chosen(ask(catalog, *calls("foo"), rules=(rule(RuleKind.STUB, "foo"),)))
    assert selection.stubs == ("foo",) and selection.bytes == 1024 + 16


def test_a_stub_gives_way_to_an_implementation_that_is_there_anyway() -> None:
    catalog = small(library("files", syscalls=("open", "ioctl")))
    rules = (rule(RuleKind.STUB, "ioctl"),)
    assert chosen(ask(catalog, *calls("ioctl"), rules=rules)).stubs == ("ioctl",)
    selection = chosen(ask(catalog, *calls("ioctl", "open"), rules=rules))
    assert selection.stubs == () and selection.names == ("files", "qemu")


def test_wants_and_prohibitions() -> None:
    catalog = network_catalog()
    want = (rule(RuleKind.WANT, "virtio-net"),)
    names = chosen(ask(catalog, *calls("socket"), rules=want, costs=NETWORK_COSTS)).names
    assert "virtio-net" in names and "loopback" not in names
    forbid = (rule(RuleKind.FORBID, "tinynet"),)
    assert "lwip" in chosen(ask(catalog, *calls("socket"), rules=forbid, costs=NETWORK_COSTS)).names
    assert obstacles(ask(catalog, *calls("socket"), rules=(rule(RuleKind.FORBID, "net.device"),)))


def test_licences_are_constraints() -> None:
    selection = chosen(
        ask(
            network_catalog(),
            *calls("socket"),
            rules=(rule(RuleKind.FORBID_LICENCE, "GPL-*"),),
            costs=NETWORK_COSTS,
        )
    )
    assert "lwip" in selection.names and "tinynet" not in selection.names


def test_the_licence_of_third_party_code_counts() -> None:
    source = DebianSource(package="x", version="1", sha256="0" * 64)
    upstream = Upstream(version="1", license="GPL-2.0-only", debian=source)
    catalog = small(library("x", upstream=upstream))
    refused = ask(
        catalog, *needs("x", kind=FactKind.LIBRARY), rules=(rule(RuleKind.FORBID_LICENCE, "GPL-*"),)
    )
    assert obstacles(refused)[-1] == (
        "the recipe says forbid-licence GPL-*, and x is under GPL-2.0-only (app/recipe.yaml:4)"
    )


@pytest.mark.parametrize(
    ("expression", "bad"),
    [
        ("MIT", ""),
        ("GPL-2.0-only", "GPL-2.0-only"),
        ("gpl-2.0-or-later", "gpl-2.0-or-later"),
        ("MIT OR GPL-2.0-only", ""),
        ("GPL-2.0-only OR GPL-3.0-only", "GPL-2.0-only"),
        ("MIT AND GPL-2.0-only", "GPL-2.0-only"),
        ("MIT AND (BSD-3-Clause OR GPL-2.0-only)", ""),
        ("(MIT OR Zlib) AND GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only"),
        ("LGPL-2.1-only", ""),
    ],
)
def test_licence_expressions(expression: str, bad: str) -> None:
    assert forbidden_licence(expression, ["GPL-*"]) == bad


def test_an_option_that_is_asked_for_brings_its_library() -> None:
    catalog = small(library("heap-tlsf"), options=[bool_option("HEAP_CHECK", "heap-tlsf")])
    selection = chosen(ask(catalog, rules=(rule(RuleKind.SET, "HEAP_CHECK", "y"),)))
    assert selection.names == ("heap-tlsf", "qemu")
    assert selection.libraries[0].reason == (
        "the recipe says set HEAP_CHECK, an option of heap-tlsf (app/recipe.yaml:4)"
    )
    assert chosen(ask(catalog, rules=(rule(RuleKind.SET, "HEAP_CHECK", "n"),))).names == ("qemu",)
    assert chosen(ask(catalog, *needs("HEAP_CHECK", kind=FactKind.OPTION))).names == ("heap-tlsf", "qemu")


def test_unknown_names_are_errors() -> None:
    catalog = small(library("heap-tlsf"))
    with pytest.raises(UserError, match="there is no option `NONE`"):
        ask(catalog, rules=(rule(RuleKind.SET, "NONE", "y"),))
    with pytest.raises(UserError, match="heap-tslf"):
        ask(catalog, rules=(rule(RuleKind.WANT, "heap-tslf"),))
    with pytest.raises(UserError, match="heap-tslf"):
        ask(catalog, *needs("heap-tslf"))


def option_catalog() -> Catalog:
    return small(
        library("net", requires=[("dhcp", "NET_DHCP")]),
        library("dhcp"),
        options=[bool_option("NET_DHCP", "net")],
    )


def test_option_values_and_libraries_are_settled_together() -> None:
    catalog = option_catalog()
    asked: list[frozenset[str]] = []

    def values(libraries: frozenset[str]) -> dict[str, str]:
        asked.append(libraries)
        return {"NET_DHCP": "y" if "net" in libraries else "n"}

    facts = needs("net", kind=FactKind.LIBRARY)
    answer = select("app", catalog, facts, catalog.target("qemu-x86_64"), options=values)
    selection = chosen(answer)
    assert selection.names == ("dhcp", "net", "qemu")
    assert selection.conditions == ("opt:NET_DHCP",)
    assert asked[0] == {"net", "qemu"}
    assert chosen(ask(catalog, *facts)).names == ("net", "qemu")
    assert chosen(ask(catalog, *facts, rules=(rule(RuleKind.SET, "NET_DHCP", "y"),))).names == (
        "dhcp",
        "net",
        "qemu",
    )


def test_values_that_never_settle_are_an_error() -> None:
    catalog = option_catalog()
    flips = iter("yn" * 20)
    with pytest.raises(UserError, match="in a circle"):
        select(
            "app",
            catalog,
            needs("net", kind=FactKind.LIBRARY),
            catalog.target("qemu-x86_64"),
            options=lambda _: {"NET_DHCP": next(flips)},
        )


# -- lock files ---------------------------------------------------------------------------------------


@pytest.fixture
def selection() -> Selection:
    rules = (rule(RuleKind.STUB, "foo"), rule(RuleKind.FORBID_LICENCE, "MIT-*"))
    found = chosen(ask(network_catalog(), *calls("socket", "foo"), rules=rules, costs=NETWORK_COSTS))
    return replace(found, options={"HEAP_SIZE": "4096", "A_TEXT": 'a "b"'})


def test_a_lock_file_holds_the_whole_selection(selection: Selection) -> None:
    text = to_text(selection)
    assert from_text(text) == selection
    assert to_text(from_text(text)) == text


def test_a_change_of_one_library_changes_its_line(selection: Selection) -> None:
    libraries = tuple(replace(m, bytes=1) if m.name == "boot" else m for m in selection.libraries)
    before = to_text(selection).splitlines()
    after = to_text(replace(selection, libraries=libraries)).splitlines()
    assert len(before) == len(after)
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"format": 1', '"format": 2', "has format 2"),
        ('"format": 1', '"form": 1', "has no `format`"),
        ('"bytes": 300', '"bytes": "many"', "`libraries.0.bytes`"),
        ('"target": ', '"goal": ', "`target`: Field required"),
        ('"bytes": 300', '"bytes": "300"', "is not as `unilith lock` writes it"),
        ("{", "", "is not JSON"),
        (' "facts"', ' "more": [],\n "facts"', "is not as `unilith lock` writes it"),
    ],
)
def test_a_lock_file_that_was_altered_is_refused(
    selection: Selection, old: str, new: str, message: str
) -> None:
    text = to_text(selection)
    assert old in text
    with pytest.raises(UserError, match=message) as error:
        from_text(text.replace(old, new, 1), "here.lock")
    assert error.value.where is not None and error.value.where.file == "here.lock"


def test_the_fingerprint_sees_every_manifest() -> None:
    one, other = small(library("a")), small(library("a", syscalls=("read",)))
    assert catalog_fingerprint(one) == catalog_fingerprint(small(library("a")))
    assert catalog_fingerprint(one) != catalog_fingerprint(other)
