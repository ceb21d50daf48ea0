"""sources.yaml: which files belong to which system."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Literal

import pycountry
from pydantic import BeforeValidator, Field, field_validator

from leadgrade.config.base import Model
from leadgrade.errors import Fault

ObjectName = Literal[
    "leads",
    "accounts",
    "events",
    "consents",
    "suppressions",
    "activities",
    "opportunities",
    "sales_decisions",
    "intent_signals",
    "campaign_spend",
    "orders",
    "enrichments",
]
_SCHEMES = ("s3", "gs", "gcs", "abfs", "abfss", "az")
_NAME = re.compile(r"[\w-](?:[\w. -]*[\w.-])?")
# YAML reads a bare off as false
DriftAction = Annotated[
    Literal["warn", "block", "off"], BeforeValidator(lambda given: "off" if given is False else given)
]


class Drift(Model):
    """What becomes of a change in the files of a source."""

    rows: DriftAction = Field(
        "warn", description="Fewer rows than the history makes likely: warn, block (the night is not published), off."
    )
    filled: DriftAction = Field("warn", description="A column less filled than the history makes likely.")
    columns: DriftAction = Field("warn", description="A column that is gone or looks different.")


class Source(Model):
    """One source of files."""

    path: str = Field(
        description="Files of the source: a glob, relative to LEADGRADE_HOME, absolute, or behind s3://, gs://, "
        "abfs:// (docs/intake.md)."
    )
    system: str | None = Field(None, description="Built-in header mapping; absent: guessed from the headers.")
    object: ObjectName | None = Field(None, description="What a row is; absent: guessed from the headers.")
    country: str | None = Field(
        None, pattern="^[A-Z]{2}$", description="ISO2 hint for phones and consent where the row has no country."
    )
    encoding: str | None = Field(
        None,
        description="Encoding of text that is neither UTF-8 nor UTF-16, a Python codec (mac_roman, cp1250, shift_jis); "
        "absent: Windows-1252, or ISO 8859-15 where that fits better.",
    )
    date_order: Literal["dmy", "mdy"] | None = Field(
        None, description="Order of day and month where a date column does not tell; absent: the system's own."
    )
    mapping: dict[str, str] = Field(
        default_factory=dict, description="Header -> canonical field, before all built-in ones."
    )
    mode: Literal["append", "snapshot", "deletions"] = Field(
        "append",
        description="append: files add and change records; snapshot: each delivery is the full list, what it lacks was "
        "deleted; deletions: every row names a record that was deleted.",
    )
    of: str | None = Field(None, description="Source whose records a list of deletions names; absent: its own.")
    drift: Drift = Field(default_factory=Drift, description="What becomes of a change in its files (docs/intake.md).")

    @field_validator("encoding")
    @classmethod
    def _known_codec(cls, value: str | None) -> str | None:
        try:
            "a".encode(value or "utf-8")
        except LookupError:
            raise ValueError("no text encoding of Python, e.g. mac_roman, cp1250 or shift_jis") from None
        return value


class SourcesConfig(Model):
    """sources.yaml."""

    sources: dict[str, Source] = Field(min_length=1, description="The sources by name.")


def mode_faults(config: SourcesConfig) -> list[Fault]:
    """What ``mode`` and ``of`` of the sources say that cannot be, each with what would do."""
    return [fault for name, source in config.sources.items() for fault in _faults_of(name, source, config)]


def _faults_of(name: str, source: Source, config: SourcesConfig) -> list[Fault]:
    found: list[tuple[str, str, str]] = []
    target = config.sources.get(source.of) if source.of else None
    if source.of and source.mode != "deletions":
        found.append(("of", f"a source of mode {source.mode} names no other one", "set mode: deletions, or drop `of`"))
    if source.of and target is None:
        found.append(("of", f"unknown source {source.of!r}", f"known: {', '.join(sorted(config.sources))}"))
    if target and source.mode == "deletions" == target.mode and source.of != name:
        found.append(("of", f"{source.of!r} is a list of deletions itself", "name the source of the records"))
    if source.mode == "deletions" and source.object is None:
        hint = "set object: leads (or accounts, orders, ...)"
        found.append(("object", "a list of ids does not tell what they are ids of", hint))
    if target and source.object and target.object not in {None, source.object}:
        found.append(("object", f"{source.of!r} has {target.object}, not {source.object}", "name the same object"))
    return [Fault("sources.yaml", f"sources.{name}.{key}", problem, hint) for key, problem, hint in found]


@cache
def _countries() -> frozenset[str]:
    return frozenset(country.alpha_2 for country in pycountry.countries)


def country_problem(code: str) -> str | None:
    """What is wrong with a country code; None for one that there is."""
    if code in _countries():
        return None
    if code.upper() in _countries():
        return f"write it in capitals: {code.upper()}"
    return "no country has this code: expected two capital letters of ISO 3166 such as DE (the United Kingdom is GB)"


def source_faults(config: SourcesConfig) -> list[Fault]:
    """Names, paths and countries of sources that cannot be, each with what would do."""
    return [
        Fault("sources.yaml", f"sources.{name}{key}", problem, hint)
        for name, source in config.sources.items()
        for key, problem, hint in (*_name_faults(name), *_path_faults(source.path), *_country_faults(source))
    ]


def _name_faults(name: str) -> list[tuple[str, str, str]]:
    if _NAME.fullmatch(name):
        return []
    return [("", f"a source cannot be called {name!r}", "letters, digits, _ - . and blanks; not starting with a dot")]


def _path_faults(path: str) -> list[tuple[str, str, str]]:
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", path)
    if not path.strip():
        return [(".path", "the path is empty", "a file or a glob such as inbox/crm/*.csv")]
    if scheme and scheme[1] not in _SCHEMES:
        return [(".path", f"unknown kind of address {scheme[0]!r}", f"known: {', '.join(f'{s}://' for s in _SCHEMES)}")]
    if path.partition("?")[0].endswith("/") if scheme else path.endswith("/"):
        return [(".path", f"{path!r} is a folder", f"name its files: {path}* or {path}**/*")]
    return []


def _country_faults(source: Source) -> list[tuple[str, str, str]]:
    problem = country_problem(source.country) if source.country else None
    return [(".country", f"unknown country {source.country!r}", problem)] if problem else []
