"""Compiles the conditions of rules to SQL.

Nothing of the configuration reaches the SQL but names out of closed lists and values written by :func:`literal`,
so that a value can never become a statement.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

import polars as pl

from leadgrade.config.scoring import Icp
from leadgrade.config.scoring_conditions import Band, Condition
from leadgrade.config.scoring_fields import FIELDS
from leadgrade.contacts.categories import industry


def literal(value: str | float | bool) -> str:
    """A value as an SQL literal, quotes doubled.

    Raises:
        ValueError: for a NUL character, which ends a string in some engines, and for infinities.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a NUL character cannot stand in SQL")
        return "'" + value.replace("'", "''") + "'"
    if not math.isfinite(value):
        raise ValueError("an infinite number cannot stand in SQL")
    return str(int(value)) if value == int(value) else repr(float(value))


def _literals(values: list[str]) -> str:
    return ", ".join(literal(value) for value in values)


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL of a condition: a test that is never null, and the text that shows what made it true."""

    test: str
    evidence: str


@dataclass(slots=True)
class Compiler:
    """Compiles conditions over the aliases ``person`` (scores.facts) and ``behaviour``.

    ``joins`` says what the compiled expressions need beside scores.facts. Events are asked for in one pass over
    scores.event_facts, each condition once, however many rules share it.

    Attributes:
        icp: Lists that conditions refer to.
    """

    icp: Icp
    _events: dict[str, int] = field(default_factory=dict)
    _has_behaviour: bool = False

    @property
    def joins(self) -> str:
        """Join clauses of everything that was compiled so far."""
        joins = []
        if self._has_behaviour:
            joins.append("left join scores.behaviour as behaviour on person.person_id = behaviour.person_id")
        if self._events:
            columns = ", ".join(_event_columns(test, number) for test, number in self._events.items())
            asked = " or ".join(f"({test})" for test in self._events)
            joins.append(
                f"left join (select person_id, {columns} from scores.event_facts where {asked} group by person_id) "
                "as events on person.person_id = events.person_id"
            )
        return " ".join(joins)

    def compile(self, condition: Condition, lookback_days: int) -> Compiled:
        """The SQL of a condition whose events count ``lookback_days`` back."""
        if condition.event:
            return self._event(condition, lookback_days)[0]
        if condition.field:
            return self._field(condition)
        if condition.fact:
            return self._fact(condition.fact)
        return self._group(condition, lookback_days)

    def compile_event(self, condition: Condition, lookback_days: int) -> tuple[Compiled, int]:
        """As compile for an event condition, with the number of its columns ``events.events_N`` and ``events.latest_N``."""
        return self._event(condition, lookback_days)

    def _group(self, condition: Condition, lookback_days: int) -> Compiled:
        parts = [self.compile(part, lookback_days) for part in condition.parts]
        if condition.not_:
            return Compiled(f"not ({parts[0].test})", literal("not: " + ", ".join(_names(condition.not_))))
        if condition.all_of:
            evidence = ", ".join(part.evidence for part in parts)
            return Compiled(_joined(parts, " and "), f"concat_ws(', ', {evidence})")
        cases = " ".join(f"when {part.test} then {part.evidence}" for part in parts)
        return Compiled(_joined(parts, " or "), f"case {cases} end")

    def _event(self, condition: Condition, lookback_days: int) -> tuple[Compiled, int]:
        tests = [f"lookback_days = {int(lookback_days)}", f"type in ({_literals(condition.event or [])})"]
        if condition.page_class:
            tests.append(f"page_class in ({_literals(condition.page_class)})")
        number = self._events.setdefault(" and ".join(tests), len(self._events) + 1)
        test = f"coalesce(events.events_{number} >= {int(condition.min_count)}, false)"
        return Compiled(test, f"events.record_{number}"), number

    def _column(self, name: str) -> str:
        if FIELDS[name].table == "facts":
            return f"person.{name}"
        self._has_behaviour = True
        return f"behaviour.{name}"

    def _fact(self, name: str) -> Compiled:
        evidence = FIELDS[name].evidence or literal(name)
        return Compiled(f"coalesce({self._column(name)}, false)", evidence)

    def _field(self, condition: Condition) -> Compiled:
        name = str(condition.field)
        column = self._column(name)
        parts = [getattr(self, f"_{operator.rstrip('_')}")(name, column, condition) for operator in condition.operators]
        return Compiled(_joined(parts, " and "), parts[0].evidence)

    def _is(self, name: str, column: str, condition: Condition) -> Compiled:
        value = condition.is_.strip() if isinstance(condition.is_, str) else condition.is_
        assert value is not None
        if FIELDS[name].kind == "text":
            test = f"lower(trim({column})) = {literal(_lower(str(value)))}"
        else:
            test = f"{column} = {literal(value if not isinstance(value, str) else float(value))}"
        return Compiled(f"coalesce({test}, false)", literal(f"{name}:{value}"))

    def _in(self, name: str, column: str, condition: Condition) -> Compiled:
        values = sorted(_spellings(name, self._list(condition.in_)))
        if not values:
            return _NEVER
        # the value equals one of the configuration, so that it shows nothing personal
        return Compiled(
            f"coalesce(lower(trim({column})) in ({_literals(values)}), false)", f"{literal(name + ':')} || {column}"
        )

    def _contains_any(self, name: str, column: str, condition: Condition) -> Compiled:
        phrases = self._list(condition.contains_any)
        pattern = word_pattern(phrases)
        if not pattern:
            return _NEVER
        text = f"lower({column})"
        # a regular expression costs twenty times the search for a word: only texts that have one of the words are read
        has_word = " or ".join(f"contains({text}, {literal(word)})" for word in telling_words(phrases))
        found = f"{literal(name + ':')} || regexp_extract({text}, {literal(pattern)}, 2)"
        return Compiled(f"(case when {has_word} then regexp_matches({text}, {literal(pattern)}) else false end)", found)

    def _between(self, name: str, column: str, condition: Condition) -> Compiled:
        between = condition.between
        bands: list[Band] = (
            getattr(self.icp, between.removeprefix("icp.")) if isinstance(between, str) else between or []
        )
        parts = [_in_band(name, column, *band) for band in bands]
        if not parts:
            return _NEVER
        cases = " ".join(f"when {part.test} then {part.evidence}" for part in parts)
        return Compiled(_joined(parts, " or "), f"case {cases} end")

    def _at_least(self, name: str, column: str, condition: Condition) -> Compiled:
        assert condition.at_least is not None
        return _in_band(name, column, condition.at_least, None)

    def _at_most(self, name: str, column: str, condition: Condition) -> Compiled:
        assert condition.at_most is not None
        return _in_band(name, column, None, condition.at_most)

    def _known(self, name: str, column: str, _: Condition) -> Compiled:
        return Compiled(f"({column} is not null)", literal(name))

    def _list(self, value: list[str] | str | None) -> list[str]:
        """A list written in the condition, or the one of the icp that it names."""
        if isinstance(value, str):
            found: list[str] = getattr(self.icp, value.removeprefix("icp."))
            return found
        return value or []


def _spellings(name: str, values: list[str]) -> set[str]:
    """The values in lower case; industries also under the name that the stage contacts folds them to."""
    plain = {_lower(value.strip()) for value in values}
    if name != "industry" or not plain:
        return plain
    return plain | set(industry(pl.Series(sorted(plain), dtype=pl.String)).drop_nulls().to_list())


def _lower(text: str) -> str:
    """Small letters as the engine's ``lower`` makes them: one for one, where Python minds the end of a word."""
    return "".join(mark.lower()[0] for mark in text)


_NEVER = Compiled("false", "cast(null as varchar)")


def word_pattern(phrases: list[str]) -> str:
    """A regular expression whose group 2 is the first of the phrases that stands as whole words; '' for no phrase.

    Only what RE2 and Java read alike is used: marks beyond ASCII stand for themselves and may not be
    escaped. Longer phrases win where two begin at one place.
    """
    escaped = [
        re.sub(r"\s+", r"\\s+", re.sub(r"([!-/:-@\[-^`{-~])", r"\\\1", _lower(phrase.strip())))
        for phrase in sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
        if phrase.strip()
    ]
    return rf"(^|[^\p{{L}}\p{{N}}])({'|'.join(escaped)})($|[^\p{{L}}\p{{N}}])" if escaped else ""


def telling_words(phrases: list[str]) -> list[str]:
    """Words of which a text that has one of the phrases has at least one: the longest of each phrase, none within another."""
    longest = {max(_lower(phrase).split(), key=len) for phrase in phrases if phrase.strip()}
    return sorted(word for word in longest if not any(other in word for other in longest - {word}))


def _event_columns(test: str, number: int) -> str:
    """How often, when last, and the record of the last, of the events that pass a test; of one moment the larger id."""
    return (
        f"(sum(events) filter (where {test}))::bigint as events_{number}, "
        f"max(latest_at) filter (where {test}) as latest_{number}, "
        "(max(struct_pack(latest_at := latest_at, record_id := record_id)) "
        f"filter (where {test})).record_id as record_{number}"
    )


def _in_band(name: str, column: str, low: float | None, high: float | None) -> Compiled:
    tests = [f"{column} >= {literal(low)}"] if low is not None else []
    tests += [f"{column} <= {literal(high)}"] if high is not None else []
    shown = f"{name}:{'' if low is None else f'{low:g}'}..{'' if high is None else f'{high:g}'}"
    return Compiled(f"coalesce({' and '.join(tests)}, false)", literal(shown))


def _joined(parts: list[Compiled], operator: str) -> str:
    return "(" + operator.join(part.test for part in parts) + ")"


def _names(condition: Condition) -> list[str]:
    return [str(c.field or c.fact or "/".join(c.event or [])) for c in condition.walk() if c.field or c.fact or c.event]
