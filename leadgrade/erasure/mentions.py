"""Finds what belongs to erased people in the rows of others: notes, names of deals, any text of any table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leadgrade.erasure.fingerprints import SEARCHED, TABLE
from leadgrade.erasure.forms import NUMBER, quoted
from leadgrade.erasure.opened import Opened
from leadgrade.erasure.redaction import Redactor
from leadgrade.erasure.tables import Kept

# what a text must hold to be looked at, for it is quicker told
_FIRST = {
    "email": "contains({0}, '@') or contains({0}, '%40')",
    "phone": f"regexp_matches({{0}}, {quoted(NUMBER).replace('{', '{{').replace('}', '}}')})",
    "profile": "contains(lower({0}), 'linkedin.com/')",
}
_TEXT = "VARCHAR"


def text_columns(opened: Opened, table: str) -> dict[str, str]:
    """Columns that may hold text -> SQL of the text: nested ones as they are written."""
    plain = {"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "DOUBLE", "FLOAT", "BOOLEAN", "DATE", "TIMESTAMP"}
    return {
        column: f't."{column}"' if kind == _TEXT else f'cast(t."{column}" as varchar)'
        for column, kind in opened.tables[table].items()
        if kind not in plain
    }


def mentions(opened: Opened, kept: Kept, redactor: Redactor) -> dict[str, dict[str, str]]:
    """What the rows that stay hold of erased people.

    Args:
        opened: The databases.
        kept: Which rows of a table stay.
        redactor: Knows whom to look for, and their names.

    Returns:
        Column -> text as it stands there -> the same with marks.
    """
    columns = {c: text for c, text in text_columns(opened, kept.table).items() if c not in kept.values}
    found: dict[str, dict[str, str]] = {}
    for column, asked in _worth_a_look(opened, kept, columns, redactor).items():
        texts = sorted({text for one in asked if one.any is None or opened.rows(one.any) for (text,) in opened.rows(one.all)})
        changed = {text: mended for text, mended in zip(texts, redactor.redacted(texts), strict=True) if text != mended}
        if changed:
            found[column] = changed
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a column is asked for.

    Attributes:
        test: Quick test of a text; where no text passes it, nothing more is asked.
        any: Query with a row where anything is found: the forms are hashed once each; None: not worth asking before.
        all: Query of the texts that hold it.
    """

    test: str
    any: str | None
    all: str


def _worth_a_look(
    opened: Opened, kept: Kept, columns: dict[str, str], redactor: Redactor
) -> dict[str, list[_Asked]]:
    """Column -> what is worth asking of it, found in one pass over the table."""
    asked = [(column, one) for column, text in columns.items() for one in _asked(kept, text, redactor)]
    if not asked:
        return {}
    tests = ", ".join(f"coalesce(bool_or({one.test}), false)" for _, one in asked)
    answers = opened.rows(f"select {tests} from {kept.table} as t where {kept.where}")[0]
    found: dict[str, list[_Asked]] = {}
    for (column, one), answer in zip(asked, answers, strict=True):
        if answer:
            found.setdefault(column, []).append(one)
    return found


def _asked(kept: Kept, text: str, redactor: Redactor) -> Iterator[_Asked]:
    """What a text is asked for: each kind of fingerprint, and each name."""
    rows = f"{kept.table} as t where ({kept.where})"
    for kind in redactor.kinds:
        test = _FIRST[kind].format(text)
        erased = f"{TABLE} as erased on erased.kind = '{kind}' and erased.key = erasure_key('{kind}', told.form)"
        forms = f"unnest({SEARCHED[kind][1]}({text})) as form"
        yield _Asked(
            test,
            f"select 1 from (select distinct {forms} from {rows} and ({test})) as told inner join {erased} limit 1",
            f"select distinct told.txt from (select {text} as txt, {forms} from {rows} and ({test})) as told inner join {erased}",
        )
    for word in redactor.words:
        test = f"contains(lower({text}), {quoted(word)})"
        yield _Asked(test, None, f"select distinct {text} as txt from {rows} and {test}")
