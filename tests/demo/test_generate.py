from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import phonenumbers
import polars as pl
import pytest

from leadgrade.contract import table
from leadgrade.demo import generate
from leadgrade.demo.dice import Dice, scramble, skewed
from leadgrade.demo.files import Table
from leadgrade.demo.ids import salesforce_id
from leadgrade.demo.places import COUNTRIES
from leadgrade.demo.pools import LINES, make_pools
from leadgrade.errors import InputError
from tests.support import AS_OF, REPOSITORY

ROWS = 2000
SEED = 5
READ = {
    "hubspot": ("utf-8-sig", ","),
    "salesforce": ("utf-8", ","),
    "marketo": ("cp1252", ";"),
    "meta": ("utf-16", "\t"),
}
LEADS = ("hubspot/contacts.csv", "salesforce/leads.csv", "marketo/leads.csv", "meta/leads.csv")
OURS = {
    "events/web_events.csv": "raw.events",
    "consents/consents.csv": "raw.consents",
    "suppressions/suppressions.csv": "raw.suppressions",
    "sales_decisions/sales_decisions.csv": "raw.sales_decisions",
    "intent/intent.csv": "raw.intent_signals",
    "spend/spend.csv": "raw.campaign_spend",
}


def read(root: Path, name: str) -> tuple[list[str], list[list[str]]]:
    encoding, delimiter = READ.get(name.split("/", maxsplit=1)[0], ("utf-8", ","))
    text = (root / name).read_bytes().decode(encoding)
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return header, rows


def read_truth(out: Path, name: str = "truth_leads.csv") -> list[dict[str, str]]:
    with (out.parent / f"{out.name}_truth" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def hashes(out: Path) -> dict[str, str]:
    found = [*out.rglob("*.csv"), *(out.parent / f"{out.name}_truth").rglob("*.csv")]
    return {str(path.relative_to(out.parent)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "inbox"
    generate(ROWS, SEED, out, AS_OF)
    return out


def test_same_arguments_give_the_same_bytes(made: Path, tmp_path: Path) -> None:
    generate(ROWS, SEED, tmp_path / "inbox", AS_OF)
    assert hashes(tmp_path / "inbox") == hashes(made)


def test_another_seed_gives_other_people(made: Path, tmp_path: Path) -> None:
    generate(200, SEED + 1, tmp_path / "inbox", AS_OF)
    known = {row["first_name"] + row["last_name"] + row["company"] for row in read_truth(made, "truth_people.csv")}
    others = {
        row["first_name"] + row["last_name"] + row["company"]
        for row in read_truth(tmp_path / "inbox", "truth_people.csv")
    }
    assert len(others & known) < 5


def record_ids(out: Path) -> set[tuple[str, str]]:
    found = set()
    for path in out.rglob("*.csv"):
        name = str(path.relative_to(out))
        header, rows = read(out, name)
        wanted = {"record id", "id", "activity id", "source_record_id"}
        at = next((index for index, head in enumerate(header) if head.lower() in wanted), None)
        assert at is not None, name
        found |= {(name, row[at]) for row in rows}
    return found


@pytest.mark.parametrize("seed", [SEED + 1, SEED + 2, SEED + 1000, 0])
def test_sets_of_two_seeds_share_no_record_id(made: Path, tmp_path: Path, seed: int) -> None:
    generate(600, seed, tmp_path / "inbox", AS_OF)
    assert not record_ids(made) & record_ids(tmp_path / "inbox")


def test_numbers_are_screened_where_a_registry_asks_for_it(made: Path) -> None:
    header, rows = read(made, "salesforce/leads.csv")
    country, phone, day = (header.index(name) for name in ("Country", "Phone", "DNC_Screened_At"))
    american = [row for row in rows if len(row) == len(header) and row[country] in COUNTRIES[0].names and row[phone]]
    assert 0.5 < sum(row[day] != "" for row in american) / len(american) < 0.85
    german = [row for row in rows if len(row) == len(header) and row[country] in COUNTRIES[2].names]
    assert german
    assert not [row for row in german if row[day]]


def test_most_notices_name_their_balancing_test_and_no_grant_does(made: Path) -> None:
    header, rows = read(made, "consents/consents.csv")
    action, reference = header.index("action"), header.index("lia_ref")
    notices = [row[reference] != "" for row in rows if row[action] == "notice_given"]
    assert 0.4 < sum(notices) / len(notices) < 0.9
    assert not [row for row in rows if row[reference] and row[action] != "notice_given"]


def test_good_people_were_active_lately(made: Path) -> None:
    quality = {row["person"]: float(row["quality"]) for row in read_truth(made, "truth_people.csv")}
    person = {(row["file"], int(row["row_number"])): row["person"] for row in read_truth(made)}
    header, rows = read(made, "hubspot/contacts.csv")
    at = header.index("Email")
    owner = {row[at].lower(): person["hubspot/contacts.csv", number] for number, row in enumerate(rows, 1) if row[at]}
    header, rows = read(made, "events/web_events.csv")
    who, when = header.index("subject_email"), header.index("occurred_at")
    first = (AS_OF - timedelta(days=90)).isoformat()
    recent = {owner[row[who].lower()] for row in rows if row[when] >= first and row[who].lower() in owner}
    good, poor = ({p for p in owner.values() if (quality[p] > 0.6) is wanted} for wanted in (True, False))
    assert len(recent & good) / len(good) > 1.5 * len(recent & poor) / len(poor)


def test_lead_files_hold_exactly_the_rows_asked_for(made: Path) -> None:
    assert sum(len(read(made, name)[1]) for name in LEADS) == ROWS


def test_report_counts_what_a_csv_reader_counts(made: Path) -> None:
    report = generate(ROWS, SEED, made, AS_OF)
    counted = {
        str(path.relative_to(made)): len(read(made, str(path.relative_to(made)))[1]) for path in made.rglob("*.csv")
    }
    assert report.rows == counted
    assert report.leads == ROWS
    assert report.people == len(read_truth(made, "truth_people.csv"))


@pytest.mark.parametrize(("name", "contract"), OURS.items())
def test_our_own_files_have_the_columns_of_the_contract(made: Path, name: str, contract: str) -> None:
    hidden = {"file_id", "row_number", "record_id", "source", "answers", "row_hash"}
    # the reference of a balancing test is no column of ours: it travels in answers
    extra = ["lia_ref"] if contract == "raw.consents" else []
    ours = [column.name for column in table(contract).columns if column.name not in hidden]
    assert read(made, name)[0] == [*ours, *extra]
    assert read(made, name)[1]


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        (
            "hubspot/contacts.csv",
            {"Record ID", "First Name", "Email", "Original Source", "Marketing contact status", "Notes"},
        ),
        ("hubspot/companies.csv", {"Record ID", "Company name", "Company Domain Name"}),
        ("hubspot/deals.csv", {"Record ID", "Deal Stage", "Amount", "Is Closed Won", "Associated Contact IDs"}),
        ("salesforce/leads.csv", {"Id", "FirstName", "LeadSource", "HasOptedOutOfEmail", "EmailBouncedReason"}),
        ("marketo/leads.csv", {"Id", "Email Address", "Num Employees", "Unsubscribed", "Created At"}),
        ("meta/leads.csv", {"id", "created_time", "campaign_id", "full_name", "phone_number", "is_organic"}),
    ],
)
def test_systems_keep_their_own_headers(made: Path, name: str, headers: set[str]) -> None:
    assert headers <= set(read(made, name)[0])


def test_every_file_lies_where_a_source_looks(made: Path) -> None:
    import yaml

    sources = yaml.safe_load((REPOSITORY / "config" / "sources.yaml").read_text(encoding="utf-8"))["sources"]
    matched = {path for source in sources.values() for path in made.parent.glob(source["path"])}
    assert matched == set(made.rglob("*.csv"))


def test_truth_tells_each_lead_row_once(made: Path) -> None:
    told = Counter((row["file"], int(row["row_number"])) for row in read_truth(made))
    assert told == Counter((name, number) for name in LEADS for number in range(1, len(read(made, name)[1]) + 1))


def test_truth_marks_exactly_the_broken_rows(made: Path) -> None:
    broken = set()
    for name in LEADS:
        header, rows = read(made, name)
        broken |= {(name, number) for number, row in enumerate(rows, 1) if len(row) != len(header)}
    marked = {(row["file"], int(row["row_number"])) for row in read_truth(made) if row["is_broken_row"] == "true"}
    assert marked
    assert marked == broken


def test_exact_duplicates_repeat_another_row_of_their_person(made: Path) -> None:
    cells = {(name, number): row for name in LEADS for number, row in enumerate(read(made, name)[1], 1)}
    rows_of = defaultdict(list)
    for row in read_truth(made):
        rows_of[row["person"]].append((row["is_exact_duplicate"], cells[row["file"], int(row["row_number"])]))
    copies = [(cell, rows) for rows in rows_of.values() for is_copy, cell in rows if is_copy == "true"]
    assert copies
    assert all(any(cell == other for is_copy, other in rows if is_copy == "false") for cell, rows in copies)


def test_many_people_are_in_several_systems(made: Path) -> None:
    files = defaultdict(set)
    for row in read_truth(made):
        files[row["person"]].add(row["file"])
    assert 0.08 < sum(len(names) > 1 for names in files.values()) / len(files) < 0.4


def test_no_truth_in_the_exports(made: Path) -> None:
    headers = {header for path in made.rglob("*.csv") for header in read(made, str(path.relative_to(made)))[0]}
    assert not {h for h in headers if "truth" in h.lower() or h in {"person", "kind", "quality", "email_is_bad"}}
    assert not [path for path in made.rglob("*.csv") if b"person_0" in path.read_bytes()]


def test_truth_of_addresses_agrees_with_the_cells(made: Path) -> None:
    header, rows = read(made, "hubspot/contacts.csv")
    at = header.index("Email")
    for row in read_truth(made):
        if row["file"] != "hubspot/contacts.csv" or row["is_broken_row"] == "true":
            continue
        cell = rows[int(row["row_number"]) - 1][at]
        assert (cell == "") == (row["email_fault"] == "missing")
        if row["email_fault"] == "":
            assert cell.count("@") == 1
            assert row["email_is_bad"] == "false"
        if row["email_fault"] in {"no_at", "two_ats"}:
            assert cell.count("@") != 1
            assert row["email_is_bad"] == "true"


def test_meta_is_utf_16_with_prefixes_and_test_leads(made: Path) -> None:
    assert (made / "meta/leads.csv").read_bytes()[:2] == b"\xff\xfe"
    _header, rows = read(made, "meta/leads.csv")
    assert all(row[0].startswith("l:") for row in rows)
    is_test = [any(cell.startswith("<test lead: dummy data for ") for cell in row) for row in rows]
    kinds = [row["kind"] for row in read_truth(made) if row["file"] == "meta/leads.csv"]
    assert is_test == [kind == "test" for kind in kinds]


def test_an_address_belongs_to_one_person_with_few_exceptions(made: Path) -> None:
    owners = defaultdict(set)
    people = {(row["file"], int(row["row_number"])): row for row in read_truth(made)}
    header, rows = read(made, "salesforce/leads.csv")
    for number, row in enumerate(rows, 1):
        truth = people["salesforce/leads.csv", number]
        if truth["is_broken_row"] == "false" and truth["email_fault"] in {"", "stale"}:
            owners[row[header.index("Email")].lower()].add(truth["person"])
    shared = [
        mail
        for mail, who in owners.items()
        if len(who) > 1
        and mail.split("@")[0] not in {"info", "sales", "office", "contact", "admin", "marketing", "support", "hello"}
    ]
    assert len(shared) / len(owners) < 0.01


def test_funnel_is_plausible_and_quality_pays(made: Path) -> None:
    people = [row for row in read_truth(made, "truth_people.csv") if row["kind"] == "person"]
    deals = [row for row in people if row["has_deal"] == "true"]
    assert 0.03 < len(deals) / len(people) < 0.11
    average = [sum(float(row["quality"]) for row in rows) / len(rows) for rows in (deals, people)]
    assert average[0] > average[1] + 0.1


def test_without_duplicates_each_person_has_one_row(tmp_path: Path) -> None:
    report = generate(300, SEED, tmp_path / "inbox", AS_OF, duplicates=False)
    assert report.people == 300
    assert {row["rows"] for row in read_truth(tmp_path / "inbox", "truth_people.csv")} == {"1"}


def test_difficulty_scales_the_faults(tmp_path: Path) -> None:
    bad = {}
    for difficulty in ("low", "high"):
        generate(1500, SEED, tmp_path / difficulty, AS_OF, difficulty=difficulty)
        bad[difficulty] = sum(row["phone_is_bad"] == "true" for row in read_truth(tmp_path / difficulty))
    assert bad["high"] > 2 * bad["low"]


def test_a_finished_set_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "inbox"
    first = generate(300, SEED, out, AS_OF)
    stamps = {path: path.stat().st_mtime_ns for path in out.rglob("*.csv")}
    again = generate(300, SEED, out, AS_OF)
    assert (first.reused, again.reused) == (False, True)
    assert again.rows == first.rows
    assert stamps == {path: path.stat().st_mtime_ns for path in out.rglob("*.csv")}


def test_a_damaged_set_is_made_again(tmp_path: Path) -> None:
    out = tmp_path / "inbox"
    generate(300, SEED, out, AS_OF)
    before = hashes(out)
    (out / "meta/leads.csv").write_bytes(b"")
    assert not generate(300, SEED, out, AS_OF).reused
    assert hashes(out) == before


def test_manifest_tells_arguments_and_hashes(made: Path) -> None:
    manifest = json.loads((made.parent / "inbox_truth/manifest.json").read_text(encoding="utf-8"))
    assert manifest["arguments"]["rows"] == ROWS
    assert manifest["arguments"]["as_of"] == AS_OF.isoformat()
    for name, facts in manifest["files"].items():
        assert facts["sha256"] == hashlib.sha256((made / name).read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rows": 0}, "rows is 0"),
        ({"rows": -3}, "rows is -3"),
        ({"seed": -1}, "seed is -1"),
        ({"difficulty": "hard"}, "'hard'"),
    ],
)
def test_bad_arguments_are_refused(tmp_path: Path, arguments: dict[str, object], message: str) -> None:
    given: dict[str, object] = {"rows": 10, "seed": SEED, "out": tmp_path / "inbox", "as_of": AS_OF} | arguments
    with pytest.raises(InputError, match=message):
        generate(**given)  # type: ignore[arg-type]
    assert not (tmp_path / "inbox").exists()


def test_progress_ends_at_the_rows_wanted(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    generate(50, SEED, tmp_path / "inbox", AS_OF, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (50, 50)
    assert seen == sorted(seen)


def test_nothing_but_promised_consents_and_deals_lies_in_the_future(made: Path) -> None:
    header, rows = read(made, "events/web_events.csv")
    times = [datetime.fromisoformat(row[header.index("occurred_at")]).replace(tzinfo=None) for row in rows]
    assert max(times) <= AS_OF


def test_lines_are_valid_by_the_national_plan() -> None:
    pools = make_pools(SEED)
    for index in range(0, 2 * LINES * len(COUNTRIES), 97):
        country = COUNTRIES[index // LINES % len(COUNTRIES)]
        rest = "4719"[: pools.rest[index]].zfill(pools.rest[index])
        number = f"+{country.calling_code}{pools.area[index]}{pools.head[index]}{rest}"
        assert phonenumbers.is_valid_number(phonenumbers.parse(number)), country.code


def test_scrambled_keys_stay_apart() -> None:
    keys = pl.DataFrame({"key": pl.int_range(0, 50_000, dtype=pl.UInt64, eager=True)})
    assert keys.select(scramble(pl.col("key"), SEED, 34))["key"].n_unique() == 50_000


@pytest.mark.parametrize("seed", [0, SEED, 31, 9_999])
def test_salesforce_ids_carry_their_check_characters(seed: int) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    keys = pl.DataFrame({"key": pl.int_range(0, 200, dtype=pl.UInt64, eager=True)})
    for record in keys.select(record=salesforce_id(pl.col("key"), seed))["record"]:
        blocks = [record[i : i + 5] for i in (0, 5, 10)]
        assert record[15:] == "".join(alphabet[sum(c.isupper() << n for n, c in enumerate(block))] for block in blocks)


def test_skewed_draws_favour_the_first() -> None:
    counts = Counter(skewed(["a", "b", "c", "d"], 1000))
    assert sum(counts.values()) == 1000
    assert counts["a"] > counts["b"] > counts["c"] > counts["d"] > 0


def test_draws_are_those_of_the_key_alone() -> None:
    keys = pl.DataFrame({"key": pl.int_range(0, 100, dtype=pl.UInt64, eager=True)})
    draw = Dice(SEED, "key").unit("height").alias("height")
    assert keys.select(draw)["height"][40:].to_list() == keys[40:].select(draw)["height"].to_list()


def test_large_tables_are_cut_into_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadgrade.demo.files.PART", 4)
    from leadgrade.demo.files import PLAIN

    target = Table(tmp_path, "leads", PLAIN, in_parts=True)
    assert target.write(pl.DataFrame({"a": range(6)})) == [("leads_001.csv", 1, 4), ("leads_002.csv", 1, 2)]
    assert target.write(pl.DataFrame({"a": range(2)})) == [("leads_002.csv", 3, 2)]
    target.close()
    assert (tmp_path / "leads_002.csv").read_text(encoding="utf-8") == "a\n4\n5\n0\n1\n"
