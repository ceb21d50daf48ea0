"""lists.yaml: what bots, spam, tests, students and competitors look like."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from leadgrade.config.base import Model

Signal = Literal[
    "bot_user_agent",
    "honeypot",
    "fast_submit",
    "fast_burst",
    "spam_text",
    "gibberish_name",
    "gibberish_text",
    "placeholder_contact",
    "disposable_email",
    "competitor",
    "internal",
    "student",
    "impossible_combination",
]
_SAMPLE = "select regexp_matches('a', $pattern)"


def _is_pattern(text: str) -> str:
    """RE2 has to take it, for that is what SQL runs; it would fail in the middle of a night otherwise."""
    import duckdb  # noqa: PLC0415  a tenth of a second that other commands need not wait

    try:
        duckdb.execute(_SAMPLE, {"pattern": text}).fetchall()
    except duckdb.Error:
        raise ValueError("not a regular expression that RE2 takes (no look-around, no back-references)") from None
    if re.search(r"[A-Z]", re.sub(r"\\.", "", text)):
        raise ValueError("patterns are compared with lower-case text: write it in lower case")
    return text


def _is_lower(text: str) -> str:
    if text != text.strip().lower() or not text:
        raise ValueError("write words in lower case, without blanks around")
    return text


Pattern = Annotated[str, Field(min_length=1), AfterValidator(_is_pattern)]
Word = Annotated[str, AfterValidator(_is_lower)]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]


class _Versioned(Model):
    version: str = Field(min_length=1, description="Version of the list; raise it with every change.")


class PatternList(_Versioned):
    """A list of regular expressions."""

    patterns: list[Pattern] = Field(min_length=1, description="Regular expressions on lower-case text, RE2 syntax.")


class WordList(_Versioned):
    """A list of words."""

    words: list[Word] = Field(description="Words in lower case.")


class CountryGroups(_Versioned):
    """Lists of countries."""

    groups: list[list[Country]] = Field(description="Countries that belong together, ISO2.")


class Limits(Model):
    """From where on something is too many, or too fast."""

    burst_people: int = Field(10, ge=2, description="People behind one block of network addresses.")
    burst_seconds: int = Field(600, ge=1, description="Seconds within which they came.")
    submit_seconds: float = Field(3, gt=0, le=60, description="Seconds below which nobody fills in a form.")


class SpamRule(Model):
    """What makes a person spam."""

    hard: list[Signal] = Field(description="Signals of which one is enough, where it is hard.")
    hints: list[Signal] = Field(description="Signals that count as hints, hard or not.")
    hints_needed: int = Field(2, ge=1, description="Different hints that are enough together.")


class ListsConfig(Model):
    """lists.yaml."""

    bot_agents: PatternList = Field(description="User agents of programs.")
    honeypot_keys: WordList = Field(description="Form fields that people never see.")
    submit_time_keys: WordList = Field(description="Form fields that say how long filling in took.")
    spam_phrases: PatternList = Field(description="What form spam sells; whole words.")
    test_values: WordList = Field(description="Companies and titles that stand for nothing.")
    student_titles: PatternList = Field(description="What students call themselves.")
    student_domains: WordList = Field(description="Labels that universities put before their domain for students.")
    same_numbering: CountryGroups = Field(description="Countries that share a calling code.")
    limits: Limits = Field(default_factory=Limits, description="From where on something is too many, or too fast.")
    spam: SpamRule = Field(description="What makes a person spam.")

    @model_validator(mode="after")
    def _groups_apart(self) -> Self:
        countries = [country for group in self.same_numbering.groups for country in group]
        twice = sorted({c for c in countries if countries.count(c) > 1})
        if twice:
            raise ValueError(f"same_numbering: {', '.join(twice)} in two groups")
        return self
