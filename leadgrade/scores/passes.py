"""Turns many questions about a person into rows in one pass: everybody is asked everything at once, and what holds becomes a row.

A query a question, put together by union, reads the people once for each; and its rows of one person lie far apart, so that
their ids are stored again and again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_LITERAL = re.compile(r"'(?:[^']|'')*'|-?\d+")


def is_literal(expression: str) -> bool:
    """Whether an SQL expression is a text or a whole number and nothing else."""
    return bool(_LITERAL.fullmatch(expression))


def numbered(source: str, tests: Sequence[str]) -> str:
    """The query of the rows of ``source``, each once for every test that holds for it, with its ``number`` from 1.

    Args:
        source: A query.
        tests: Expressions over its columns that are true or false.
    """
    numbers = ", ".join(f"case when {test} then {number} end" for number, test in enumerate(tests, 1))
    return (
        f"select asked.*, unnest(list_filter([{numbers}], lambda n: n is not null)) as number from ({source}) as asked"
    )


def by_number(expressions: Sequence[str]) -> str:
    """An expression: of these, all texts or all numbers, the one of the row's number; literals are looked up in a list."""
    cases = " ".join(
        f"when {number} then {expression}"
        for number, expression in enumerate(expressions, 1)
        if not is_literal(expression)
    )
    listed = [expression if is_literal(expression) else "null" for expression in expressions]
    found = f"([{', '.join(listed)}])[number]"
    if not cases:
        return found
    return f"case number {cases} else {found} end" if set(listed) != {"null"} else f"case number {cases} end"
