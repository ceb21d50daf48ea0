"""Finds what belongs to erased people in the rows of others: notes, names of deals, any text of any table."""

from __future__ import annotations

from leadgrade import contract
from leadgrade.erasure.fingerprints import TABLE
from leadgrade.erasure.forms import NUMBER, quoted, told
from leadgrade.erasure.opened import Opened
from leadgrade.erasure.redaction import Redactor
from leadgrade.erasure.tables import Kept

# what a text must hold to be looked at, for it is quicker told
_FIRST = {
    "email": "contains(txt, '@') or contains(txt, '%40')",
    "phone": f"regexp_matches(txt, {quoted(NUMBER)})",
    "profile": "contains(lower(txt), 'linkedin.com/')",
    "word": "contains(txt, ' ')",
}
_NO_TEXT = {"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "DOUBLE", "FLOAT", "BOOLEAN", "DATE", "TIMESTAMP"}
_SEPARATOR = "chr(10)"
Marks = dict[str, dict[str, str]]  # column -> text as it stands there -> the same with marks


def text_columns(opened: Opened, table: str) -> dict[str, str]:
    """Columns that may hold text -> SQL of the text: nested ones as they are written."""
    return {
        column: f't."{column}"' if kind == "VARCHAR" else f'cast(t."{column}" as varchar)'
        for column, kind in opened.tables[table].items()
        if kind not in _NO_TEXT
    }


def mentions(opened: Opened, kept: Kept, redactor: Redactor) -> Marks:
    """What the rows of a table that stay hold of erased people.

    The texts of a row are asked as one; only rows that hold anything are looked at column by column. Names are looked for
    where the contract says that a column is personal or typed by people, and in all columns of other tables.

    Args:
        opened: The databases.
        kept: Which rows of a table stay.
        redactor: Knows whom to look for.
    """
    columns = {c: text for c, text in text_columns(opened, kept.table).items() if c not in kept.values}
    kinds = [*redactor.kinds, *(["word"] if redactor.finder.has_names else [])]
    if not columns or not kinds or not opened.count(kept.table):
        return {}
    texts = _texts(kept, columns)
    held: dict[str, list[str]] = {}
    for kind, form in opened.rows(f"with {texts} {' union all '.join(map(_forms, kinds))}"):
        held.setdefault(kind, []).append(form)
    if not held:
        return {}
    tests = " or ".join(_holds(kind, forms) for kind, forms in held.items())
    rows = opened.rows(f"with {texts} select distinct columns(* exclude (txt, typed)) from texts where {tests}")
    shown = {column: {row[i] for row in rows} - {None} for i, column in enumerate(columns)}
    all_texts = sorted(set().union(*shown.values()))
    mended = {text: new for text, new in zip(all_texts, redactor.redacted(all_texts), strict=True) if text != new}
    changed = {c: {text: mended[text] for text in sorted(of) if text in mended} for c, of in shown.items()}
    return {column: pairs for column, pairs in changed.items() if pairs}


def _texts(kept: Kept, columns: dict[str, str]) -> str:
    """``texts``: of each row that stays all texts as one (txt), those that may hold names (typed), and each by itself."""
    table = contract.tables().get(kept.table.split(".", 1)[1])
    told_apart = {c.name for c in table.columns if not (c.is_pii or c.is_free_text)} if table else set()
    typed = ", ".join(text for column, text in columns.items() if column not in told_apart) or "null"
    each = ", ".join(columns.values())
    return f"""texts as (
        select concat_ws({_SEPARATOR}, {each}) as txt, concat_ws({_SEPARATOR}, {typed}) as typed, {each}
        from {kept.table} as t where {kept.where}
    )"""


def _forms(kind: str) -> str:
    """Forms of a kind that are theirs, each of them hashed once."""
    forms = told(kind, _asked(kind), f"texts where {_FIRST[kind].replace('txt', _asked(kind))}")
    return f"""
        select '{kind}' as kind, told.form from (select distinct form from ({forms})) as told
        inner join {TABLE} as erased on erased.kind = '{kind}' and erased.key = erasure_key('{kind}', told.form)
    """


def _asked(kind: str) -> str:
    return "typed" if kind == "word" else "txt"


def _holds(kind: str, forms: list[str]) -> str:
    """Condition of a row that holds one of the forms."""
    listed, text = ", ".join(map(quoted, forms)), _asked(kind)
    return f"{text} in (select {text} from ({told(kind, text, 'texts', text)}) where form in ({listed}))"
