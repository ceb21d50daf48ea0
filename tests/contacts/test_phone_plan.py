from __future__ import annotations

import itertools
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import phonenumbers
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.contacts import phone_reading, phones
from leadgrade.contacts.phone_plan import compile as compiling
from leadgrade.contacts.phone_plan import probe, table
from leadgrade.contacts.phone_plan.diagrams import Diagrams
from leadgrade.contacts.phone_plan.intervals import runs
from leadgrade.contacts.phone_plan.patterns import Match, UnsupportedPatternError, full_match, prefix_match


def texts(length: int) -> list[str]:
    return ["".join(digits) for digits in itertools.product("0123456789", repeat=length)]


def ask(diagrams: Diagrams, diagram: int, text: str) -> object:
    for digit in text:
        diagram = diagrams.children(diagram)[int(digit)]
    return diagrams.value(diagram)


def pattern() -> st.SearchStrategy[str]:
    atoms = st.sampled_from(["1", "2", "[13-5]", r"\d", "9", "[0-68]"])
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map("".join),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
            inner.map(lambda part: f"(?:{part})?"),
            inner.map(lambda part: f"(?:{part}){{1,2}}"),
            inner.map(lambda part: f"({part})"),
            inner.map(lambda part: f"(?:{part}$|0)"),
        ),
        max_leaves=6,
    )


@settings(max_examples=60, deadline=None)
@given(pattern(), st.integers(0, 3))
def test_a_pattern_and_its_diagram_match_the_same_digits(source: str, length: int) -> None:
    diagrams = Diagrams()
    whole, beginning = full_match(diagrams, source, length), prefix_match(diagrams, source, length)
    for text in texts(length):
        assert ask(diagrams, whole, text) == bool(re.fullmatch(source, text))
        found = re.match(source, text)
        spans = (
            tuple(at for group in range(1, re.compile(source).groups + 1) for at in found.span(group)) if found else ()
        )
        assert ask(diagrams, beginning, text) == (Match(found.end(), spans) if found else None)


@pytest.mark.parametrize(
    "source", [r"1*", r"1+?", r"(?=1)2", r"(1)\1", r"[^1]", r"a", r".", r"^1", r"(?i:1)", r"\D", r"[\w]"]
)
def test_syntax_that_no_plan_uses_is_refused_not_guessed(source: str) -> None:
    with pytest.raises(UnsupportedPatternError):
        full_match(Diagrams(), source, 3)


def test_runs_say_where_each_value_begins() -> None:
    diagrams = Diagrams()
    starts, values = runs(diagrams, full_match(diagrams, r"1[2-4]\d", 3), 3)
    assert starts.tolist() == [0, 120, 150]
    assert [diagrams.value(v) for v in values.tolist()] == [False, True, False]


ENTRIES = [
    ((1, 2), 3, "123", "23"),
    ((-1 - 9, 0, 1), 3, "123", "912"),
    ((0, -1 - 7, 2), 3, "123", "173"),
    ((), 2, "12", ""),
]


@pytest.mark.parametrize(("entries", "length", "given", "made"), ENTRIES)
def test_substitution_asks_of_the_number_that_is_made(
    entries: tuple[int, ...], length: int, given: str, made: str
) -> None:
    diagrams = Diagrams()
    asked = full_match(diagrams, made or "1", len(made))
    found = diagrams.substitute(asked, entries, length)
    assert ask(diagrams, found, given) == bool(made)


@pytest.fixture(autouse=True)
def _forget() -> object:
    yield
    table._load.cache_clear()


def test_the_table_is_kept_for_the_next_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = table.load()
    assert real is not None
    monkeypatch.setenv("LEADGRADE_CACHE", str(tmp_path / "new"))
    compiled: list[int] = []

    def once(*_: object) -> compiling.Plan:
        compiled.append(1)
        return real.plan

    monkeypatch.setattr(table, "compile_plan", once)
    for _ in range(2):
        table._load.cache_clear()
        loaded = table.load()
        assert loaded is not None
        assert np.array_equal(loaded.plan.keys, real.plan.keys)
        assert loaded.plan.outcomes.equals(real.plan.outcomes)
    assert len(compiled) == 1
    assert [p.name for p in (tmp_path / "new").iterdir()] == [f"phone-plan-{table.fingerprint()}"]


def test_a_broken_or_unwritable_cache_costs_time_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = table.load()
    assert real is not None
    monkeypatch.setattr(table, "compile_plan", lambda *_: real.plan)
    kept = tmp_path / f"phone-plan-{table.fingerprint()}"
    kept.mkdir()
    (kept / "intervals.parquet").write_bytes(b"half a file")
    for folder in (tmp_path, tmp_path / "file" / "below"):
        (tmp_path / "file").touch()
        monkeypatch.setenv("LEADGRADE_CACHE", str(folder))
        table._load.cache_clear()
        assert table.load() is not None


def test_a_damaged_table_is_made_anew_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = table.load()
    assert real is not None
    monkeypatch.setenv("LEADGRADE_CACHE", str(tmp_path))
    compiled: list[int] = []
    monkeypatch.setattr(table, "compile_plan", lambda *_: compiled.append(1) or real.plan)
    kept = tmp_path / f"phone-plan-{table.fingerprint()}" / "outcomes.parquet"
    for damage in (None, 200, None):
        table._load.cache_clear()
        assert table.load() is not None
        if damage:
            content = bytearray(kept.read_bytes())
            content[damage] ^= 1
            kept.write_bytes(content)
    assert len(compiled) == 2
    assert not caplog.records


def test_threads_compile_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = table.load()
    assert real is not None
    monkeypatch.setenv("LEADGRADE_CACHE", str(tmp_path))
    compiled: list[int] = []
    monkeypatch.setattr(table, "compile_plan", lambda *_: (compiled.append(1), time.sleep(0.05), real.plan)[2])
    table._load.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: table.load(), range(8)))
    assert len(compiled) == 1
    assert all(lookup is found[0] for lookup in found)


def test_whoever_is_first_stays(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    real = table.load()
    assert real is not None
    for _ in range(2):
        table._write(tmp_path / "phone-plan-x", real.plan)
    assert [p.name for p in tmp_path.iterdir()] == ["phone-plan-x"]
    assert not caplog.records


def test_a_table_that_differs_from_the_library_is_turned_off_and_the_answers_stay_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = table.load()
    assert real is not None
    shifted = real.plan._replace(outcome=np.roll(real.plan.outcome, 1))
    monkeypatch.setattr(table, "_read", lambda _: shifted)
    table._load.cache_clear()
    assert table.load() is None
    numbers = pl.Series(["650 253 0000 x12", "+44 20 7031 3000", "n/a", None, "6.5E+09", "020 7946 0123"])
    found = phones.validate(numbers, pl.Series(["US", "US", "US", "US", "US", "GB"]))
    assert found["answered_by"].to_list() == ["library_alone"] * 6
    table._load.cache_clear()
    monkeypatch.undo()
    again = phones.validate(numbers, pl.Series(["US", "US", "US", "US", "US", "GB"]))
    assert again.drop("answered_by").equals(found.drop("answered_by"), null_equal=True)


def test_the_version_of_the_table_follows_the_library() -> None:
    assert table.fingerprint().startswith(f"{phonenumbers.__version__}-")


def test_every_region_and_every_calling_code_is_compiled() -> None:
    lookup = table.load()
    assert lookup is not None
    asked = [("2125551234", region) for region in sorted(phonenumbers.SUPPORTED_REGIONS)]
    asked += [(f"+{code}2125551", None) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE]
    assert None not in probe.answers(lookup, asked)  # type: ignore[comparison-overlap]
    assert probe.differences(lookup, 500, seed=7) == 0


def test_the_library_is_asked_once_for_each_text_and_region(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str | None]] = []
    real = phone_reading.ask_library

    def spy(text: str, region: str | None) -> object:
        asked.append((text, region))
        return real(text, region)

    monkeypatch.setattr(phone_reading, "ask_library", spy)
    numbers = ["1-800-FLOWERS", "650 253 0000", "1-800-FLOWERS", "1-800-FLOWERS"]
    found = phones.validate(pl.Series(numbers), pl.Series(["US", "US", "US", "GB"]))
    assert asked == [("1-800-FLOWERS", "US"), ("1-800-FLOWERS", "GB")]
    assert found["answered_by"].to_list() == ["library", "table", "library", "library"]
    assert found["phone_e164"].to_list()[:3] == ["+18003569377", "+16502530000", "+18003569377"]
