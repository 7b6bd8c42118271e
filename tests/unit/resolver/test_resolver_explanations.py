"""What is said about a selection: true, as short as can be, and in words worth reading."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
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
from tests.unit.resolver.random_problems import all_answers, random_problem

from unilith.demand.facts import Fact, FactKind, Origin
from unilith.errors import Where
from unilith.resolver.choices import Rule, RuleKind
from unilith.resolver.difference import diff
from unilith.resolver.explain import Impossible, Possible, fix, fixes, why, why_not
from unilith.resolver.explain_text import diff_text, proof_text, why_not_text, why_text
from unilith.resolver.formula import Not, Var, holds
from unilith.resolver.problem import Kind, Problem, Statement
from unilith.resolver.questions import question
from unilith.resolver.reasons import reasons
from unilith.resolver.selection import Resolved, select
from unilith.resolver.solve import Solution, solve

seeds = st.integers(0, 10**9)
quick = settings(max_examples=150, deadline=None)

NO_GPL = Rule(
    RuleKind.FORBID_LICENCE,
    "GPL-*",
    Origin("the recipe forbids the licence GPL-*", Where("app/recipe.yaml", 7)),
)


def resolved(
    *rules: Rule, target: str = "qemu-x86_64", facts: tuple[Fact, ...] = calls("socket")
) -> Resolved:
    catalog = network_catalog()
    answer = select("app", catalog, facts, catalog.target(target), rules, costs=NETWORK_COSTS)
    assert isinstance(answer, Resolved)
    return answer


def why_not_said(name: str, *rules: Rule, target: str = "qemu-x86_64") -> str:
    catalog = network_catalog()
    problem, wants = question(
        catalog, calls("socket"), catalog.target(target), rules, [name], costs=NETWORK_COSTS
    )
    return why_not_text(problem, why_not(problem, wants), name)


# -- why ----------------------------------------------------------------------------------------------


def test_why_goes_from_the_thing_to_the_demand() -> None:
    answer = resolved()
    found = why(answer.problem, answer.solution, "lib:pages-list")
    assert found is not None
    assert why_text(answer.problem, found) == (
        "pages-list is in because heap-bump requires pages, which only pages-list provides "
        "(libs/test/heap-bump/manifest.yaml:6).\n"
        "  heap-bump is in because loopback requires heap (libs/test/loopback/manifest.yaml:6), and of "
        "{heap-bump, heap-tlsf} it is the best: heap-tlsf would make the image 1,650 bytes larger.\n"
        "  loopback is in because tinynet requires net.device (libs/test/tinynet/manifest.yaml:6), and of "
        "{loopback, tap, virtio-net} it is the best: virtio-net would make the image 4,200 bytes larger, tap "
        "cannot be in (tap requires host.calls, which only process provides (libs/test/tap/manifest.yaml:6)).\n"
        "  tinynet is in because app calls socket: main.c.o > socket.o, and of {a stub of socket, lwip, "
        "tinynet} it is the best: lwip would make the image 40,000 bytes larger, a stub of socket cannot be in "
        "(the recipe does not let socket be a stub)."
    )


def test_what_provides_only_by_an_option_is_ruled_out_by_the_option() -> None:
    catalog = catalog_of(
        platform("qemu", requires=["entropy"]),
        interface("entropy"),
        library("card", provides=[("entropy", "CARD_ATTACHED")]),
        library("processor", provides=["entropy"]),
        options=[bool_option("CARD_ATTACHED", "card"), bool_option("OTHER", "card")],
    )
    answer = select("app", catalog, (), catalog.target("qemu-x86_64"), ())
    assert isinstance(answer, Resolved)
    found = why(answer.problem, answer.solution, "lib:processor")
    assert found is not None
    assert "card cannot be in (CARD_ATTACHED does not hold (libs/test/card/Kconfig:3))" in why_text(
        answer.problem, found
    )


def test_why_names_the_target_and_the_user() -> None:
    want = Rule(RuleKind.WANT, "virtio-net", Origin("you want virtio-net"))
    answer = resolved(want)
    found = why(answer.problem, answer.solution, "lib:boot")
    assert found is not None
    assert why_text(answer.problem, found) == (
        "boot is in because qemu requires boot (platforms/qemu/manifest.yaml:7).\n"
        "  qemu is in because the target is qemu-x86_64 (platforms/qemu/manifest.yaml:9)."
    )
    found = why(answer.problem, answer.solution, "lib:virtio-pci")
    assert found is not None
    assert why_text(answer.problem, found) == (
        "virtio-pci is in because virtio-net requires virtio, which only virtio-pci provides "
        "(libs/test/virtio-net/manifest.yaml:6).\n"
        "  virtio-net is in because you want virtio-net."
    )


def test_there_is_no_why_for_what_is_not_in() -> None:
    answer = resolved()
    assert why(answer.problem, answer.solution, "lib:lwip") is None


@quick
@given(seeds)
def test_the_links_of_a_chain_hang_together(seed: int) -> None:
    problem = random_problem(seed)
    solution = solve(problem)
    if not isinstance(solution, Solution):
        return
    found = reasons(problem, solution.true)
    for variable in solution.true:
        chain = found.chain(variable)
        if chain:
            assert chain[0].source == "" and chain[-1].target == variable
        for before, after in pairwise(chain):
            assert before.target == after.source
        for link in chain:
            assert link.target in solution.true
            assert holds(link.statement.formula, solution.true)
            assert link.firm == (not holds(link.statement.formula, solution.true - {link.target}))


def test_every_library_of_a_selection_has_a_reason() -> None:
    for answer in (resolved(), resolved(NO_GPL), resolved(target="process-x86_64")):
        assert all(library.reason and library.chain for library in answer.selection.libraries)


# -- why not, and what would help ---------------------------------------------------------------------


def test_another_platform_would_help() -> None:
    assert why_not_said("virtio-net", target="process-x86_64") == (
        "virtio-net is not possible, because these cannot all hold:\n"
        "  - you want virtio-net\n"
        "  - virtio-net requires virtio, which only virtio-pci provides (libs/test/virtio-net/manifest.yaml:6)\n"
        "  - virtio-pci requires hardware, which only qemu provides (libs/test/virtio-pci/manifest.yaml:6)\n"
        "  - the target is process-x86_64 (platforms/process/manifest.yaml:8)\n"
        "The smallest change that makes it possible:\n"
        "  - choose a target of the platform qemu; now the target is process-x86_64 "
        "(platforms/process/manifest.yaml:8)\n"
        "  comes in: heap-bump (250 bytes), pages-list (700 bytes), qemu (4,000 bytes), virtio-net (2,500 bytes), "
        "virtio-pci (2,000 bytes)\n"
        "  goes out: process (3,000 bytes), tap (900 bytes)\n"
        "  in all +5,550 bytes"
    )


def test_a_licence_rule_could_go() -> None:
    assert why_not_said("tinynet", NO_GPL) == (
        "tinynet is not possible, because these cannot all hold:\n"
        "  - you want tinynet\n"
        "  - the recipe forbids the licence GPL-*, and tinynet is under GPL-2.0-only (app/recipe.yaml:7)\n"
        "The smallest change that makes it possible:\n"
        "  - give this up: the recipe forbids the licence GPL-*, and tinynet is under GPL-2.0-only "
        "(app/recipe.yaml:7)\n"
        "  comes in: tinynet (50,000 bytes)\n"
        "  goes out: lwip (90,000 bytes)\n"
        "  in all -40,000 bytes"
    )


def test_what_is_merely_not_needed_is_possible() -> None:
    assert why_not_said("heap-tlsf") == (
        "heap-tlsf is possible; it is not in the image because nothing needs it.\n"
        "  comes in: heap-tlsf (1,900 bytes)\n"
        "  goes out: heap-bump (250 bytes)\n"
        "  in all +1,650 bytes"
    )
    assert why_not_said("tinynet") == "tinynet is in the image."


def test_calls_that_nobody_implements_could_be_stubs() -> None:
    catalog = network_catalog()
    facts = calls("foo", "bar")
    problem, wants = question(catalog, facts, catalog.target("process-x86_64"), (), (), costs=NETWORK_COSTS)
    assert why_not_text(problem, why_not(problem, wants), "app") == (
        "app is not possible, because these cannot all hold:\n"
        "  - app calls foo: main.c.o > foo.o, which no library implements\n"
        "  - the recipe does not let foo be a stub\n"
        "The smallest change that makes it possible:\n"
        "  - let bar be a stub that returns ENOSYS: list it under `stub:` in the recipe\n"
        "  - let foo be a stub that returns ENOSYS: list it under `stub:` in the recipe\n"
        "  comes in: boot (300 bytes), process (3,000 bytes), string-small (200 bytes), a stub of bar (16 bytes), "
        "a stub of foo (16 bytes)\n"
        "  in all +3,532 bytes"
    )


def test_where_no_choice_stands_in_the_way_the_manifests_do() -> None:
    catalog = catalog_of(platform("qemu"), library("a", conflicts=["b"]), library("b"))
    problem, wants = question(
        catalog, needs("a", kind=FactKind.LIBRARY), catalog.target("qemu-x86_64"), (), ["b"]
    )
    assert why_not_text(problem, why_not(problem, wants), "b") == (
        "b is not possible, because these cannot all hold:\n"
        "  - app needs a\n"
        "  - you want b\n"
        "  - a conflicts with b (libs/test/a/manifest.yaml:5)\n"
        "No choice of yours stands in the way: it needs a change in the manifests named above."
    )


def test_an_option_can_be_asked_about() -> None:
    catalog = catalog_of(platform("qemu"), library("tlsf"), options=[bool_option("HEAP_CHECK", "tlsf")])
    forbid = Rule(RuleKind.FORBID, "tlsf", Origin("you forbid tlsf"))
    problem, wants = question(catalog, (), catalog.target("qemu-x86_64"), (forbid,), ["HEAP_CHECK=y"])
    answer = why_not(problem, wants)
    assert isinstance(answer, Impossible)
    assert [str(s.origin) for s in answer.statements] == [
        "you forbid tlsf",
        "you want HEAP_CHECK=y, an option of tlsf",
    ]


@quick
@given(seeds)
def test_a_fix_gives_up_as_few_as_possible(seed: int) -> None:
    problem = random_problem(seed, most=4, retractable=True)
    want = Statement(Var("lib:a"), Kind.CHOICE, Origin("you want a"))
    found = fix(problem, [want])
    retractable = [s for s in problem.statements if s.retractable]
    kept = tuple(s for s in problem.statements if not s.retractable)
    least = None
    for size in range(len(retractable) + 1):
        if any(
            all_answers(Problem((*kept, *(s for s in retractable if s not in gone), want)))
            for gone in combinations(retractable, size)
        ):
            least = size
            break
    assert (None if found is None else len(found.given_up)) == least
    if found is not None:
        left = [s for s in (*problem.statements, want) if s not in found.given_up]
        assert all(holds(s.formula, found.solution.true) for s in left)


@quick
@given(seeds)
def test_why_not_is_right_about_what_is_possible(seed: int) -> None:
    problem = random_problem(seed, most=4, retractable=True)
    wants = [
        Statement(Var("lib:a"), Kind.CHOICE, Origin("you want a")),
        Statement(Not(Var("lib:b")), Kind.CHOICE, Origin("you do not want b")),
    ]
    answer = why_not(problem, wants)
    whole = Problem((*problem.statements, *wants))
    assert isinstance(answer, Possible) == bool(all_answers(whole))
    if isinstance(answer, Impossible):
        assert not all_answers(Problem(answer.statements))


def test_several_ways_out_are_all_different() -> None:
    catalog = network_catalog()
    forbid = Rule(RuleKind.FORBID, "lwip", Origin("you forbid lwip"))
    problem, wants = question(
        catalog, calls("socket"), catalog.target("qemu-x86_64"), (NO_GPL, forbid), (), costs=NETWORK_COSTS
    )
    ways = fixes(problem, wants, limit=5)
    assert [tuple(s.origin.text for s in way.given_up) for way in ways] == [
        ("the recipe does not let socket be a stub",),
        ("the recipe forbids the licence GPL-*, and tinynet is under GPL-2.0-only",),
        ("you forbid lwip",),
    ]


# -- proof and difference -----------------------------------------------------------------------------


def test_the_proof_reads_like_one() -> None:
    answer = resolved()
    assert proof_text(answer.problem, answer.selection.certificate) == (
        "qemu: forced, because the target is qemu-x86_64 (platforms/qemu/manifest.yaml:9).\n"
        "boot: forced, because qemu requires boot (platforms/qemu/manifest.yaml:7) and qemu is in.\n"
        "one of {string-fast, string-small} is needed, because boot requires string "
        "(libs/test/boot/manifest.yaml:5) and boot is in.\n"
        "one of {lwip, tinynet} is needed, because the recipe does not let socket be a stub and app calls socket: "
        "main.c.o > socket.o.\n"
        "one of {loopback, virtio-net} is needed, because the target is qemu-x86_64 "
        "(platforms/qemu/manifest.yaml:9), the recipe does not let socket be a stub, app calls socket: main.c.o > "
        "socket.o, lwip requires net.device (libs/test/lwip/manifest.yaml:6), tap requires host.calls "
        "(libs/test/tap/manifest.yaml:6) and tinynet requires net.device (libs/test/tinynet/manifest.yaml:6).\n"
        "one of {heap-bump, heap-tlsf} is needed, because loopback requires heap "
        "(libs/test/loopback/manifest.yaml:6), virtio-net requires heap (libs/test/virtio-net/manifest.yaml:7) and "
        "one of {loopback, virtio-net} is in.\n"
        "pages-list: forced, because heap-bump requires pages (libs/test/heap-bump/manifest.yaml:6), heap-tlsf "
        "requires pages (libs/test/heap-tlsf/manifest.yaml:6) and one of {heap-bump, heap-tlsf} is in.\n"
        "Whatever meets all of this takes at least 55,750 bytes."
    )


def test_a_difference_says_what_and_why() -> None:
    before, after = resolved().selection, resolved(NO_GPL).selection
    assert diff_text(diff(before, after), "before", "after") == (
        "From before to after: +40,000 bytes.\n"
        "+ lwip (90,000 bytes): app calls socket: main.c.o > socket.o\n"
        "- tinynet (50,000 bytes), which was in because app calls socket: main.c.o > socket.o\n"
        "~ interface net.stack: tinynet -> lwip\n"
        "~ system call socket: tinynet -> lwip"
    )
    assert diff_text(diff(before, before), "before", "after") == "before and after are the same."
    assert diff(before, before).empty
