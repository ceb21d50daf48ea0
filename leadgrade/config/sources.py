"""sources.yaml: which files belong to which system."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from leadgrade.config.base import Model

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
]


class Source(Model):
    """One source of files."""

    path: str = Field(description="Files of the source: a glob, relative to LEADGRADE_HOME or absolute.")
    system: str | None = Field(None, description="Built-in header mapping; absent: guessed from the headers.")
    object: ObjectName | None = Field(None, description="What a row is; absent: guessed from the headers.")
    country: str | None = Field(
        None, pattern="^[A-Z]{2}$", description="ISO2 hint for phones and consent where the row has no country."
    )
    date_order: Literal["dmy", "mdy"] | None = Field(
        None, description="Order of day and month where a date column does not tell; absent: the system's own."
    )
    mapping: dict[str, str] = Field(
        default_factory=dict, description="Header -> canonical field, before all built-in ones."
    )


class SourcesConfig(Model):
    """sources.yaml."""

    sources: dict[str, Source] = Field(min_length=1, description="The sources by name.")
