"""Finds what belongs to erased people in the rows of others: notes, names of deals, any text of any table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadgrade.erasure.fingerprints import SEARCHED, TABLE
from leadgrade.erasure.forms import quoted
from leadgrade.erasure.opened import Opened
from leadgrade.erasure.redaction import Redactor
from leadgrade.erasure.tables import Kept

# what a text must hold to be looked at, for it is quicker told
_FIRST = {
    "email": "contains({0}, '@') or contains({0}, '%40')",
    "phone": r"regexp_matches({0}, '[0-9][-0-9 ().\/\x{{a0}}\x{{2010}}-\x{{2013}}]{{5,}}[0-9]')",
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


def mentions(opened: Opened, kept: Kept, redactor: Redactor, kinds: Sequence[str]) -> dict[str, dict[str, str]]:
    """What the rows that stay hold of erased people.

    Args:
        opened: The databases.
        kept: Which rows of a table stay.
        redactor: Knows whom to look for, and their names.
        kinds: Kinds of fingerprint that are looked for.

    Returns:
        Column -> text as it stands there -> the same with marks.
    """
    columns = {c: text for c, text in text_columns(opened, kept.table).items() if c not in kept.values}
    found: dict[str, dict[str, str]] = {}
    for column, conditions in _worth_a_look(opened, kept, columns, redactor, kinds).items():
        texts = [text for query in conditions for (text,) in opened.rows(query)]
        changed = {text: mended for text, mended in zip(texts, redactor.redacted(texts), strict=True) if text != mended}
        if changed:
            found[column] = changed
    return found


def _worth_a_look(
    opened: Opened, kept: Kept, columns: dict[str, str], redactor: Redactor, kinds: Sequence[str]
) -> dict[str, list[str]]:
    """Column -> queries of its texts that hold something, found in one pass over the table."""
    asked = [
        (column, query, test)
        for column, text in columns.items()
        for query, test in _tests(kept, text, redactor, kinds)
    ]
    if not asked:
        return {}
    tests = ", ".join(f"coalesce(bool_or({test}), false)" for _, _, test in asked)
    answers = opened.rows(f"select {tests} from {kept.table} as t where {kept.where}")[0]
    found: dict[str, list[str]] = {}
    for (column, query, _), answer in zip(asked, answers, strict=True):
        if answer:
            found.setdefault(column, []).append(query)
    return found


def _tests(kept: Kept, text: str, redactor: Redactor, kinds: Sequence[str]) -> Iterator[tuple[str, str]]:
    """For each kind the query of the texts with hits, and the quick test whether it is worth asking."""
    for kind in kinds:
        test = _FIRST[kind].format(text)
        yield f"""
            select distinct told.txt
            from (
                select txt, unnest({SEARCHED[kind][1]}(txt)) as form
                from (select distinct {text} as txt from {kept.table} as t where ({kept.where}) and ({test}))
            ) as told
            inner join {TABLE} as erased on erased.kind = '{kind}' and erased.key = erasure_key('{kind}', told.form)
        """, test
    for word in redactor.words:
        test = f"contains(lower({text}), {quoted(word)})"
        yield f"select distinct {text} as txt from {kept.table} as t where ({kept.where}) and {test}", test
