"""The ledger of consent from night to night: what it appends, how it numbers and chains, and what verify finds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from leadgrade import keys
from leadgrade.engine import DuckDBEngine
from leadgrade.errors import InputError
from leadgrade.hygiene import steps
from leadgrade.hygiene.ledger import hashes
from leadgrade.hygiene.ledger.verify import FAULTS, Broken, verify
from tests.hygiene.world import PROOF, Row, ago
from tests.support import AS_OF, SECRET, make_table

OBJECTS = ("consents", "suppressions", "events")
EMPTY = (
    "people.golden",
    "people.members",
    "people.links",
    "contacts.leads",
    *(f"raw.{name}" for name in (*OBJECTS, "leads")),
)


def grant(days: float, email: str | None = "ann@acme.com", **more: Any) -> Row:
    return (
        {
            "object": "consents",
            "subject_email": email,
            "channel": "email",
            "action": "granted",
            "captured_at": ago(days),
        }
        | PROOF
        | more
    )


class Nights:
    """A work file that takes in one file of records a night."""

    def __init__(self, path: Path) -> None:
        self.engine = DuckDBEngine(path)
        keys.write_macros(self.engine, SECRET)
        self.engine.write(
            "config.sources", pl.DataFrame(schema=dict.fromkeys(("source", "country", "default_country"), pl.String))
        )
        self.number = 0
        self.rows: dict[str, list[Row]] = {name: [] for name in (*EMPTY, "raw.versions", "raw.deliveries")}

    def night(self, *records: Row) -> None:
        self.number += 1
        file = {"file_id": f"f{self.number}"}
        self.rows["raw.deliveries"].append(file | {"arrival_rank": self.number})
        for number, record in enumerate(records, 1):
            place = file | {"row_number": number}
            values = {k: v for k, v in record.items() if k not in ("object", "state", "person_id")}
            record_id = values.setdefault(
                "lead_id" if record["object"] == "leads" else "record_id", f"r{self.number}_{number}"
            )
            self.rows[f"raw.{record['object']}"].append(place | {"source": "crm"} | values)
            version = {"object": record["object"], "record_id": record_id, "state": record.get("state", "current")}
            self.rows["raw.versions"].append(place | version)
            if "person_id" in record:
                self.rows["people.links"].append(
                    {"object": record["object"], "record_id": record_id, "person_id": record["person_id"]}
                )
        self.build()

    def build(self) -> None:
        meta = {"run_id": f"run{self.number}", "as_of": AS_OF + timedelta(days=self.number), "secret": SECRET}
        make_table(self.engine, "meta.run", [meta])
        for table, rows in self.rows.items():
            make_table(self.engine, table, rows)
        steps.make(self.engine, steps.LEDGER)

    def ledger(self, *columns: str) -> pl.DataFrame:
        return self.engine.read(hashes.LEDGER, list(columns) or None).sort(
            "entry" if not columns or "entry" in columns else columns[0]
        )


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    made = Nights(tmp_path / "work.duckdb")
    yield made
    made.engine.close()


def key(kind: keys.Kind, value: str) -> str:
    return keys.subject_key(SECRET, kind, value)


def test_events_are_numbered_in_the_order_of_arrival(nights: Nights) -> None:
    nights.night(grant(9), grant(8, "bo@acme.com"))
    # older than everything before, and new all the same
    nights.night(grant(400, action="withdrawn"))
    found = nights.ledger("entry", "subject_key", "sequence", "captured_at", "arrived_at", "action")
    ann, bo = key("email", "ann@acme.com"), key("email", "bo@acme.com")
    assert found.rows() == [
        (1, ann, 1, ago(9), AS_OF + timedelta(days=1), "granted"),
        (2, bo, 1, ago(8), AS_OF + timedelta(days=1), "granted"),
        (3, ann, 2, ago(400), AS_OF + timedelta(days=2), "withdrawn"),
    ]
    assert nights.engine.read(hashes.HEADS).sort("events").select("subject_key", "events").rows() == [(bo, 1), (ann, 2)]


def test_what_was_appended_never_changes(nights: Nights) -> None:
    nights.night(grant(9), grant(8, "bo@acme.com"))
    before = nights.ledger()
    nights.night(grant(7), {"object": "suppressions", "subject_email": "bo@acme.com", "reason": "unsubscribe"})
    nights.build()  # the same files once more
    assert nights.ledger().head(2).equals(before)
    assert nights.ledger().height == 4
    assert nights.engine.read(hashes.SEALS)["last_entry"].to_list() == [2, 4]


# what a record says of whom it is about -> subjects of the ledger
SUBJECTS: dict[str, tuple[Row, list[tuple[str, str]]]] = {
    "address_as_typed": (grant(1, " Ann@ACME.com "), [("email", "ann@acme.com")]),
    "address_that_is_none": (grant(1, "Not an Address"), [("email", "not an address")]),
    "number": (grant(1, None, channel="phone", subject_phone="+1 (415) 555-0100"), [("phone", "+14155550100")]),
    "number_that_is_none": (grant(1, None, channel="phone", subject_phone="n 12"), [("phone", "12")]),
    "call_with_both": (grant(1, channel="phone", subject_phone="+14155550100"), [("phone", "+14155550100")]),
    "call_by_address": (grant(1, channel="phone"), [("email", "ann@acme.com")]),
    "mail_with_both": (grant(1, subject_phone="+14155550100"), [("email", "ann@acme.com")]),
    "every_channel": (
        grant(1, channel="any", subject_phone="+14155550100"),
        [("email", "ann@acme.com"), ("phone", "+14155550100")],
    ),
    "id_of_nobody": (grant(1, None, subject_id="77"), [("id", "crm:77")]),
    "domain": (
        {"object": "suppressions", "subject_email": "x@Acme.com", "scope": "domain", "reason": "manual"},
        [("domain", "acme.com")],
    ),
    "unsubscribed": ({"object": "events", "type": "unsubscribe", "subject_email": "ann@acme.com"}, [("email", "ann@acme.com")]),
    "opened": ({"object": "events", "type": "email_open", "subject_email": "ann@acme.com"}, []),
    "the_same_again": (grant(1, state="exact_duplicate"), []),
    "older_version": (grant(1, state="superseded"), [("email", "ann@acme.com")]),
    "flag": ({"object": "leads", "email": "Ann <ann@acme.com>", "email_opt_out": "yes"}, [("email", "ann@acme.com")]),
    "flag_that_says_no": ({"object": "leads", "email": "ann@acme.com", "email_opt_out": "No"}, []),
    "flag_of_an_older_version": (
        {"object": "leads", "phone": "+14155550100", "phone_opt_out": "1", "state": "superseded"},
        [("phone", "+14155550100")],
    ),
    "flag_of_a_test": ({"object": "leads", "email": "ann@acme.com", "email_opt_out": "yes", "state": "test_lead"}, []),
}  # fmt: skip


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pl.DataFrame]:
    made = Nights(tmp_path_factory.mktemp("subjects") / "work.duckdb")
    records = [
        row | {("lead_id" if row["object"] == "leads" else "record_id"): name} for name, (row, _) in SUBJECTS.items()
    ]
    made.night(*records)
    yield made.ledger()
    made.engine.close()


@pytest.mark.parametrize("name", SUBJECTS)
def test_whom_a_record_is_about(subjects: pl.DataFrame, name: str) -> None:
    found = subjects.filter(record_id=name)
    expected = [(kind, key(kind, value)) for kind, value in SUBJECTS[name][1]]  # type: ignore[arg-type]
    assert found.select("subject_kind", "subject_key").rows() == expected
    assert (
        found["names_number"].to_list() == [True, False][: len(found)]
        if name == "every_channel"
        else not any(found["names_number"])
    )


def test_a_lead_keeps_what_it_agreed_to_when_its_address_changes(nights: Nights) -> None:
    nights.rows["people.members"].append({"lead_id": "l1", "person_id": "p1"})
    nights.rows["contacts.leads"].append({"lead_id": "l1", "source_record_id": "77", "email": "ann@acme.com"})
    nights.night(grant(9, None, subject_id="77", person_id="p1"))
    nights.rows["contacts.leads"][0]["email"] = "bo@acme.com"
    nights.night(grant(8, None, subject_id="77", person_id="p1"))
    assert nights.ledger("entry", "subject_key")["subject_key"].to_list() == [
        key("email", "ann@acme.com"),
        key("email", "bo@acme.com"),
    ]


def test_a_flag_counts_once_and_its_removal_not_at_all(nights: Nights) -> None:
    lead = {"object": "leads", "lead_id": "l1", "email": "ann@acme.com", "version_at": ago(30)}
    nights.night(lead | {"email_opt_out": "true"})
    nights.night(lead | {"email_opt_out": "true", "version_at": ago(20)})
    nights.night(lead | {"email_opt_out": "false", "version_at": ago(10)})
    assert nights.ledger("entry", "action", "captured_at").rows() == [(1, "opted_out", ago(30))]


def test_nobody_can_be_read_from_it(nights: Nights) -> None:
    nights.night(
        grant(1, capture_source="form for ann@acme.com +14155550100", purpose="ann@acme.com", capture_method="a\x1fb")
    )
    row = nights.ledger().row(0, named=True)
    assert (row["capture_source"], row["purpose"], row["capture_method"]) == (
        "form for [e-mail] [number]",
        "[e-mail]",
        "a b",
    )
    assert "acme" not in str(row)


# --- what verify finds


def whole(nights: Nights) -> None:
    """Three nights: five events of ann, one of bo, one of cy."""
    nights.night(grant(9), grant(8, "bo@acme.com"), grant(7, text_version=None))
    nights.night(grant(6, action="withdrawn"), grant(5, "cy@acme.com"))
    nights.night(grant(4), grant(3))


LEDGER, HEADS, SEALS = hashes.LEDGER, hashes.HEADS, hashes.SEALS
NAMES = {name: f"subject_key = '{key('email', f'{name}@acme.com')}'" for name in ("ann", "bo", "cy")}
ANN = NAMES["ann"]
WORDS = NAMES | {"ledger": LEDGER, "heads": HEADS, "seals": SEALS, "dy": f"'{key('email', 'dy@acme.com')}'"}
COPY = (
    "insert into {ledger} select * replace ({new} as sequence, {new} + 9 as entry) "
    "from {ledger} where {ann} and sequence = {old}"
)
# statements -> the first broken link: fault, whose, number
TAMPERED: dict[str, tuple[list[str], tuple[str, str | None, int]]] = {
    "action": (["update {ledger} set action = 'granted' where {ann} and sequence = 3"], ("changed", "ann", 3)),
    "time": (
        ["update {ledger} set captured_at = captured_at + interval 1 microsecond where {ann} and sequence = 2"],
        ("changed", "ann", 2),
    ),
    "cleared": (["update {ledger} set text_hash = null where {bo}"], ("changed", "bo", 1)),
    "moved_between_columns": (
        ["update {ledger} set purpose = channel, channel = null where {bo}"],
        ("changed", "bo", 1),
    ),
    "to_another_subject": (["update {ledger} set subject_key = {dy} where {bo}"], ("changed", "dy", 1)),
    "removed": (["delete from {ledger} where {ann} and sequence = 2"], ("missing", "ann", 3)),
    "removed_and_renumbered": (
        [
            "delete from {ledger} where {ann} and sequence = 2",
            "update {ledger} set sequence = sequence - 1 where {ann} and sequence > 2",
        ],
        ("changed", "ann", 2),
    ),
    "swapped": (
        ["update {ledger} set sequence = 5 - sequence where {ann} and sequence in (2, 3)"],
        ("changed", "ann", 2),
    ),
    "inserted": ([COPY.replace("{new}", "4").replace("{old}", "1")], ("repeated", "ann", 4)),
    "appended": ([COPY.replace("{new}", "6").replace("{old}", "5")], ("changed", "ann", 6)),
    "cut": (["delete from {ledger} where {ann} and sequence > 3"], ("cut_off", "ann", 4)),
    "cut_with_its_summary": (
        [
            "delete from {ledger} where {ann} and sequence > 3",
            "update {heads} set events = 3, head_hash = (select row_hash from {ledger} where {ann} and sequence = 3) where {ann}",
        ],
        ("entry_missing", None, 6),
    ),
    "subject_gone": (["delete from {ledger} where {cy}", "delete from {heads} where {cy}"], ("entry_missing", None, 5)),
    "subject_gone_from_the_summary": (["delete from {heads} where {cy}"], ("headless", "cy", 1)),
    "summary": (["update {heads} set head_hash = 'x' where {bo}"], ("headless", "bo", 1)),
    "hash": (["update {ledger} set row_hash = 'x' where {bo}"], ("changed", "bo", 1)),
    "previous_hash": (["update {ledger} set prev_hash = 'x' where {bo}"], ("changed", "bo", 1)),
    "seal": (["update {seals} set subjects = 9 where seal_number = 2"], ("seal", None, 2)),
    "night_gone": (["delete from {seals} where seal_number = 3"], ("night_missing", None, 3)),
}


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    made = Nights(tmp_path_factory.mktemp("verify") / "work.duckdb")
    whole(made)
    seals = made.engine.read(SEALS)["seal"].to_list()
    made.engine.close()
    return made.engine.path, seals  # type: ignore[return-value]


def test_a_whole_ledger(work: tuple[Path, list[str]]) -> None:
    verdict = verify(work[0], SECRET, work[1])
    assert (verdict.is_whole, verdict.events, verdict.subjects, verdict.nights, verdict.first) == (True, 7, 3, 3, ())


@pytest.mark.parametrize("name", TAMPERED)
def test_a_changed_ledger(work: tuple[Path, list[str]], tmp_path: Path, name: str) -> None:
    statements, (fault, who, number) = TAMPERED[name]
    path = tmp_path / "work.duckdb"
    shutil.copyfile(work[0], path)
    with DuckDBEngine(path) as engine:
        for statement in statements:
            engine.sql(statement.format(**WORDS))
    verdict = verify(path, SECRET, work[1])
    first = verdict.first[0]
    assert not verdict.is_whole
    assert (first.fault, first.sequence) == (fault, number)
    assert who is None or first.subject_key == key("email", f"{who}@acme.com")


def test_each_fault_is_shown() -> None:
    # unlinked asks for the key: see below
    assert {fault for _, (fault, *_) in TAMPERED.values()} == set(FAULTS) - {"unlinked"}


def test_a_forger_who_has_the_key_is_caught_where_the_chain_goes_on(
    work: tuple[Path, list[str]], tmp_path: Path
) -> None:
    path = tmp_path / "work.duckdb"
    shutil.copyfile(work[0], path)
    with DuckDBEngine(path) as engine:
        engine.sql(f"update {LEDGER} set action = 'denied' where {ANN} and sequence = 2")
        link = f"sha256(concat('{hashes.chain_key(SECRET)}', prev_hash, {hashes.event_sql(hashes.content_sql())}))"
        engine.sql(f"update {LEDGER} set row_hash = substr({link}, 1, 32) where {ANN} and sequence = 2")
    assert verify(path, SECRET).first[0] == Broken("unlinked", key("email", "ann@acme.com"), 3)


def test_another_key_verifies_nothing(work: tuple[Path, list[str]]) -> None:
    assert verify(work[0], "another").broken == 7 + 3


@pytest.mark.parametrize("content", [None, b"no database"])
def test_what_is_no_ledger_is_said(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "work.duckdb"
    if content:
        path.write_bytes(content)
    else:
        DuckDBEngine(path).close()
    with pytest.raises(InputError, match=r"work\.duckdb"):
        verify(path, SECRET)


def test_columns_that_are_hashed_are_those_of_the_ledger(nights: Nights) -> None:
    nights.night(grant(1))
    # numbers and the hash before go into the link itself
    assert {*hashes.CONTENT, "entry", "sequence", "prev_hash", "row_hash"} == set(nights.ledger().columns)
