"""Rules are data: ``sql/checks/<stage>.yaml``.

A rule is an id, the table it stands behind, the rows that break it (a predicate or a query), a severity, and a
sentence for people. Ids never change: dashboards join on them.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import Field, model_validator

from leadgrade.config.base import Model
from leadgrade.contract import STAGES
from leadgrade.engine.sqlfiles import SQL_ROOT
from leadgrade.yaml_files import read_yaml

# an old version that was wrong is no news; the filter on the records goes first, so that few rows meet the versions
_CURRENT = """
cross join meta.run as run
where exists (
    select 1 from raw.versions as versions
    where versions.file_id = records.file_id and versions.row_number = records.row_number and versions.state = 'current'
)"""


class Rule(Model):
    """One rule of the audit."""

    rule: str = Field(pattern="^[a-z][a-z0-9_]+$", description="Id, as subject_statement.")
    stage: str = Field(description="Stage whose file holds the rule.")
    table: str = Field(description="Table that the rule stands behind: checked as soon as this table is made.")
    severity: Literal["error", "warn"] = Field(description="error: the data is wrong; warn: marketing should act.")
    blocking: bool = Field(False, description="A failure stops the publication.")
    max_failures: int = Field(0, ge=0, description="Rows that may break the rule.")
    max_share: float | None = Field(None, ge=0, le=1, description="Share of the table's rows that may break it.")
    sentence: str = Field(description="What must hold, in words.")
    where: str | None = Field(None, description="Predicate of the rows that break the rule.")
    key: str | None = Field(None, description="Expression that identifies a row, with `where`. Never personal data.")
    current: bool = Field(
        False,
        description="Look at the current versions of raw records alone, with `where`; `records` is the table, `run` meta.run.",
    )
    waits_for: list[str] = Field(default_factory=list, description="Tables it reads that `table` does not stand on.")
    query: str | None = Field(None, description="Query of the rows that break the rule: columns key, detail.")

    @model_validator(mode="after")
    def _one_way(self) -> Rule:
        if (self.where is None) == (self.query is None) or (self.where is not None and self.key is None):
            raise ValueError("give either `where` with `key`, or `query`")
        if self.blocking and self.severity != "error":
            raise ValueError("only an error may block")
        if self.current and self.where is None:
            raise ValueError("`current` goes with `where`")
        return self

    @property
    def failures_query(self) -> str:
        """Rows that break the rule, as columns ``key`` and ``detail``."""
        if self.query:
            return self.query
        if self.current:
            columns = f"{self.key} as key, records.source as detail"
            return f"select {columns} from {self.table} as records {_CURRENT} and ({self.where})"
        return f"select {self.key} as key, null as detail from {self.table} where {self.where}"

    @property
    def rows_query(self) -> str:
        """Number of the rows that the rule looks at."""
        if self.current:
            return f"select count(*) as n from raw.versions where state = 'current' and object = '{self.table[4:]}'"
        return f"select count(*) as n from {self.table}"


@cache
def load_rules() -> tuple[Rule, ...]:
    """All rules, by stage and in the order of their files."""
    found: list[Rule] = []
    for stage in STAGES:
        path = SQL_ROOT / "checks" / f"{stage}.yaml"
        specs = read_yaml(path) if path.is_file() else {}
        found += [Rule(rule=name, stage=stage, **spec) for name, spec in specs.items()]
    return tuple(found)
