"""Who is who in any table: the library's door to matching."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from numbers import Real
from pathlib import Path

import polars as pl

from leadgrade import arguments
from leadgrade.engine import DuckDBEngine
from leadgrade.people.kinds import as_input
from leadgrade.people.matching import build_clusters, build_features, build_pairs
from leadgrade.people.normalise import normalise

_MEMBERS = """
select
    f.lead_id,
    'p_' || substr(md5(coalesce(c.cluster_id, f.lead_id)), 1, 20) as person_id,
    coalesce(c.match_probability, 1.0) as match_probability
from people.features as f
left join people.clusters as c on f.lead_id = c.lead_id"""
_BATCH = 50_000
# what DuckDB holds before it lays tables down; some 17 % less CPU than a database file with the same limit. How often each value
# occurs has to be held for all fields at once: bytes a lead, where the table is large
_MEMORY, _BYTES_A_LEAD = 600_000_000, 400
# the best compromise over tables of every kind; the nightly job asks for more (run.yaml), since there a wrong merge writes to
# the wrong person
DEFAULT_THRESHOLD = 0.7


def resolve(
    leads: pl.DataFrame, *, columns: Mapping[str, str] | None = None, threshold: float | None = None
) -> pl.DataFrame:
    """Find the people behind the rows of a table.

    Args:
        leads: Any table with a column ``lead_id``, unique and filled; everything else may be missing.
        columns: Name of a column -> its kind: first_name, last_name, full_name, middle_name, gender, email, phone, company,
            job_title, street, city, region, postal_code, country, date_of_birth, identifier, other. With it, only
            the columns that it names are read; left out, columns are taken by their names and by what they hold.
        threshold: Match probability from which two rows are one person, above 0 and up to 1; left out: 0.7.

    Returns:
        lead_id (of the type that the table has), person_id (hash of the smallest lead_id, as text, of the person),
        match_probability (the surest pair that holds the row in its person, 1 for a person of one row). One row per row, in
        the order of the table.

    Raises:
        TypeError: leads is no DataFrame, columns no mapping, threshold no number, or a column holds lists or the like.
        ValueError: no lead_id, a lead_id missing or twice, an unknown kind or column, a threshold outside its bounds.
    """
    leads = arguments.frame(leads, "leads")
    limit = _limit(threshold)
    with _engine(leads.height) as engine:
        lead_ids = _normalise(engine, as_input(leads, columns))
        build_features(engine)
        engine.sql("drop table people.normalised")  # its columns are in people.features, too
        build_pairs(engine, limit, limit)
        build_clusters(engine, limit)
        members = engine.collect(_MEMBERS)
    found = lead_ids.to_frame().join(members, on="lead_id", how="left", maintain_order="left")
    given = leads["lead_id"]
    return found if given.dtype == pl.Null else found.with_columns(given)


def _limit(threshold: float | None) -> float:
    if threshold is None:
        return DEFAULT_THRESHOLD
    if isinstance(threshold, bool) or not isinstance(threshold, Real):
        raise TypeError(f"threshold: expected a number, found {type(threshold).__name__}")
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold must be above 0 and at most 1, got {threshold}")
    return float(threshold)


def _normalise(engine: DuckDBEngine, table: pl.DataFrame) -> pl.Series:
    """Make ``people.normalised``; return the ids, all of the table that is still needed then."""
    arguments.ids(table["lead_id"], "lead_id")
    with engine.transaction():
        for start in range(0, max(table.height, 1), _BATCH):
            engine.write("people.normalised", normalise(table.slice(start, _BATCH)), append=True)
    return table["lead_id"]


@contextmanager
def _engine(leads: int) -> Iterator[DuckDBEngine]:
    """In memory; what goes beyond the limit is laid down in a private folder, which is deleted afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="leadgrade-") as folder,
        DuckDBEngine(memory_limit=f"{max(_MEMORY, _BYTES_A_LEAD * leads)}B", spill=Path(folder)) as engine,
    ):
        yield engine
