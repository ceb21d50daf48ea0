"""The queue of people who may be one, worked by hand: what waits, and what was decided since the last publication."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from leadgrade.errors import InputError
from leadgrade.people.decisions import Decision
from leadgrade.people.overrides import Rulings

Row = dict[str, Any]
# what a decision settles counts twice where one of the two is a quality lead
_QUEUE = """
with queue as (
    select review.*, coalesce(a.is_quality, false) or coalesce(b.is_quality, false) as is_quality
    from people.review as review
    left join scores.quality as a on review.person_id_a = a.person_id
    left join scores.quality as b on review.person_id_b = b.person_id
)
select queue.* from queue
order by queue.worth * case when queue.is_quality then 2 else 1 end desc, queue.review_id"""
# compared fields as they came in, for people who may see them
_VALUES = ("full_name", "email", "phone_e164", "company_name", "job_title", "street", "city", "country", "source")


def waiting(warehouse: Path, decisions: Sequence[Decision]) -> Iterator[Row]:
    """Rows of ``people.review`` about which nobody has decided since, what is worth most first, with is_quality.

    Raises:
        InputError: nothing is published, or by a release without the queue.
    """
    rulings = Rulings(decisions)
    with _opened(warehouse) as connection:
        cursor = connection.execute(_QUEUE)
        names = [column[0] for column in cursor.description or []]
        while rows := cursor.fetchmany(200):
            for row in (dict(zip(names, values, strict=True)) for values in rows):
                if not rulings.settles(row["lead_id_a"], row["lead_id_b"]):
                    yield row


def find(warehouse: Path, review_ids: Sequence[str]) -> list[Row]:
    """Rows of ``people.review`` by their ids, in their order.

    Raises:
        InputError: an id is not in the queue of the last publication.
    """
    wanted = {name.strip(): None for name in review_ids}
    with _opened(warehouse) as connection:
        cursor = connection.execute("select * from people.review where review_id in (select unnest(?))", [list(wanted)])
        names = [column[0] for column in cursor.description or []]
        rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    found = {row["review_id"]: row for row in rows}
    missing = [name for name in wanted if name not in found]
    if missing:
        raise InputError(
            f"{missing[0][:60]!r} is not in the queue of the last publication; list it again: leadgrade people review"
        )
    return [found[name] for name in wanted]


def values(private: Path, lead_ids: Sequence[str]) -> dict[str, Row]:
    """What the leads say of themselves, from the private database: personal data, for eyes only.

    Raises:
        InputError: there is no private database.
    """
    query = f"select lead_id, {', '.join(_VALUES)} from contacts.leads where lead_id in (select unnest(?))"
    with _opened(private) as connection:
        found = connection.execute(query, [list(lead_ids)]).fetchall()
    return {lead: dict(zip(_VALUES, cells, strict=True)) for lead, *cells in found}


@contextmanager
def _opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    if not path.is_file():
        raise InputError(f"nothing is published yet: {path} is missing. Run: leadgrade run")
    with duckdb.connect(str(path), read_only=True) as connection:
        try:
            yield connection
        except duckdb.CatalogException:
            raise InputError("the last publication has no queue yet; the next `leadgrade run` makes it") from None
