"""What a file shows that its source did not send before: tables of cases, then the rules and the way out of a block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from leadgrade.audit import check_table, load_rules
from leadgrade.config.sources import Drift, SourcesConfig
from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.raw import config_tables
from leadgrade.raw.intake import take_in
from leadgrade.run import Run
from tests.raw.files import csv_text, put, run_with
from tests.support import AS_OF, make_table

TABLES = ("raw.file_groups", "raw.column_history", "raw.column_changes", "raw.schema_changes")
# header -> look and values filled; the number after the headers is the rows of the file
Columns = Mapping[str, tuple[str, int]]
Part = tuple[Columns, int]
PLAIN: Columns = {"Id": ("id", 100), "Mail": ("email", 90)}


def night(number: int) -> datetime:
    return AS_OF + timedelta(days=number)


def records(nights: Sequence[Sequence[Part]], source: str = "crm") -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of raw.files and raw.columns; the last night is AS_OF."""
    files, columns = [], []
    for n, parts in enumerate(nights, start=1 - len(nights)):
        for p, (headers, rows) in enumerate(parts):
            names = {"file_id": f"{source}{n + 100:03d}_{p}", "source": source, "object": "leads"}
            counts = {"rows_read": rows, "rows_accepted": rows, "rows_quarantined": 0}
            files.append({**names, **counts, "status": "taken", "ingested_at": night(n), "offered_at": night(n)})
            for position, (header, (look, filled)) in enumerate(headers.items(), start=1):
                row = {"position": position, "header": header, "look": look, "filled": filled, "null_tokens": 0}
                columns.append({**names, **row})
    return files, columns


def changes_of(run: Run) -> list[dict[str, Any]]:
    for table in TABLES:
        run.engine.materialize(table, sql_file(table).query)
    return run.engine.collect(
        "select * from raw.schema_changes order by changed_at, file_id, change, header"
    ).to_dicts()


def made(home: Path, files: list[dict[str, Any]], columns: list[dict[str, Any]], drift: Mapping[str, Any]) -> Run:
    """A run with these files, and drift by source."""
    run = run_with(home, {source: {"path": "inbox/*", "drift": wishes} for source, wishes in drift.items()})
    config_tables.load(run)
    make_table(run.engine, "raw.files", files)
    make_table(run.engine, "raw.columns", columns)
    for table in ("meta.rule_results", "meta.rule_failures"):
        run.engine.ensure(table)
    return run


def single(home: Path, nights: Sequence[Sequence[Part]], **drift: Any) -> Run:
    return made(home, *records(nights), {"crm": drift})


def one(columns: Columns, rows: int = 100) -> list[Part]:
    return [(columns, rows)]


def with_look(look: str, filled: int = 50) -> list[Part]:
    return one({**PLAIN, "Day": (look, filled)})


def sizes(*rows: int) -> list[list[Part]]:
    return [one({"Id": ("id", n)}, n) for n in rows]


def filled(*counts: int, rows: int = 1000) -> list[list[Part]]:
    return [one({"Id": ("id", rows), "Phone": ("phone", n)}, rows) for n in counts]


MAIL_GONE = one({"Id": ("id", 100)})
CASES: dict[str, tuple[list[list[Part]], list[str]]] = {
    "first_file": ([one(PLAIN)], []),
    "same_again": ([one(PLAIN)] * 2, []),
    "appeared": ([one(PLAIN), with_look("date")], ["info column_appeared Day"]),
    "disappeared": ([one(PLAIN), MAIL_GONE], ["warn column_disappeared Mail"]),
    "gone_is_told_once": ([one(PLAIN), MAIL_GONE, MAIL_GONE], []),
    "back_again": ([one(PLAIN), MAIL_GONE, one(PLAIN)], ["info column_appeared Mail"]),
    "renamed": (
        [one(PLAIN), one({"Id": ("id", 100), "E-mail": ("email", 90)})],
        ["info column_appeared E-mail", "warn column_disappeared Mail"],
    ),
    "comes_and_goes": ([one(PLAIN), MAIL_GONE] * 3, ["info column_disappeared Mail"]),
    "look": ([with_look("date"), with_look("text")], ["warn look_changed Day"]),
    "look_after_an_empty_one": (
        [with_look("date"), with_look("empty", 0), with_look("text")],
        ["warn look_changed Day"],
    ),
    "same_look_after_an_empty_one": ([with_look("date"), with_look("empty", 0), with_look("date")], []),
    "first_look": ([with_look("empty", 0), with_look("date")], []),
    "look_back_again": ([with_look("date"), with_look("text"), with_look("date")], ["info look_changed Day"]),
    "look_broken_once_more": (
        [*[with_look("date")] * 6, with_look("text"), with_look("date"), with_look("text")],
        ["warn look_changed Day"],
    ),
    "look_wavers": ([with_look("number"), with_look("phone")] * 3, ["info look_changed Day"]),
    # the least likely of 1000 rows: 350 after one or two files, 549 after three
    "half_of_one_file": (sizes(1000, 500), []),
    "third_of_one_file": (sizes(1000, 340), ["warn rows_dropped"]),
    "half_of_three_files": (sizes(1000, 1000, 1000, 540), ["warn rows_dropped"]),
    "most_of_three_files": (sizes(1000, 1000, 1000, 560), []),
    "no_rows_at_all": (sizes(1000, 1000, 1000, 0), ["warn rows_dropped"]),
    "deltas_of_all_sizes": (sizes(40, 900, 120, 2500, 300, 30), []),
    "full_export_then_deltas": (sizes(100_000, 200, 180, 210), []),
    "small_files": (sizes(15, 19, 18, 1), []),
    "more_rows": (sizes(1000, 1000, 1000, 90_000), []),
    "only_twenty_files_count": (sizes(*[10**6] * 5, *[1000] * 20, 900), []),
    "filled_as_ever": (filled(700, 720, 690, 640), []),
    "filled_less": (filled(700, 720, 690, 500), ["warn filled_dropped Phone"]),
    "filled_no_more": ([*filled(700, 720, 690), *filled(0)], ["warn filled_dropped Phone"]),
    "filled_half_of_one_file": (filled(700, 400), ["warn filled_dropped Phone"]),
    "filled_wavers": (filled(700, 300, 550, 200, 620, 250), []),
    "filled_more": (filled(300, 310, 305, 900), []),
    "hardly_ever_filled": (filled(45, 49, 40, 0), []),
    "too_few_rows_now": ([*filled(900, 900, 900), *filled(0, rows=29)], ["warn rows_dropped"]),
    "too_few_rows_before": ([*filled(9, 9, rows=10), *filled(0, rows=1000)], []),
    "parts_of_an_export": (
        [one(PLAIN), [({"Id": ("id", 60)}, 60), ({"Id": ("id", 40), "Mail": ("email", 90)}, 40)]],
        [],
    ),
    "part_that_looks_otherwise": (
        [with_look("date"), [*with_look("date", 70), *with_look("text", 30)]],
        [],
    ),
    "gone_from_all_parts": ([one(PLAIN), MAIL_GONE * 2], ["warn column_disappeared Mail"]),
}


DROPS = [one({**PLAIN, "Phone": ("phone", 900)}, 1000)] * 3 + [one({"Id": ("id", 50), "Phone": ("phone", 0)}, 50)]
# drift of the source, nights, severity of each change of the last one
WISHES: dict[str, tuple[dict[str, Any], list[list[Part]], list[str]]] = {
    "nothing_said": ({}, DROPS, ["warn column_disappeared", "warn filled_dropped", "warn rows_dropped"]),
    "rows": ({"rows": "block"}, DROPS, ["warn column_disappeared", "warn filled_dropped", "block rows_dropped"]),
    "others": (
        {"columns": "block", "filled": "block", "rows": "off"},
        DROPS,
        ["block column_disappeared", "block filled_dropped"],
    ),
    "bare_off": ({"columns": False}, DROPS, ["warn filled_dropped", "warn rows_dropped"]),
    "all_off": (dict.fromkeys(("columns", "filled", "rows"), "off"), DROPS, []),
    "new_columns_never_block": ({"columns": "block"}, CASES["appeared"][0], ["info column_appeared"]),
    "what_wavers_never_blocks": ({"columns": "block"}, CASES["look_wavers"][0], ["info look_changed"]),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Changes of the last night by source; every case is a source of its own."""
    nights = {case: rows for case, (rows, _) in CASES.items()} | {case: rows for case, (_, rows, _) in WISHES.items()}
    files, columns = zip(*(records(rows, case) for case, rows in nights.items()), strict=True)
    drift = {case: wish for case, (wish, *_) in WISHES.items()}
    run = made(tmp_path_factory.mktemp("cases"), [*chain(*files)], [*chain(*columns)], drift)
    found: dict[str, list[dict[str, Any]]] = {case: [] for case in nights}
    for row in changes_of(run):
        if row["changed_at"] == AS_OF:
            found[row["source"]].append(row)
    return found


@pytest.mark.parametrize("case", CASES)
def test_changes(told: dict[str, list[dict[str, Any]]], case: str) -> None:
    shown = [f"{r['severity']} {r['change']} {r['header'] or ''}".strip() for r in told[case]]
    assert shown == CASES[case][1]


@pytest.mark.parametrize("case", WISHES)
def test_sources_yaml_says_what_becomes_of_a_change(told: dict[str, list[dict[str, Any]]], case: str) -> None:
    assert [f"{r['severity']} {r['change']}" for r in told[case]] == WISHES[case][2]


def test_a_change_says_what_when_and_by_how_much(tmp_path: Path) -> None:
    wide = {"Id": ("id", 1000), "Phone": ("phone", 800), "Day": ("date", 900)}
    low = {"Id": ("id", 300), "Phone": ("phone", 30), "Day": ("text", 270)}
    run = single(tmp_path, [one(wide, 1000)] * 3 + [one(low, 300)])
    shown = {r["change"]: r for r in changes_of(run)}
    common = {"source": "crm", "object": "leads", "file_id": "crm100_0", "changed_at": AS_OF, "files_before": 3}
    assert {c: {k: r[k] for k in common} for c, r in shown.items()} == dict.fromkeys(
        ("filled_dropped", "look_changed", "rows_dropped"), common
    )
    values = {c: (r["header"], r["value_before"], r["value_now"]) for c, r in shown.items()}
    assert values == {
        "filled_dropped": ("Phone", "0.8", "0.1"),
        "look_changed": ("Day", "date", "text"),
        "rows_dropped": (None, "1000", "300"),
    }
    assert shown["rows_dropped"]["least_likely"] == pytest.approx(548.8, abs=0.1)
    spread = (0.02**2 + 0.8 * 0.2 * (1 / 300 + 1 / 3000)) ** 0.5
    assert shown["filled_dropped"]["least_likely"] == pytest.approx(0.8 - 3 * spread)
    assert shown["look_changed"]["least_likely"] is None


def test_the_file_that_shows_a_change_is_named(tmp_path: Path) -> None:
    nights = [one(PLAIN), [({"Id": ("id", 60)}, 60), ({"Id": ("id", 40), "New": ("text", 4)}, 40)]]
    run = single(tmp_path, nights)
    assert {r["header"]: r["file_id"] for r in changes_of(run)} == {"Mail": "crm100_0", "New": "crm100_1"}


def test_sources_objects_and_refused_files_are_kept_apart(tmp_path: Path) -> None:
    files, columns = records([one(PLAIN), MAIL_GONE])
    others, other_columns = records([one(PLAIN)] * 2, "other")
    files[1] |= {"status": "refused"}
    others[1] |= {"object": "accounts"}
    run = made(tmp_path, files + others, columns + other_columns, {"crm": {}})
    assert changes_of(run) == []


def test_files_from_before_columns_were_counted_make_no_noise(tmp_path: Path) -> None:
    files, columns = records([one(PLAIN)] * 2 + [MAIL_GONE])
    for file in files[:2]:
        file["offered_at"] = None
    run = made(tmp_path, files, [c for c in columns if not c["file_id"].startswith("crm098")], {"crm": {}})
    assert [(r["change"], r["header"], r["changed_at"]) for r in changes_of(run)] == [
        ("column_disappeared", "Mail", AS_OF)
    ]


def test_every_night_stays_listed_and_the_order_of_rows_is_nothing(tmp_path: Path) -> None:
    dice = Random(3)
    looks = ("date", "text", "empty")
    nights = [
        one({"Id": ("id", 90), **({"Day": (dice.choice(looks), dice.randrange(90))} if dice.random() < 0.8 else {})})
        for _ in range(60)
    ]
    files, columns = records(nights)
    expected = changes_of(made(tmp_path, files, columns, {"crm": {}}))
    assert len({r["changed_at"] for r in expected}) > 20
    keys = [(r["file_id"], r["change"], r["header"]) for r in expected]
    assert len(keys) == len(set(keys))
    dice.shuffle(files)
    dice.shuffle(columns)
    assert changes_of(made(tmp_path, files, columns, {"crm": {}})) == expected


def test_an_unknown_wish_is_a_fault() -> None:
    with pytest.raises(ValidationError, match="'warn', 'block' or 'off'"):
        Drift.model_validate({"rows": "stop"})


RULES = {rule.rule: rule for rule in load_rules() if rule.table == "raw.schema_changes"}


def failures(run: Run, rule: str) -> list[tuple[str, str]]:
    return run.engine.collect(RULES[rule].failures_query).rows()


def test_the_rules_look_at_the_files_of_this_run_alone(tmp_path: Path) -> None:
    run = single(tmp_path, DROPS, rows="block")
    changes_of(run)
    seen = [("crm100_0", "crm:column_disappeared:Mail"), ("crm100_0", "crm:filled_dropped:Phone")]
    assert sorted(failures(run, "schema_change_seen")) == seen
    assert failures(run, "schema_change_blocking") == [("crm100_0", "crm:rows_dropped")]
    run.engine.sql("update meta.run set as_of = as_of + interval 1 day")
    assert failures(run, "schema_change_seen") == failures(run, "schema_change_blocking") == []
    assert RULES["schema_change_blocking"].blocking
    assert not RULES["schema_change_seen"].blocking


def let_through(run: Run, drift: Mapping[str, Any]) -> None:
    """The next run with another wish in sources.yaml."""
    config = SourcesConfig.model_validate({"sources": {"crm": {"path": "inbox/*", "drift": drift}}})
    config_tables.load(replace(run, settings=replace(run.settings, sources=config)))


@pytest.mark.parametrize("way", ["set_to_warn", "file_taken_away", "nothing_done", "next_file_is_good"])
def test_a_blocked_night_gets_through_when_somebody_decides(tmp_path: Path, way: str) -> None:
    """A run starts from what was published, so a blocked night leaves nothing: the next one meets its file anew."""
    files, columns = records(DROPS)
    run = made(tmp_path, files, columns, {"crm": {"rows": "block"}})
    changes_of(run)
    assert [r.rule.rule for r in check_table(run, "raw.schema_changes") if r.blocks] == ["schema_change_blocking"]

    tomorrow = night(1)
    files[-1] |= {"ingested_at": tomorrow, "offered_at": tomorrow}
    if way == "set_to_warn":
        let_through(run, {"rows": "warn"})
    if way == "file_taken_away":
        files.pop()
        columns = [c for c in columns if c["file_id"] != "crm100_0"]
    if way == "next_file_is_good":
        good, more = records([DROPS[0]])
        files.append(good[0] | {"file_id": "z", "ingested_at": tomorrow, "offered_at": tomorrow})
        columns += [c | {"file_id": "z"} for c in more]
    make_table(run.engine, "raw.files", files)
    make_table(run.engine, "raw.columns", columns)
    run.engine.sql("update meta.run set as_of = as_of + interval 1 day")
    changes_of(run)
    next_run = replace(run, run_id="next", as_of=tomorrow)
    assert any(r.blocks for r in check_table(next_run, "raw.schema_changes")) == (way == "nothing_done")


def test_a_published_change_never_blocks_a_later_night(tmp_path: Path) -> None:
    run = single(tmp_path, DROPS, rows="warn")
    let_through(run, {"rows": "block"})
    run.engine.sql("update meta.run set as_of = as_of + interval 1 day")
    assert "block" in {r["severity"] for r in changes_of(run)}
    assert not any(r.blocks for r in check_table(run, "raw.schema_changes"))


def test_a_header_that_is_a_person_is_masked_in_the_findings(tmp_path: Path) -> None:
    person = {"ann.lee@example.com": ("text", 9), "Call +1 415-555-0100": ("text", 9), "x" * 300: ("text", 9)}
    run = single(tmp_path, [one({**PLAIN, **person}), one(PLAIN)])
    changes_of(run)
    details = sorted(detail.split(":")[2] for _, detail in failures(run, "schema_change_seen"))
    assert details == ["Call +[number]", "[address]", "x" * 80]


def test_no_file_no_change() -> None:
    with DuckDBEngine() as engine:
        run = run_with(Path(), {"crm": {"path": "inbox/*"}}, engine)
        config_tables.load(run)
        for table in ("raw.files", "raw.columns"):
            engine.ensure(table)
        assert changes_of(run) == []


def test_files_of_an_inbox_are_compared_night_by_night(tmp_path: Path) -> None:
    header = ["Record ID", "Email", "Lead Source"]
    people = [[f"{n:05d}", f"p{n}@example.com", "Web"] for n in range(100)]
    text = {
        "contacts_0": csv_text(header, *people),
        "contacts_1a": csv_text(header[:2], *[row[:2] for row in people[:9]]),
        "contacts_1b": csv_text([*header[:2], "Fax"], *[[*row[:2], "n/a"] for row in people[9:12]]),
    }
    with DuckDBEngine() as engine:
        for number in range(2):
            for name in (n for n in text if n.startswith(f"contacts_{number}")):
                put(tmp_path, f"{name}.csv", text[name])
            sources = {"crm": {"path": "inbox/*.csv", "object": "leads"}}
            run = run_with(tmp_path, sources, engine, as_of=night(number))
            config_tables.load(run)
            take_in(run)
        found = [(r["severity"], r["change"], r["header"], r["changed_at"]) for r in changes_of(run)]
    assert sorted(found, key=str) == [
        ("info", "column_appeared", "Fax", night(1)),
        ("warn", "column_disappeared", "Lead Source", night(1)),
        ("warn", "rows_dropped", None, night(1)),
    ]
