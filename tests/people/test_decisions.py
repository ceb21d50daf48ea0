"""The file of decisions: what it keeps, what it refuses, and what a crash leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Thread

import pytest

from leadgrade.errors import InputError
from leadgrade.people import decide, decisions
from leadgrade.people.decide import Named
from leadgrade.people.decisions import Decision
from leadgrade.people.overrides import Rulings

NOW = datetime(2026, 10, 2, 9)
TOLD = {"by": "kim", "reason": "asked them", "now": NOW}


def named(*leads: str) -> Named:
    """A person of these leads; a lead itself where there is one."""
    return Named(leads[0] if len(leads) == 1 else "p_" + leads[0], leads, "p_" + leads[0])


def merged(home: Path, *leads: str) -> None:
    decide.merge(home, [named(lead) for lead in leads], **TOLD)


def parted(home: Path, a: str, b: str) -> None:
    decide.split(home, [named(a), named(b)], **TOLD)


def test_decisions_come_back_as_they_were_taken(home: Path) -> None:
    assert decisions.read(home) == []
    first = decide.merge(home, [named("a", "b"), named("c")], **TOLD)
    second = decide.split(home, [named("a", "b", "d"), named("d")], **TOLD)
    third = decide.undo(home, 1, **TOLD)
    assert decisions.read(home) == [first, second, third]
    assert [d.parts for d in (first, second, third)] == [(("a", "b"), ("c",)), (("a", "b"), ("d",)), ()]
    assert decisions.in_force([first, second, third]) == [second]
    assert (home / decisions.FILE).stat().st_mode & 0o777 == 0o600


def test_lines_are_only_ever_added(home: Path) -> None:
    merged(home, "a", "b")
    before = (home / decisions.FILE).read_bytes()
    decide.undo(home, 1, **TOLD)
    merged(home, "a", "b")
    assert (home / decisions.FILE).read_bytes().startswith(before)
    assert [d.number for d in decisions.read(home)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("earlier", "decide_now", "words"),
    [
        ([("merge", "a", "b")], ("split", "a", "b"), ["this split", r"decision 1 \(merge\)"]),
        ([("split", "a", "b")], ("merge", "a", "b"), [r"decision 1 \(split\)", "this merge"]),
        ([("merge", "a", "b"), ("merge", "b", "c")], ("split", "a", "c"), ["this split", "decision 1 .merge. and decision 2"]),
        ([("split", "a", "c"), ("merge", "a", "b")], ("merge", "b", "c"), ["decision 1", "decision 2", "this merge"]),
        ([("merge", "a", "b")], ("merge", "b", "a"), ["decision 1 says the same"]),
        ([("split", "a", "b")], ("split", "b", "a"), ["decision 1 says the same"]),
    ],
)  # fmt: skip
def test_contradictions_are_refused_with_both_named(home: Path, earlier, decide_now, words) -> None:
    kinds = {"merge": merged, "split": parted}
    for kind, a, b in earlier:
        kinds[kind](home, a, b)
    kind, a, b = decide_now
    with pytest.raises(InputError) as raised:
        kinds[kind](home, a, b)
    for part in words:
        raised.match(part)
    assert len(decisions.read(home)) == len(earlier)
    decide.undo(home, 1, **TOLD)
    kinds[kind](home, a, b)


@pytest.mark.parametrize(
    ("ids", "parts"),
    [
        ([named("a", "b", "c"), named("b")], (("a", "c"), ("b",))),
        ([named("a", "b", "c"), named("c"), named("b")], (("a",), ("c", "b"))),
        ([named("a", "b"), named("c", "d")], (("a", "b"), ("c", "d"))),
        ([named("a"), named("b")], (("a",), ("b",))),
        ([named("a", "b"), named("c")], (("a", "b"), ("c",))),
    ],
)
def test_what_a_split_parts(home: Path, ids: list[Named], parts: tuple[tuple[str, ...], ...]) -> None:
    assert decide.split(home, ids, **TOLD).parts == parts


@pytest.mark.parametrize(
    ("ids", "why"),
    [
        ([named("a")], "needs a person and leads"),
        ([named("a", "b"), named("a"), named("b")], "all leads of p_a"),
        ([named("a", "b"), named("a"), named("c")], "more than two ids"),
        ([named("a"), named("a", "b")], "name the person first"),
        ([named("a"), named("a")], "name the person first"),
    ],
)
def test_a_split_that_parts_nothing_is_refused(home: Path, ids: list[Named], why: str) -> None:
    with pytest.raises(InputError, match=why):
        decide.split(home, ids, **TOLD)


def test_a_merge_needs_two_and_an_undo_something_in_force(home: Path) -> None:
    for ids in ([named("a")], [named("a"), named("a")], [named("a", "b"), named("a", "b")]):
        with pytest.raises(InputError, match="two different"):
            decide.merge(home, ids, **TOLD)
    merged(home, "a", "b")
    decide.undo(home, 1, **TOLD)
    for number in (0, 1, 2, 3):
        with pytest.raises(InputError, match=f"no decision {number} is in force; there are: none"):
            decide.undo(home, number, **TOLD)


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("same man,  new job\n", True),
        ("see l_0a0e12345678f2a30b21 of 2026-09-01, 95 %", True),
        ("wrote to jane.doe@corp.example", False),
        ("@jane", False),
        ("called +49 30 901820 77", False),
        ("01512-3456789", False),
        ("", False),
        (" \t", False),
        ("x" * 501, False),
    ],
)
def test_a_reason_holds_no_address_and_no_number(home: Path, text: str, is_kept: bool) -> None:
    told = TOLD | {"reason": text}
    if is_kept:
        assert decide.merge(home, [named("a"), named("b")], **told).reason == " ".join(text.split())
        return
    with pytest.raises(InputError) as raised:
        decide.merge(home, [named("a"), named("b")], **told)
    assert "corp" not in str(raised.value)
    assert "901820" not in str(raised.value)
    assert decisions.read(home) == []


def test_a_line_that_a_crash_cut_off_was_never_decided(home: Path) -> None:
    merged(home, "a", "b")
    with (home / decisions.FILE).open("ab") as file:
        file.write(b'{"decision": 2, "kind": "merge", "parts": [["x"], ["y')
    assert len(decisions.read(home)) == 1
    merged(home, "c", "d")
    assert [d.leads for d in decisions.read(home)] == [["a", "b"], ["c", "d"]]


@pytest.mark.parametrize(
    "line",
    [
        b"no json",
        b"[]",
        b"{}",
        b'{"decision": 2, "kind": "merge", "parts": [["a"]], "at": "2026-10-02", "by": "k", "reason": "r"}',
        b'{"decision": 2, "kind": "split", "parts": [["a"], ["a"]], "at": "2026-10-02", "by": "k", "reason": "r"}',
        b'{"decision": 7, "kind": "merge", "parts": [["a"], ["b"]], "at": "2026-10-02", "by": "k", "reason": "r"}',
        b'{"decision": 2, "kind": "undo", "undoes": 2, "at": "2026-10-02", "by": "k", "reason": "r"}',
        b'{"decision": 2, "kind": "guess", "parts": [["a"], ["b"]], "at": "2026-10-02", "by": "k", "reason": "r"}',
    ],
)
def test_a_damaged_line_is_named_and_nothing_is_skipped(home: Path, line: bytes) -> None:
    merged(home, "a", "b")
    with (home / decisions.FILE).open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(InputError, match="line 2 is no decision"):
        decisions.read(home)
    with pytest.raises(InputError, match="line 2 is no decision"):
        merged(home, "c", "d")


def test_two_who_decide_at_once_both_count(home: Path) -> None:
    threads = [Thread(target=merged, args=(home, f"a{i}", f"b{i}")) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = decisions.read(home)
    assert [d.number for d in found] == list(range(1, 9))
    assert {d.leads[0] for d in found} == {f"a{i}" for i in range(8)}


def test_what_decisions_say_of_two_leads(home: Path) -> None:
    for pair in (("a", "b"), ("b", "c"), ("x", "y")):
        merged(home, *pair)
    parted(home, "c", "x")
    rulings = Rulings(decisions.read(home))
    said = {pair: [d.number for d in rulings.about(*pair)] for pair in (("a", "b"), ("c", "a"), ("y", "a"), ("a", "q"))}
    assert said == {("a", "b"): [1], ("c", "a"): [2, 1], ("y", "a"): [3, 4, 2, 1], ("a", "q"): []}
    assert {pair: rulings.settles(*pair) for pair in said} == {pair: bool(numbers) for pair, numbers in said.items()}
    assert [d.number for d in rulings.about_others(["q", "b"], ["r", "y"])] == [2, 4, 3]
    assert rulings.about_others(["q"], ["r"]) == ()


def test_who_waits_while_the_file_is_written_anew_adds_to_the_new_one(home: Path) -> None:
    merged(home, "a", "b")
    waiting = Thread(target=merged, args=(home, "c", "d"))

    def change(decision: Decision) -> Decision:
        waiting.start()
        waiting.join(0.05)
        return replace(decision, parts=(("a",),))

    assert decisions.rewrite(home, change) == 1
    waiting.join()
    now = decisions.read(home)
    assert [(d.number, d.kind, d.leads) for d in now] == [(1, "erased", []), (2, "merge", ["c", "d"])]
    assert decisions.in_force(now) == now[1:]
    before = (home / decisions.FILE).stat()
    assert decisions.rewrite(home, lambda decision: decision) == 0
    assert (home / decisions.FILE).stat().st_ino == before.st_ino
    assert [path.name for path in home.iterdir()] == [decisions.FILE]
