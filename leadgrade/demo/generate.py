"""Makes the demo set, chunk by chunk of people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from leadgrade.demo import evidence, market
from leadgrade.demo.companies import add_companies
from leadgrade.demo.contact import add_email, add_names, add_phones, add_titles
from leadgrade.demo.dice import scramble
from leadgrade.demo.files import DIALECTS, PART, PLAIN, Dialect, Table
from leadgrade.demo.ids import add_record_id
from leadgrade.demo.manifest import VERSION, DemoReport, clear, find_made, save, truth_folder
from leadgrade.demo.people import KINDS, SYSTEMS, World, make_rows, scale_of
from leadgrade.demo.places import COUNTRIES
from leadgrade.demo.pools import make_pools
from leadgrade.demo.story import add_place, add_story
from leadgrade.demo.systems import add_common, render
from leadgrade.errors import InputError

CHUNK = 20_000
"""People of a chunk; bounds the memory. Rows are shuffled within a chunk, so another size gives other files."""
_LEAD_FILES = ("hubspot/contacts", "salesforce/leads", "marketo/leads", "meta/leads")
_PER_COMPANY = 7  # lead rows a company on average
_TRUTH_STEMS = ("truth_leads", "truth_people")
_EVIDENCE: dict[str, tuple[str, Callable[[pl.DataFrame, World], pl.DataFrame]]] = {
    "hubspot/activities": ("hubspot", evidence.activities),
    "hubspot/deals": ("hubspot", evidence.deals),
    "events/web_events": ("", evidence.events),
    "consents/consents": ("", evidence.consents),
    "suppressions/suppressions": ("", evidence.suppressions),
    "sales_decisions/sales_decisions": ("", evidence.sales_decisions),
}


def generate(
    rows: int,
    seed: int,
    out: Path,
    as_of: datetime,
    progress: Callable[[int, int], None] | None = None,
    difficulty: str = "medium",
    duplicates: bool = True,
) -> DemoReport:
    """Make raw exports of one company's sales, and beside them the truth about them.

    The same arguments give the same bytes. A finished set of the same arguments is left as it is.

    Args:
        rows: Lead rows over all lead files, broken ones and duplicates included.
        seed: Seed of all draws, 0 or more.
        out: Folder of the exports, laid out as the inbox of config/sources.yaml. The truth goes to ``<out>_truth``.
        as_of: The time up to which things have happened; with a zone it is turned to UTC, without one it is UTC.
        progress: Called with lead rows made and wanted.
        difficulty: low, medium or high: how many typos, gaps, faults and namesakes.
        duplicates: False gives each person one row.

    Raises:
        InputError: An argument is out of range, or the folder holds exports that were not made here.
    """
    _check(rows, seed, difficulty)
    moment = as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of
    moment = moment.replace(microsecond=0)
    arguments = {
        "version": VERSION,
        "rows": rows,
        "seed": seed,
        "as_of": moment.isoformat(),
        "difficulty": difficulty,
        "duplicates": duplicates,
    }
    made = find_made(out, arguments)
    if made is not None:
        return made
    clear(out, arguments)
    world = World(seed, moment, max(20, rows // _PER_COMPANY), scale_of(difficulty), duplicates, make_pools(seed))
    writer = _Writer(out, in_parts=rows > PART)
    people = _write_people(world, rows, writer, progress)
    _write_companies(world, rows, writer)
    files, truth_files = writer.close()
    report = DemoReport({name: int(facts["rows"]) for name, facts in files.items()}, people, rows, truth_folder(out))
    save(report, arguments, files, truth_files)
    return report


def _check(rows: int, seed: int, difficulty: str) -> None:
    if rows <= 0:
        raise InputError(f"rows is {rows}; expected a whole number above 0: how many lead rows to make")
    if rows > 500_000_000:
        raise InputError(f"rows is {rows}; expected at most 500,000,000")
    if seed < 0:
        raise InputError(f"seed is {seed}; expected 0 or more")
    try:
        scale_of(difficulty)
    except KeyError:
        raise InputError(f"difficulty is {difficulty!r}; expected low, medium or high") from None


_Sizes = dict[str, dict[str, int | str]]


class _Writer:
    """All tables of the set."""

    def __init__(self, out: Path, *, in_parts: bool) -> None:
        self._out, self._in_parts = out, in_parts
        self._tables: dict[str, Table] = {}

    def write(self, stem: str, frame: pl.DataFrame, dialect: Dialect = PLAIN) -> list[tuple[str, int, int]]:
        """Append rows to a table."""
        if stem not in self._tables:
            is_truth = stem in _TRUTH_STEMS
            root = truth_folder(self._out) if is_truth else self._out
            self._tables[stem] = Table(root, stem, dialect, self._in_parts and not is_truth)
        return self._tables[stem].write(frame)

    def close(self) -> tuple[_Sizes, _Sizes]:
        """Finish; gives rows, bytes and hash of each export and of each truth file."""
        exports: _Sizes = {}
        truth: _Sizes = {}
        for stem, table in self._tables.items():
            table.close()
            (truth if stem in _TRUTH_STEMS else exports).update(table.sizes)
        return exports, truth


def make_leads(world: World, start: int, stop: int) -> pl.DataFrame:
    """All lead rows of the people in [start, stop) with every trait, cell and truth, in the order of the files."""
    frame = make_rows(world, start, stop)
    for step in (add_companies, add_names, add_titles, add_email, add_phones, add_place, add_story, add_common):
        frame = step(frame, world)
    return add_record_id(frame, world.seed)


def _write_people(world: World, rows: int, writer: _Writer, progress: Callable[[int, int], None] | None) -> int:
    done = people = start = 0
    while done < rows:
        stop = start + min(CHUNK, rows - done)
        leads = make_leads(world, start, stop).head(rows - done)
        people += leads["p"].n_unique()
        _write_leads(leads.with_columns(place=scramble(pl.col("row"), world.seed + 8, 40)).sort("place"), world, writer)
        real = leads.filter(~pl.col("is_exact_duplicate") & ~pl.col("kind").is_in([1, 3]))
        for stem, (system, make) in _EVIDENCE.items():
            source = real if stem.startswith("events") else real.filter(pl.col("kind") != 2)
            writer.write(stem, make(source, world), DIALECTS.get(system, PLAIN))
        _write_truth_people(leads, writer)
        done, start = done + leads.height, stop
        if progress:
            progress(done, rows)
    return people


def _write_leads(leads: pl.DataFrame, world: World, writer: _Writer) -> None:
    for index, stem in enumerate(_LEAD_FILES):
        rows = leads.filter(pl.col("system") == index)
        went = writer.write(stem, render(rows, index, world), DIALECTS[SYSTEMS[index]])
        offset = 0
        for name, first, count in went:
            part = rows.slice(offset, count)
            writer.write("truth_leads", _truth(part, name, first))
            offset += count


def _truth(rows: pl.DataFrame, name: str, first: int) -> pl.DataFrame:
    """What is true of lead rows; row_number counts the data rows of the file from 1."""
    is_test = pl.col("kind") == 1
    return rows.select(
        file=pl.lit(name),
        row_number=pl.int_range(first, first + rows.height, dtype=pl.Int64),
        person=_person(),
        kind=pl.lit(pl.Series(KINDS)).gather(pl.col("kind")),
        email_is_bad=pl.col("email_is_bad"),
        email_fault=pl.col("email_fault"),
        phone_is_bad=pl.col("phone_is_bad"),
        phone_fault=pl.col("phone_fault"),
        is_broken_row=pl.col("is_broken_row"),
        is_test=is_test,
        is_exact_duplicate=pl.col("is_exact_duplicate"),
        is_version=pl.col("is_version"),
        consent_truth=pl.col("consent"),
    )


def _person() -> pl.Expr:
    return pl.concat_str(pl.lit("person_"), pl.col("p").cast(pl.String).str.zfill(9))


def _write_truth_people(leads: pl.DataFrame, writer: _Writer) -> None:
    counted = leads.with_columns(rows=pl.len().over("p"), now=pl.col("era").max().over("p"))
    # the job that the person has now
    newest = counted.sort("p", "era", "j").unique("p", keep="last", maintain_order=True)
    frame = newest.select(
        person=_person(),
        kind=pl.lit(pl.Series(KINDS)).gather(pl.col("kind")),
        rows="rows",
        first_name="true_first",
        last_name="true_last",
        company="company_name",
        company_domain="company_domain",
        country=pl.lit(pl.Series([country.code for country in COUNTRIES])).gather(pl.col("country")),
        has_moved="has_moved",
        quality=pl.col("quality").round(6),
        stop="stop",
        has_deal=pl.col("deal_at").is_not_null(),
        has_won="is_won",
    )
    writer.write("truth_people", frame)


def _write_companies(world: World, rows: int, writer: _Writer) -> None:
    for start in range(0, world.companies, CHUNK):
        firms = market.companies(world, start, min(start + CHUNK, world.companies))
        writer.write("hubspot/companies", market.accounts(firms, world), DIALECTS["hubspot"])
        writer.write("intent/intent", market.intent(firms, world))
    writer.write("spend/spend", market.spend(world, rows))
