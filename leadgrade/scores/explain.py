"""Explains a published grade, point by point. Shows ids, rules and classes of value, never personal data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from leadgrade.config.scoring import DIMENSIONS
from leadgrade.config.scoring_checklists import DEFAULT_CHECKLISTS, GATED
from leadgrade.errors import InputError
from leadgrade.scores.lookup import open_database, person_of

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything behind the grade of one person.

    Attributes:
        person_id: The person.
        found_by: What the key was: person_id, lead_id, e-mail address or number.
        quality: The row of scores.quality.
        points: Rows of scores.points, the largest first within each dimension.
        missing: Rules of the model that did not fire: rule, dimension, points; the best first.
        model: The model's definition: caps, gates, thresholds, rules.
        integrity: The row of scores.integrity.
        consent: Rows of hygiene.consent.
        gaps: Rows of hygiene.consent_gaps.
        reach: Rows of hygiene.reach.
        decay: Rows of hygiene.decay.
        risks: Rows of hygiene.risk.
        leads: The leads merged into the person: lead_id, source, is_survivor.
        accounts: Rows of people.accounts.
        checklists: Rows of scores.checklists: checklist, item, evidence.
    """

    person_id: str
    found_by: str
    quality: Row
    points: list[Row]
    missing: list[Row]
    model: dict[str, Any]
    integrity: Row
    consent: list[Row]
    gaps: list[Row]
    reach: list[Row]
    decay: list[Row]
    risks: list[Row]
    leads: list[Row]
    accounts: list[Row]
    checklists: list[Row]

    @property
    def capped(self) -> dict[str, tuple[int, int]]:
        """Dimension -> (points before the cap, points after it), where the cap took some."""
        sums: dict[str, tuple[int, int]] = {}
        for row in self.points:
            before, after = sums.get(row["dimension"], (0, 0))
            sums[row["dimension"]] = (before + row["points_raw"], after + row["points"])
        return {name: pair for name, pair in sums.items() if pair[0] != pair[1]}


def explain(warehouse: Path, private: Path | None, key: str) -> Explanation:
    """Explain the grade of one person from the published files, opened read-only.

    Args:
        warehouse: published/warehouse.duckdb.
        private: published/private.duckdb, in which addresses and numbers are looked up; None: ids only.
        key: A person_id, lead_id, e-mail address, or number with its country code.

    Raises:
        InputError: where a file is missing, or nobody has the key, or several people. An address is not repeated in the message.
    """
    with open_database(warehouse) as connection:
        person_id, found_by = person_of(connection, private, key.strip())
        return _explanation(connection, person_id, found_by)


def _rows(connection: duckdb.DuckDBPyConnection, query: str, *parameters: str) -> list[Row]:
    result = connection.execute(query, list(parameters))
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _explanation(connection: duckdb.DuckDBPyConnection, person_id: str, found_by: str) -> Explanation:
    def of_person(table: str, columns: str, order: str) -> list[Row]:
        return _rows(connection, f"select {columns} from {table} where person_id = ? order by {order}", person_id)

    quality = of_person("scores.quality", "*", "person_id")
    if not quality:
        raise InputError(f"{person_id}: has no grade in the last publication")
    points = of_person("scores.points", "dimension, rule, points_raw, points, evidence", "points_raw desc, rule")
    model = _model(connection, quality[0]["model_id"])
    leads = (
        "select members.lead_id, leads.source, members.is_survivor from people.members as members "
        "left join contacts.leads as leads on members.lead_id = leads.lead_id where members.person_id = ? "
        "order by members.is_survivor desc, members.lead_id"
    )
    return Explanation(
        person_id=person_id,
        found_by=found_by,
        quality=quality[0],
        points=points,
        missing=_missing(model, {row["rule"] for row in points}),
        model=model,
        integrity=next(iter(of_person("scores.integrity", "*", "person_id")), {}),
        consent=of_person("hygiene.consent", "channel, jurisdiction, state, lawful_basis, expires_at", "channel"),
        gaps=of_person("hygiene.consent_gaps", "channel, jurisdiction, reason, severity, due_at", "channel, reason"),
        reach=of_person("hygiene.reach", "channel, is_reachable, why_not", "channel"),
        decay=of_person("hygiene.decay", "field, state, p_valid, age_days, cause", "p_valid, field"),
        risks=of_person("hygiene.risk", "signal, is_hard", "signal"),
        leads=_rows(connection, leads, person_id),
        accounts=of_person("people.accounts", "account_id, method, score", "account_id"),
        checklists=of_person("scores.checklists", "checklist, item, evidence", "checklist, item"),
    )


def _model(connection: duckdb.DuckDBPyConnection, model_id: str) -> dict[str, Any]:
    rows = _rows(connection, "select definition from scores.models where model_id = ?", model_id)
    definition: dict[str, Any] = json.loads(rows[0]["definition"]) if rows else {}
    return definition


def _missing(model: dict[str, Any], fired: set[str]) -> list[Row]:
    """Rules that did not fire and would have given points; rules that take points are missed by nobody."""
    profile = model.get("profile")
    missing = [
        {"rule": rule["id"], "dimension": rule["dimension"], "points": rule["points"]}
        for rule in model.get("rules", [])
        if rule["id"] not in fired and rule["points"] > 0 and profile in rule["profiles"]
    ]
    return sorted(missing, key=lambda row: (-row["points"], row["rule"]))


def render(explanation: Explanation) -> RenderableType:
    """The explanation for a terminal: print it with ``rich.console.Console().print``."""
    parts: list[RenderableType] = [_headline(explanation), _points_grid(explanation), *_verdicts(explanation)]
    quality, integrity = explanation.quality, explanation.integrity
    if quality["next_question"]:
        parts.append(Text(f"Ask next: {quality['next_question']}"))
    checks = [f"{name[3:]} {'yes' if value else 'no'}" for name, value in integrity.items() if name.startswith("is_")]
    parts.append(_section(f"Integrity {integrity.get('integrity_score', 0)} before the cap", checks))
    parts.append(_section("Checklists", _checklist_lines(explanation)))
    for title, rows in _sections(explanation).items():
        parts.append(_section(title, [_line(row) for row in rows] or ["none"]))
    return Group(*parts)


def _headline(explanation: Explanation) -> Text:
    q = explanation.quality
    kind = "quality lead" if q["is_quality"] else "no quality lead"
    return Text(
        f"{explanation.person_id} (by {explanation.found_by})\n"
        f"Grade {q['grade']}, score {q['score']}, {kind}; stage {q['stage']}, next: {q['next_action']}; model {q['model_id']}"
    )


def _points_grid(explanation: Explanation) -> Grid:
    grid = Grid("dimension", "rule", "before cap", "points", "evidence", title="Points", title_justify="left")
    caps = explanation.model.get("dimensions", {})
    for dimension in (*DIMENSIONS, "negative"):
        cap = caps.get(dimension, {}).get("cap")
        total = f"{explanation.quality[dimension]}" + (f" of {cap}" if cap is not None else "")
        grid.add_row(dimension, "", "", total, "", style="bold")
        for row in explanation.points:
            if row["dimension"] == dimension:
                grid.add_row("", row["rule"], str(row["points_raw"]), str(row["points"]), Text(row["evidence"] or ""))
    total, score = explanation.quality["raw_total"], explanation.quality["score"]
    grid.add_row("total", "", "", str(total), "", style="bold")
    if total != score:
        grid.add_row("score", "", "", str(score), "never below 0", style="bold")
    return grid


def _verdicts(explanation: Explanation) -> list[Text]:
    """What the caps took, and what the gates say."""
    lines = [
        f"The cap of {name} took {before - after} of {before}." for name, (before, after) in explanation.capped.items()
    ]
    dimensions = explanation.model.get("dimensions", {})
    for name in (explanation.quality["gates_failed"] or "").split(","):
        if name:
            gate = dimensions.get(name, {}).get("gate")
            lines.append(f"Gate failed: {name} is {explanation.quality[name]}, a quality lead needs {gate}.")
    return [Text(line) for line in lines or ["No cap took points and no gate failed."]]


def _sections(explanation: Explanation) -> dict[str, list[Row]]:
    return {
        "Did not fire": explanation.missing,
        "Consent": explanation.consent,
        "Consent gaps (not legal advice)": explanation.gaps,
        "Reach": explanation.reach,
        "Decay": explanation.decay,
        "Risk": explanation.risks,
        f"Leads merged: {len(explanation.leads)}": explanation.leads,
        "Accounts": explanation.accounts,
    }


def _checklist_lines(explanation: Explanation) -> list[str]:
    """A line a checklist of sales: how much of it is known, with the evidence, and what is missing."""
    # the definition of a model tells only checklists that are not the default ones
    told: Mapping[Any, Mapping[str, Any]] = explanation.model.get("checklists") or DEFAULT_CHECKLISTS
    found = {(row["checklist"], row["item"]): row["evidence"] for row in explanation.checklists}
    lines = []
    for checklist in GATED:
        known = [item for item in told[checklist] if (checklist, item) in found]
        missing = [item for item in told[checklist] if (checklist, item) not in found]
        shown = ", ".join(f"{item} ({found[checklist, item]})" for item in known)
        parts = [shown, f"missing {', '.join(missing)}" if missing else ""]
        lines.append(f"{checklist} {len(known)} of {len(told[checklist])}: {'; '.join(part for part in parts if part)}")
    return lines


def _section(title: str, lines: list[str]) -> Text:
    return Text("\n".join([title, *(f"  {line}" for line in lines)]))


def _line(row: Row) -> str:
    values = list(row.items())
    first = " ".join(str(value) for _, value in values[:2] if value is not None)
    rest = [f"{name} {_shown(value)}" for name, value in values[2:] if value is not None]
    return ", ".join([first, *rest])


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
