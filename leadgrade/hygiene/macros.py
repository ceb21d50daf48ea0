"""Macros of the schema ``config``: patterns of the configuration as SQL calls them.

Patterns become macros, not columns: a pattern that is joined in is compiled again for every row (200 times slower).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from leadgrade.engine import Engine


def write_macro(engine: Engine, name: str, body: str) -> None:
    """Make ``config.<name>(value)``."""
    engine.sql(f"create or replace macro config.{name}(value) as {body}")


def write_matches(engine: Engine, name: str, pattern: str) -> None:
    """Make ``config.<name>(value)``: true where the pattern is found in the value, in lower case."""
    write_macro(engine, name, f"regexp_matches(lower(value), {literal(pattern)})")


def answer_pattern(keys: Iterable[str], value: str) -> str | None:
    """A pattern that finds a filled key in the JSON of unmapped columns, however its words are joined; None without keys.

    Group 1 is the key, group 2 the first group of ``value``.
    """
    spelled = ["[ _-]?".join(map(re.escape, re.split(r"[\W_]+", key.strip().lower()))) for key in keys]
    return rf'"({"|".join(spelled)})"\s*:\s*{value}' if spelled else None


def literal(text: str | None) -> str:
    """The text as SQL writes it."""
    return "null" if text is None else "'" + text.replace("'", "''") + "'"
