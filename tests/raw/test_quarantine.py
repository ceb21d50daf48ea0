from __future__ import annotations

import ast
import csv
import io
import json
import re
import shutil
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadgrade import contract
from leadgrade.audit.runner import check_table
from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.errors import InputError
from leadgrade.publish.generation import write_generation
from leadgrade.raw.config_tables import load
from leadgrade.raw.inbox.offers import offered
from leadgrade.raw.inspection import inspect
from leadgrade.raw.intake import take_in
from leadgrade.raw.rework import retry, worklist
from leadgrade.raw.rework.letters import is_spoilt
from leadgrade.raw.rework.quarantine import file_safe, is_retry, retry_folder, value_class
from leadgrade.raw.rework.reasons import reason, reasons
from leadgrade.raw.rework.spreadsheet import neutralise, restore
from leadgrade.raw.rework.worklist import File, cells_of, open_published
from leadgrade.raw.versions import build_versions
from tests.raw.files import csv_text, put, rows, run_with
from tests.raw.workbooks import write_workbook
from tests.support import AS_OF, REPOSITORY, make_table

TEXT = st.text(alphabet=st.one_of(st.sampled_from("'=+-@ \t\r\n\x00＝1a."), st.characters(codec="utf-8")), max_size=12)


def through(function, *texts):
    return pl.DataFrame({"x": list(texts)}, schema={"x": pl.String()}).select(function(pl.col("x")))["x"].to_list()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("31/02/2025", "99/99/9999"),
        ("Ünal, O'Néill", "aaaa, a'aaaaa"),
        ("soon\n", "aaaa "),
        ("1 000,50 €", "9 999,99 €"),
        ("x" * 40, "a" * 24),
        ("", ""),
        (None, None),
    ],
)
def test_value_class(value, expected):
    assert through(value_class, value) == [expected]


@given(TEXT)
@settings(max_examples=50)
def test_a_value_class_tells_no_letter_and_no_digit(text):
    (found,) = through(value_class, text)
    assert len(found) <= 24
    assert not re.search(r"[^\Wa9_]", found)
    assert through(value_class, found) == [found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("  =cmd|' /C calc'!A0", "'  =cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+A1", "'+A1"),
        ("-2+HYPERLINK(A1)", "'-2+HYPERLINK(A1)"),
        ("＝1+1", "'＝1+1"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("- a dash", "'- a dash"),
        ("'=1+1", "''=1+1"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("+49 (30) 901820-77", "+49 (30) 901820-77"),
        ("-12.5", "-12.5"),
        ("-1,234.50", "-1,234.50"),
        ("+1e5", "+1e5"),
        ("a=b", "a=b"),
        ("", ""),
        (None, None),
    ],
)
def test_formula_starts_are_neutralised(text, expected):
    assert through(neutralise, text) == [expected]
    assert through(restore, expected) == [text]


@given(TEXT)
@example("''=")
@example("'+1")
@settings(max_examples=200)
def test_neutralising_is_undone_exactly(text):
    (safe,) = through(neutralise, text)
    assert through(restore, safe) == [text]
    if re.match(r"[\s\ufeff]*[=@＝＋－＠]", safe):
        pytest.fail("begins like a formula")


def _codes() -> set[str]:
    """Reasons in the code of the intake: a code with its sentence behind it, or ``refused=code``."""
    found = set()
    for path in (REPOSITORY / "leadgrade/raw").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in {"refused", "reason"}:
                found |= _told([node.value, ast.Constant("a sentence")])
            parts = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
            found |= _told(parts)
    return found


def _told(parts) -> set[str]:
    pairs = pairwise(parts)
    return {
        code.value
        for code, told in pairs
        if isinstance(code, ast.Constant) and isinstance(code.value, str) and re.fullmatch(r"[a-z_]{5,}", code.value)
        if isinstance(told, ast.JoinedStr) or (isinstance(told, ast.Constant) and " " in str(told.value))
    }


def test_every_reason_of_the_code_is_explained():
    found = _codes()
    assert {"bad_date", "column_count", "bad_quote", "empty", "unknown_object"} <= found
    assert found - set(reasons()) == set()


def test_the_docs_name_every_reason():
    text = (REPOSITORY / "docs/intake.md").read_text(encoding="utf-8")
    assert [code for code in reasons() if f"| `{code}` |" not in text] == []


def test_an_unknown_reason_is_still_shown():
    assert "detail" in reason("made_up").what_to_do


@pytest.mark.parametrize(
    ("name", "expected"),
    [("contacts 1.csv", "contacts 1.csv"), ("../..", "_"), ("a/b\\c", "a_b_c"), ("", "file"), ("Kunden_ä", "Kunden_ä")],
)
def test_names_from_outside_are_one_part_of_a_path(name, expected):
    assert file_safe(name) == expected


@pytest.mark.parametrize(
    ("code", "payload", "delimiter", "expected"),
    [
        ("no_identity", '{"b": "2", "a": "1"}', ",", ["1", "2", "", ""]),
        ("made_up", "1,2,3", ",", ["1", "2", "3", ""]),
        ("column_count", "1,2", ",", ["1", "2", "", ""]),
        ("column_count", "1;2;3;4;5", ";", ["1", "2", "3", ";4;5"]),
        ("column_count", "1,2,3,", ",", ["1", "2", "3", ","]),
        ("column_count", '"1,5",2,3,4', ",", ["1,5", "2", "3", ",4"]),
        ("column_count", '1,2,"3\n4",5', ",", ["1", "2", "3\n4", ",5"]),
        # an open quote swallows what follows: without regard to quotes the record fits
        ("bad_quote", '1,"2,3', ",", ["1", '"2', "3", ""]),
        ("bad_json", "{broken", None, ["", "", "", "{broken"]),
        ("column_count", "", ",", ["", "", "", ""]),
    ],
)
def test_a_refused_row_as_cells(code, payload, delimiter, expected):
    assert cells_of(File("f", "s", "x.csv", ("a", "b", "c"), delimiter), code, payload) == expected


# --- from the inbox to the quarantine and back -----------------------------------------------------------------------

HEAD = ["subject_email", "type", "occurred_at", "page_title"]
EVENTS = {"web": {"path": "inbox/*.csv", "object": "events"}}
SHOWN = ("raw.quarantine", "raw.files", "raw.columns", "meta.run", "meta.publication")
GOOD = ["a@example.com", "form_submit", "2026-01-01 10:00:00", "=1+1"]


def publish(run, home: Path) -> Path:
    """What the commands read of the two databases of a publication."""
    folder = home / "published"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    # a whole generation has a hundred tables: these are what the commands read
    shown = {name: contract.table(name) for name in SHOWN}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contract, "tables", lambda: shown)
        make_table(run.engine, "meta.run", [{"run_id": run.run_id, "as_of": run.as_of}])
        write_generation(run, folder, run.as_of)
    return folder


def opened(folder: Path):
    return open_published(folder / "warehouse.duckdb", folder / "private.duckdb")


def night(home: Path, number: int, engine: DuckDBEngine | None = None):
    run = run_with(home, EVENTS, engine, as_of=AS_OF + timedelta(days=number))
    take_in(run)
    return run


@pytest.fixture(scope="module")
def seed(tmp_path_factory):
    """A home with three bad rows of one file, published; never change it."""
    home = tmp_path_factory.mktemp("seed")
    text = csv_text(
        HEAD,
        GOOD,
        ["b@example.com", "form_submit", "31/02/2025", "=2+2"],
        ["c@example.com", "form_submit", "2026-01-01", "Prices", "one too many"],
        ["", "form_submit", "2026-01-01", "+49 30 901820"],
    )
    put(home, "events.csv", text)
    with DuckDBEngine(home / "work.duckdb") as engine:
        publish(night(home, 0, engine), home)
    return home


@pytest.fixture
def first(seed, tmp_path):
    """A copy of the seed that a test may change, and its engine."""
    shutil.copytree(seed, tmp_path, dirs_exist_ok=True)
    with DuckDBEngine(tmp_path / "work.duckdb") as engine:
        yield engine


def exported(home: Path, name: str = "out") -> list[dict[str, str]]:
    with opened(home / "published") as published:
        made = worklist.export(published, home / name)
    with made.files[0][1].open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def give_back(home: Path, records: list[dict[str, str]], name: str = "edited.csv", **options) -> retry.Checked:
    path = home / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]), delimiter=options.pop("delimiter", ","))
        writer.writeheader()
        writer.writerows(records)
    with opened(home / "published") as published:
        return retry.check(published, home, [path], EVENTS, **options)


def test_the_list_counts_what_is_open(first, tmp_path):
    put(tmp_path, "zzz.csv", csv_text(["colour", "shape"], ["red", "round"]))
    put(tmp_path, "none.csv", "")
    publish(night(tmp_path, 1, first), tmp_path)
    with opened(tmp_path / "published") as published:
        found = {row["reason"]: row for row in worklist.groups(published)}
        assert worklist.groups(published, "other") == []
        assert [row["reason"] for row in worklist.groups(published, "web", "bad_date")] == ["bad_date"]
    assert {code: (row["rows"], row["example_row"], row["is_whole_file"]) for code, row in found.items()} == {
        "bad_date": (1, 2, False),
        "column_count": (1, 3, False),
        "missing_value": (1, 4, False),
        found["empty"]["reason"]: (0, None, True),
        # the headers of the second file tell nothing of an event
        next(code for code, row in found.items() if row["file_name"] == "zzz.csv"): (1, 1, True),
    }
    assert found["bad_date"]["value_class"] == "99/99/9999"
    assert found["bad_date"]["column_name"] == "occurred_at"
    assert all(row["what_to_do"].endswith(".") for row in found.values())
    assert "example.com" not in repr(found)


def test_the_export_shows_the_rows_as_they_came(first, tmp_path):
    found = exported(tmp_path)
    assert list(found[0]) == ["_file_id", "_row_number", "_reason", "_column", "_detail", *HEAD, "_surplus"]
    assert [[row[name] for name in ("_row_number", "_reason", *HEAD, "_surplus")] for row in found] == [
        ["2", "bad_date", "b@example.com", "form_submit", "31/02/2025", "'=2+2", ""],
        ["3", "column_count", "c@example.com", "form_submit", "2026-01-01", "Prices", ",one too many"],
        ["4", "missing_value", "", "form_submit", "2026-01-01", "+49 30 901820", ""],
    ]
    path = tmp_path / "out" / "web" / "events.quarantine.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf_file_id")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with opened(tmp_path / "published") as published, pytest.raises(InputError, match="is there already"):
        worklist.export(published, tmp_path / "out")


def test_files_of_one_name_are_exported_side_by_side(first, tmp_path):
    put(tmp_path, "events.csv", csv_text(HEAD, ["", "form_submit", "2026-01-01", ""]))
    publish(night(tmp_path, 1, first), tmp_path)
    with opened(tmp_path / "published") as published:
        made = worklist.export(published, tmp_path / "out", reason_code="missing_value")
    assert [rows for _, _, rows in made.files] == [1, 1]
    assert len({path for _, path, _ in made.files}) == 2


def change(row: dict[str, str], **cells: str) -> dict[str, str]:
    return row | cells


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        ({"_row_number": "77"}, "no such row"),
        ({"_row_number": "two"}, "empty or changed"),
        ({"_row_number": "9" * 20}, "empty or changed"),
        ({"_row_number": "9" * 19}, "empty or changed"),
        ({"_row_number": "２"}, "empty or changed"),
        ({"_row_number": "0"}, "empty or changed"),
        ({"_file_id": ""}, "empty or changed"),
        ({"_file_id": "0" * 64}, "nothing is known of a file"),
        ({"_row_number": "3"}, "named before"),
        ({"_surplus": "more", "page_title": "x"}, "_surplus is still filled"),
    ],
)
def test_rows_that_name_no_open_entry_stop_the_retry(first, tmp_path, edit, why):
    found = exported(tmp_path)
    checked = give_back(tmp_path, [found[1], change(found[0], **edit), found[2]])
    assert [(problem.row, why in problem.why) for problem in checked.problems] == [(2, True)]
    assert "example.com" not in repr(checked.problems)


def test_a_missing_column_stops_the_retry(first, tmp_path):
    found = [{name: cell for name, cell in row.items() if name != "type"} for row in exported(tmp_path)]
    (problem,) = give_back(tmp_path, found).problems
    assert "1 column(s) of events.csv are missing: type" in problem.why


def test_what_is_no_export_is_refused(first, tmp_path):
    with opened(tmp_path / "published") as published:
        with pytest.raises(InputError, match="no column _file_id"):
            retry.check(published, tmp_path, [put(tmp_path, "events.csv", "a,b\n1,2\n")], EVENTS)
        with pytest.raises(InputError, match="no such file"):
            retry.check(published, tmp_path, [tmp_path / "nowhere.csv"], EVENTS)
        old = put(tmp_path, "old.csv", b"_file_id,_row_number,x\nf,1,\x81\x8d\n")
        with pytest.raises(InputError, match="neither in UTF-8 nor in cp1252"):
            retry.check(published, tmp_path, [old], EVENTS)


def test_rows_that_nobody_changed_stay(first, tmp_path):
    found = exported(tmp_path)
    checked = give_back(tmp_path, found)
    assert (checked.untouched, checked.corrections, checked.problems) == (3, [], [])
    wanted = give_back(tmp_path, [found[0], found[2]], with_untouched=True)
    assert [c.rows for c in wanted.corrections] == [2]


def mended(records: list[dict[str, str]]) -> list[dict[str, str]]:
    bad_date, too_many, nobody = records
    return [
        change(bad_date, occurred_at="2025-02-28"),
        change(too_many, _surplus=""),
        change(nobody, page_title="still nobody"),
    ]


def test_corrected_rows_are_placed_without_the_marks(first, tmp_path):
    checked = give_back(tmp_path, mended(exported(tmp_path)), delimiter=";")
    assert checked.problems == []
    retry.place(checked)
    (path,) = (tmp_path / "retry" / "web").iterdir()
    assert re.fullmatch(r"events_[0-9a-f]{8}\.csv", path.name)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with path.open(encoding="utf-8", newline="") as file:
        head, *records = csv.reader(file)
    assert is_retry(head)
    assert head == ["_file_id", "_row_number", *HEAD]
    assert [record[1:] for record in records] == [
        ["2", "b@example.com", "form_submit", "2025-02-28", "=2+2"],
        ["3", "c@example.com", "form_submit", "2026-01-01", "Prices"],
        ["4", "", "form_submit", "2026-01-01", "still nobody"],
    ]
    again = give_back(tmp_path, mended(exported(tmp_path, "again")))
    assert [c.is_known for c in again.corrections] == [True]
    retry.place(again)
    assert len(list((tmp_path / "retry" / "web").iterdir())) == 1


def as_text(delimiter: str, encoding: str):
    def save(path: Path, records: list[list[str]]) -> Path:
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(records)
        path.write_bytes(text.getvalue().encode(encoding))
        return path

    return save


def as_workbook(path: Path, records: list[list[str]]) -> Path:
    write_workbook(path, records)
    return path


@pytest.mark.parametrize(
    "save",
    [as_text(",", "utf-8-sig"), as_text(";", "utf-8"), as_text("\t", "utf-16"), as_workbook],
    ids=["csv", "semicolons", "utf-16", "workbook"],
)
def test_a_file_comes_back_however_it_was_saved(first, tmp_path, save):
    found = [change(row, page_title='Übersicht; Preise, "neu"') for row in exported(tmp_path)[::2]]
    path = save(tmp_path / "edited.csv", [list(found[0]), *(list(row.values()) for row in found)])
    with opened(tmp_path / "published") as published:
        checked = retry.check(published, tmp_path, [path], EVENTS)
    assert checked.problems == []
    text = checked.corrections[0].content.decode()
    assert [row["page_title"] for row in csv.DictReader(io.StringIO(text))] == ['Übersicht; Preise, "neu"'] * 2


ENTRIES = """
select files.file_name like 'retry/%' as is_retry, entry.row_number, entry.reason, entry.closed_at,
    closer.file_name like 'retry/%' as is_closed_by_retry
from raw.quarantine as entry
inner join raw.files as files on entry.file_id = files.file_id
left join raw.files as closer on entry.closed_by_file_id = closer.file_id
order by all
"""


def ledger(run) -> list[tuple]:
    """Dispositions by file and row; what the later stages would add is empty."""
    for table in ("contacts.blocked_leads", "people.members", "meta.rules", "meta.rule_results", "meta.rule_failures"):
        make_table(run.engine, table)
    load(run)
    build_versions(run)
    run.engine.materialize("raw.row_ledger", sql_file("raw.row_ledger").query)
    query = """
        select files.file_name like 'retry/%' as is_retry, ledger.row_number, ledger.disposition, ledger.reason
        from raw.row_ledger as ledger inner join raw.files as files on ledger.file_id = files.file_id order by all
    """
    return run.engine.collect(query).rows()


def test_a_corrected_file_closes_the_entries_and_every_row_keeps_one_disposition(first, tmp_path):
    retry.place(give_back(tmp_path, mended(exported(tmp_path))))
    run = night(tmp_path, 1, first)
    at = datetime(2026, 10, 2)
    assert [tuple(row.values()) for row in rows(run, ENTRIES)] == [
        (False, 2, "bad_date", at, True),
        (False, 3, "column_count", at, True),
        (False, 4, "missing_value", at, True),
        (True, 3, "missing_value", None, None),
    ]
    (corrected,) = rows(run, "select * from raw.files where file_name like 'retry/%'")
    assert (corrected["source"], corrected["object"], corrected["rows_accepted"]) == ("web", "events", 2)
    found = rows(run, "select subject_email, occurred_at, answers from raw.events order by subject_email")
    assert [(row["subject_email"], row["occurred_at"]) for row in found] == [
        ("a@example.com", datetime(2026, 1, 1, 10)),
        ("b@example.com", datetime(2025, 2, 28)),
        ("c@example.com", datetime(2026, 1, 1)),
    ]
    assert not [row for row in found if "_file_id" in (row["answers"] or "")]
    assert ledger(run) == [
        (False, 1, "golden", None),
        (False, 2, "superseded", "corrected"),
        (False, 3, "superseded", "corrected"),
        (False, 4, "superseded", "corrected"),
        (True, 1, "golden", None),
        (True, 2, "golden", None),
        (True, 3, "quarantined", "missing_value"),
    ]
    assert [result.rule.rule for result in check_table(run, "raw.files") if result.blocks] == []
    publish(run, tmp_path)
    # the rest of the work: the row that was refused again, and what is closed cannot be given back again
    again = exported(tmp_path, "again")
    assert [(row["_row_number"], row["page_title"]) for row in again] == [("3", "still nobody")]
    assert [name for name in again[0] if name.startswith("_")] == [*worklist.MARKS, "_surplus"]


def test_the_same_wrong_file_and_a_second_look_leave_the_entries_closed(first, tmp_path):
    old, *others = exported(tmp_path)
    retry.place(give_back(tmp_path, mended([old, *others])))
    run = night(tmp_path, 1, first)
    before = rows(run, ENTRIES)
    (tmp_path / "inbox" / "events.csv").rename(tmp_path / "inbox" / "copy.csv")
    run = night(tmp_path, 2, first)
    assert rows(run, ENTRIES) == before
    # another description of the source makes both files be read again
    changed = {"web": EVENTS["web"] | {"mapping": {"colour": "answers"}}}
    take_in(run_with(tmp_path, changed, first, as_of=AS_OF + timedelta(days=3)))
    assert rows(run, ENTRIES) == before
    publish(run, tmp_path)
    (problem,) = give_back(tmp_path, [change(old, occurred_at="2025-02-27")]).problems
    assert "its entry is closed" in problem.why


def test_a_row_that_is_refused_again_can_be_corrected_again(first, tmp_path):
    retry.place(give_back(tmp_path, mended(exported(tmp_path))))
    run = night(tmp_path, 1, first)
    publish(run, tmp_path)
    (last,) = exported(tmp_path, "again")
    retry.place(give_back(tmp_path, [change(last, subject_email="d@example.com")]))
    run = night(tmp_path, 2, first)
    assert rows(run, "select count(*) as open from raw.quarantine where closed_at is null") == [{"open": 0}]
    assert run.engine.count("raw.events") == 4
    # read after the file that it corrects
    names = [path.name for path in sorted((tmp_path / "retry" / "web").iterdir())]
    assert names[1].startswith(names[0].removesuffix(".csv") + "_")


# --- files with the headers of a correction, wherever and whatever they are ------------------------------------------


def as_lines(path: Path, records: list[list[str]]) -> Path:
    head, *others = records
    path.write_text("".join(json.dumps(dict(zip(head, one, strict=True))) + "\n" for one in others), encoding="utf-8")
    return path


def below_a_title(path: Path, records: list[list[str]]) -> Path:
    path.write_text("Corrected events\n" + csv_text(*records), encoding="utf-8")
    return path


FORMS = {
    "csv": as_text(",", "utf-8"),
    "semicolons": as_text(";", "utf-8"),
    "utf-16": as_text(",", "utf-16"),
    "workbook": as_workbook,
    "json lines": as_lines,
    "title": below_a_title,
}
each_form = pytest.mark.parametrize("save", FORMS.values(), ids=FORMS)


def naming(first, **cells: str) -> list[list[str]]:
    """A correction of the second row of the seed."""
    ((file_id,),) = first.collect("select distinct file_id from raw.quarantine").rows()
    row = {"_file_id": file_id, "_row_number": "2"} | dict(zip(HEAD, GOOD, strict=True)) | cells
    return [list(row), list(row.values())]


OPEN = "select row_number from raw.quarantine where closed_at is null order by all"


@each_form
def test_a_corrected_file_counts_in_whatever_form_it_lies_in_the_retry_folder(first, tmp_path, save):
    folder = retry_folder(tmp_path, "web")
    folder.mkdir(parents=True)
    save(folder / "by_hand.csv", naming(first, occurred_at="2025-02-28"))
    run = night(tmp_path, 1, first)
    assert [row["row_number"] for row in rows(run, OPEN)] == [3, 4]


@each_form
def test_its_headers_in_the_inbox_close_nothing(first, tmp_path, save):
    save(tmp_path / "inbox" / "export.csv", naming(first, subject_email="e@example.com"))
    run = night(tmp_path, 1, first)
    assert [row["row_number"] for row in rows(run, OPEN)] == [2, 3, 4]
    assert first.count("raw.corrections") == 0
    (found,) = rows(run, "select answers from raw.events where subject_email = 'e@example.com'")
    assert "_file_id" not in (found["answers"] or "")


def test_row_numbers_that_are_none_close_nothing_and_stop_no_night(first, tmp_path):
    folder = retry_folder(tmp_path, "web")
    folder.mkdir(parents=True)
    head, row = naming(first)
    wrong = [[row[0], number, *row[2:]] for number in ("9" * 20, "２", "2.0", "", "+2")]
    (folder / "by_hand.csv").write_text(csv_text(head, *wrong), encoding="utf-8")
    run = night(tmp_path, 1, first)
    assert [row["row_number"] for row in rows(run, OPEN)] == [2, 3, 4]


def test_inspecting_such_a_file_tells_what_it_is(first, tmp_path):
    path = as_lines(tmp_path / "export.json", naming(first, subject_email="e@example.com"))
    (found,) = inspect([path], night(tmp_path, 1, first).settings, object="events")
    assert (found.facts["status"], found.facts["rows_accepted"]) == ("taken", 1)


# --- two corrections of one row before the night ---------------------------------------------------------------------


def waiting(home: Path) -> dict[str, list[tuple[str, str]]]:
    """Name of each file in the retry folder -> row number and page title of its rows."""
    found = {}
    for path in sorted((home / "retry" / "web").iterdir()):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.name] = [(row["_row_number"], row["page_title"]) for row in csv.DictReader(file)]
    return found


def given(home: Path, records: list[dict[str, str]], title: str) -> retry.Checked:
    checked = give_back(home, [change(row, page_title=title, _surplus="") for row in records])
    assert checked.problems == []
    retry.place(checked)
    return checked


def test_the_newer_correction_of_a_row_takes_the_place_of_the_one_that_waits(first, tmp_path):
    records = exported(tmp_path)
    assert given(tmp_path, records, "old").replaced == []
    newer = given(tmp_path, records[1:2], "new")
    assert [(old.rows, old.left) for old in newer.replaced] == [(1, 2)]
    expected = [[("2", "old"), ("4", "old")], [("3", "new")]]
    assert sorted(waiting(tmp_path).values()) == expected
    before = waiting(tmp_path)
    again = given(tmp_path, records[1:2], "new")
    assert (again.replaced, [c.is_known for c in again.corrections], waiting(tmp_path)) == ([], [True], before)
    last = given(tmp_path, records, "last")
    assert sorted((old.rows, old.left) for old in last.replaced) == [(1, 0), (2, 0)]
    assert list(waiting(tmp_path).values()) == [[("2", "last"), ("3", "last"), ("4", "last")]]
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "retry" / "web").iterdir()] == [0o600]


def test_what_was_taken_in_gives_way_no_more(first, tmp_path):
    records = exported(tmp_path)
    given(tmp_path, records[1:], "old")
    publish(night(tmp_path, 1, first), tmp_path)
    assert given(tmp_path, records[:1], "new").replaced == []
    assert sorted(waiting(tmp_path).values()) == [[("2", "new")], [("3", "old"), ("4", "old")]]


def test_one_row_is_taken_in_once_after_two_corrections(first, tmp_path):
    records = [change(exported(tmp_path)[0], occurred_at="2025-02-28")]
    for title in ("old", "new"):
        given(tmp_path, records, title)
    run = night(tmp_path, 1, first)
    found = rows(run, "select answers from raw.events where subject_email = 'b@example.com'")
    assert [json.loads(row["answers"])["page_title"] for row in found] == ["new"]


# --- sources, headers, letters ---------------------------------------------------------------------------------------


def test_rows_of_a_source_that_nobody_looks_for_are_refused(first, tmp_path):
    with opened(tmp_path / "published") as published:
        path = worklist.export(published, tmp_path / "out").files[0][1]
        (problem,) = retry.check(published, tmp_path, [path], ["other"], with_untouched=True).problems
    assert (problem.row, "'web' is not in sources.yaml" in problem.why) == (0, True)


NAMES = [
    "web",
    "..",
    ".",
    "",
    " ",
    "../../etc",
    "a/b",
    "a_b",
    "a\\b",
    ".hidden",
    "Kunden [neu] *?",
    "x" * 300,
    "a\0b",
    "~",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_night_looks_where_corrections_are_placed(name, tmp_path):
    folder = retry_folder(tmp_path, name)
    assert folder.resolve().parent == tmp_path / "retry"
    assert retry_folder(tmp_path, name) == folder
    folder.mkdir(parents=True)
    (folder / "x.csv").write_text("a\n1\n", encoding="utf-8")
    found = [offer.location for offer in offered(run_with(tmp_path, {name: {"path": "inbox/*"}, "z": {"path": "z/*"}}))]
    assert found == [f"retry/{folder.name}/x.csv"]


def test_every_source_has_a_folder_of_its_own(tmp_path):
    assert len({retry_folder(tmp_path, name) for name in NAMES}) == len(NAMES)


ODD = ["Revenue 2024 2025 2026", "ann@example.com", "bob@example.com", "_detail", "never filled ann@example.com"]


def test_an_export_has_the_headers_of_the_file(tmp_path):
    text = csv_text([*HEAD, *ODD], [*GOOD, *"12345"], ["", *GOOD[1:], *"1234", ""], [*GOOD, *"123456"])
    put(tmp_path, "odd.csv", text)
    run = night(tmp_path, 0)
    folder = publish(run, tmp_path)
    found = exported(tmp_path)
    shown = [*HEAD, *(name for name in ODD if name != "_detail")]
    assert list(found[0]) == [*worklist.MARKS, *shown, "_surplus"]
    assert [[row[name] for name in (*shown[4:], "_surplus")] for row in found] == [
        ["1", "2", "3", "", ""],
        ["1", "2", "3", "5", ",6"],
    ]
    with opened(folder) as published:
        told = published.rows("select headers: list(header) from warehouse.raw.columns")
        columns = published.connection.sql("from warehouse.raw.files limit 0").columns
    assert "@" not in repr(told)
    (problem,) = give_back(tmp_path, [{name: row[name] for name in row if "@" not in name} for row in found]).problems
    assert ("3 column(s) of odd.csv are missing" in problem.why, "@" in problem.why) == (True, False)
    assert "headers" not in columns


def old_letters(home: Path, records: list[dict[str, str]], encoding: str = "cp1252") -> retry.Checked:
    path = as_text(";", encoding)(home / "edited.csv", [list(records[0]), *(list(row.values()) for row in records)])
    with opened(home / "published") as published:
        return retry.check(published, home, [path], EVENTS)


@pytest.fixture
def accents(tmp_path):
    """Two refused rows with letters outside of ASCII, the second with one that western Windows lacks."""
    records = [["", *GOOD[1:3], "Übersicht für Zoë"], ["", *GOOD[1:3], "Łódź"], ["", *GOOD[1:3], "plain"]]
    put(tmp_path, "accents.csv", csv_text(HEAD, *records))
    publish(night(tmp_path, 0), tmp_path)
    return exported(tmp_path)


def test_an_old_encoding_is_taken_where_unchanged_cells_prove_it(accents, tmp_path):
    first, _, third = accents
    edited = [change(first, subject_email="é@example.com"), change(third, page_title="Größe")]
    checked = old_letters(tmp_path, edited)
    assert checked.problems == []
    assert "Größe" in checked.corrections[0].content.decode()


@pytest.mark.parametrize(
    ("edit", "encoding", "why"),
    [
        (lambda one, two, three: [change(three, page_title="Größe")], "cp1252", "no unchanged cell proves which"),
        (lambda one, two, three: [change(one, subject_email="x")], "mac_roman", "letters of it were lost"),
        (lambda one, two, three: [change(one, subject_email="x"), change(two, page_title="?ód?")], "cp1252", "lost"),
        (lambda one, two, three: [change(two, page_title="?ód?")], "utf-8", "letters of it were lost"),
    ],
)
def test_letters_that_did_not_survive_stop_the_retry(accents, tmp_path, edit, encoding, why):
    checked = old_letters(tmp_path, edit(*accents), encoding)
    assert any(why in problem.why for problem in checked.problems)
    assert all("CSV UTF-8" in problem.why for problem in checked.problems)


@pytest.mark.parametrize(
    ("before", "now", "is_guessed", "expected"),
    [
        ("Łódź", "Łódź", True, False),
        ("Łódź", "Lódz", True, True),  # Windows takes the nearest letter that it has
        ("Łódź", "Lódz", False, False),
        ("Łódź", "?ód?", False, True),
        ("Łódź", "?ód? 5", False, False),
        ("Müller", "Muller", True, False),
        ("Müller", "MŸller", True, True),
        ("Müller", "M?ller", False, False),
        ("Muller", "Müller", True, False),
    ],
)
def test_spoilt_letters(before, now, is_guessed, expected):
    assert is_spoilt(before, now, is_guessed=is_guessed) is expected


def test_an_export_may_have_semicolons(first, tmp_path):
    with opened(tmp_path / "published") as published:
        path = worklist.export(published, tmp_path / "out", delimiter=";").files[0][1]
        assert path.read_text("utf-8-sig").startswith("_file_id;_row_number;")
        checked = retry.check(published, tmp_path, [path], EVENTS)
    assert (checked.untouched, checked.problems) == (3, [])


def test_few_rows_are_all_named(tmp_path):
    put(tmp_path, "few.csv", csv_text(HEAD, GOOD, *[["", *GOOD[1:3], str(n)] for n in range(9)]))
    put(tmp_path, "more.csv", csv_text(HEAD, *[["", *GOOD[1:3], f"p{n}"] for n in range(10)]))
    publish(night(tmp_path, 0), tmp_path)
    with opened(tmp_path / "published") as published:
        found = {row["file_name"]: (row["rows"], row["row_numbers"]) for row in worklist.groups(published)}
    assert found == {"few.csv": (9, list(range(2, 11))), "more.csv": (10, None)}
