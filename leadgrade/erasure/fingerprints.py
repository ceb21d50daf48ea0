"""Keyed fingerprints of erased people: all that is kept of them, and how a text is asked whether it speaks of one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import duckdb
import polars as pl

from leadgrade.erasure import forms

# what a new row is turned away by; a name is nobody's alone for ever, so it is only looked for
BLOCKING = ("email", "phone", "profile", "lead", "id")
KINDS = (*BLOCKING, "person", "name", "word")
TABLE = "erased_keys"
_CONFIG: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "memory_limit": "2GB"}
_SCHEMA = {"kind": pl.String(), "key": pl.String()}


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Fingerprints by kind.

    Attributes:
        keys: ``email``, ``phone`` (in every form it is written in), ``profile``, ``lead`` (lead_id), ``id`` (source or
            system, and the id of the record there), ``person`` (person_id), ``name`` (in either order of its words),
            ``word`` (the last word of a name, without which a text need not be searched for the name).
    """

    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Fingerprints:
        """From pairs of kind and key."""
        found: dict[str, set[str]] = {}
        for kind, key in pairs:
            found.setdefault(kind, set()).add(key)
        return cls({kind: frozenset(of_kind) for kind, of_kind in found.items()})

    def __or__(self, other: Fingerprints) -> Fingerprints:
        return Fingerprints.of([*self.pairs(), *other.pairs()])

    def __bool__(self) -> bool:
        return any(self.keys.values())

    def pairs(self, kinds: Collection[str] = KINDS) -> list[tuple[str, str]]:
        """Pairs of kind and key, in order."""
        return sorted((kind, key) for kind, of_kind in self.keys.items() if kind in kinds for key in of_kind)

    def frame(self, kinds: Collection[str] = KINDS) -> pl.DataFrame:
        """The pairs as a table: kind, key."""
        return pl.DataFrame(self.pairs(kinds), schema=_SCHEMA, orient="row")

    def load(self, connection: duckdb.DuckDBPyConnection, secret: str) -> None:
        """Make the functions of :mod:`leadgrade.erasure.forms` and the temporary table ``erased_keys`` in a connection."""
        forms.make_known(connection, secret)
        pairs = self.frame().to_arrow()  # noqa: F841  the statement names it
        connection.execute(f"create or replace temp table {TABLE} as select kind, key from pairs")


class Finder:
    """Tells which texts speak of erased people.

    Args:
        fingerprints: Whom to look for.
        secret: Key of the fingerprints.
    """

    def __init__(self, fingerprints: Fingerprints, secret: str) -> None:
        self._connection = duckdb.connect(":memory:", config=_CONFIG)
        self.kinds = [kind for kind in forms.PATTERNS if fingerprints.keys.get(kind)]
        self.has_names = bool(fingerprints.keys.get("name"))
        fingerprints.load(self._connection, secret)

    def close(self) -> None:
        """Let go of the memory."""
        self._connection.close()

    def __enter__(self) -> Finder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def hits(self, kind: str, texts: Iterable[str]) -> set[str]:
        """Those of the texts that hold what belongs to an erased person, of one kind."""
        return self._hits(kind, texts, forms.told(kind, "txt", "texts_asked", "place"))

    def names(self, texts: Iterable[str]) -> set[str]:
        """Those of the texts that are a name of an erased person, and nothing else."""
        return self._hits("name", texts, "select place, erasure_name(txt) as form from texts_asked")

    def ids(self, texts: Iterable[str]) -> set[str]:
        """Those of the texts that are the id of an erased lead or person, and nothing else."""
        told, distinct = "select place, txt as form from texts_asked", set(texts)
        return self._hits("lead", distinct, told) | self._hits("person", distinct, told)

    def _hits(self, kind: str, texts: Iterable[str], told: str) -> set[str]:
        distinct = list(set(texts))
        if not distinct:
            return set()
        # a number stands for the text: a long one holds many words, and would be carried beside each of them
        schema = {"txt": pl.String(), "place": pl.Int64()}
        texts_asked = pl.DataFrame({"txt": distinct, "place": range(len(distinct))}, schema=schema).to_arrow()  # noqa: F841
        query = f"""
            select distinct told.place
            from ({told}) as told
            inner join {TABLE} as erased on erased.kind = $kind and erased.key = erasure_key($kind, told.form)
        """
        return {distinct[place] for (place,) in self._connection.execute(query, {"kind": kind}).fetchall()}
