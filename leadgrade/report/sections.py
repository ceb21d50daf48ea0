"""The detail of the report beyond the summary: one function a section, each a few grouped rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from leadgrade.metrics.definitions import metrics
from leadgrade.report.charts import Bars, Line, histogram, line
from leadgrade.report.reader import Row, Warehouse

HISTORY = ("quality_lead_rate", "reachable_rate", "consent_gap_rate", "decayed_rate", "duplicate_rate")
HISTORY_NIGHTS = 90


@dataclass(frozen=True, slots=True)
class Model:
    """What the report needs of the scoring model."""

    name: str
    threshold: int
    near_miss: int
    maximum: int


def model(warehouse: Warehouse) -> Model:
    """The model of the scores, with the default model's bounds where it is not known."""
    row = warehouse.row(
        "select name, definition from scores.models "
        "where model_id in (select model_id from scores.quality limit 1) order by first_used_at desc, model_id limit 1"
    )
    definition: dict[str, Any] = json.loads(row.get("definition") or "{}")
    bounds = definition.get("thresholds", {})
    quality = int(bounds.get("quality", 80))
    caps = [int(dimension.get("cap", 0)) for dimension in definition.get("dimensions", {}).values()]
    return Model(row.get("name") or "", quality, int(bounds.get("near_miss", quality - 5)), sum(caps) or 145)


def scores(warehouse: Warehouse, bounds: Model) -> tuple[Bars, int]:
    """The histogram of the scores, and the people who just missed the threshold."""
    rows = warehouse.rows("select score // 5 * 5 as k, count(*) as n from scores.quality where score >= 0 group by all")
    near = warehouse.row(
        f"select count(*) as n from scores.quality where score >= {bounds.near_miss} and score < {bounds.threshold}"
    )
    counts = {int(row["k"]): row["n"] for row in rows}
    bars = histogram(counts, 5, bounds.maximum, bounds.threshold, bounds.near_miss)
    return bars, int(near["n"])


def points(warehouse: Warehouse) -> list[Row]:
    """How often each rule fired, and what it gave after the cap."""
    return warehouse.rows(
        "select dimension, rule, count(*) as people, cast(sum(points_raw) as bigint) as raw, "
        "cast(sum(points) as bigint) as points from scores.points group by all order by dimension, people desc, rule"
    )


def dimensions(warehouse: Warehouse) -> Row:
    """Mean of each dimension of the score."""
    names = ("fit", "intent", "access", "timing", "integrity", "negative", "score")
    return warehouse.row(f"select {', '.join(f'avg({n}) as {n}' for n in names)} from scores.quality")


def dispositions(warehouse: Warehouse) -> list[Row]:
    """Every ending of rows with its reason."""
    return warehouse.rows("select * from metrics.dispositions order by object, rows desc, disposition, reason")


def gaps(warehouse: Warehouse) -> list[Row]:
    """Consent gaps by reason, jurisdiction and channel; the forty most frequent."""
    return warehouse.rows(
        "select reason, jurisdiction, channel, severity, min(needs) as needs, count(*) as people "
        "from hygiene.consent_gaps group by reason, jurisdiction, channel, severity "
        "order by people desc, reason, jurisdiction, channel, severity limit 40"
    )


def ends(warehouse: Warehouse) -> list[Row]:
    """Channels that may be used today by rule set, with how many are lost by each horizon; those that lose most first."""
    return warehouse.rows(
        "select jurisdiction, channel, max(usable) as usable, list(lost order by horizon_days) as lost, "
        "list(horizon_days order by horizon_days) as horizons from ("
        "select jurisdiction, channel, horizon_days, sum(usable) as usable, sum(lost) as lost "
        "from hygiene.consent_forecast group by all) as horizons "
        "group by jurisdiction, channel having max(lost) > 0 order by max(lost) desc, jurisdiction, channel limit 20"
    )


def decay(warehouse: Warehouse) -> list[Row]:
    """States of each field."""
    states = ("fresh", "ageing", "stale", "dead")
    sums = ", ".join(f"count(case when state = '{s}' then 1 end) as {s}" for s in states)
    return warehouse.rows(
        f"select field, count(*) as people, {sums}, median(age_days) as age_days from hygiene.decay group by field order by field"
    )


def emails(warehouse: Warehouse) -> Row:
    """Kinds of distinct addresses."""
    flags = (
        "is_valid",
        "is_corporate",
        "is_free",
        "is_role",
        "is_disposable",
        "is_academic",
        "is_government",
        "is_placeholder",
    )
    sums = ", ".join(f"count(case when {f} then 1 end) as {f}" for f in flags)
    return warehouse.row(f"select count(*) as total, {sums}, count(suggestion) as with_suggestion from contacts.emails")


def phones(warehouse: Warehouse) -> Row:
    """Kinds of distinct numbers."""
    flags = ("is_valid", "is_possible", "is_placeholder")
    sums = ", ".join(f"count(case when {f} then 1 end) as {f}" for f in flags)
    mobile = "count(case when type in ('mobile', 'fixed_line_or_mobile') then 1 end) as is_mobile"
    return warehouse.row(f"select count(*) as total, {sums}, {mobile}, count(cleaned) as repaired from contacts.phones")


def faults(warehouse: Warehouse, table: str) -> list[Row]:
    """Why values of contacts.emails or contacts.phones are not valid."""
    return warehouse.rows(
        f"select error, count(*) as n from {table} where error is not null group by error order by n desc, error limit 10"
    )


def risks(warehouse: Warehouse) -> list[Row]:
    """Signals of risk by how many people show them."""
    return warehouse.rows(
        "select signal, count(distinct person_id) as people, coalesce(bool_or(is_hard), false) as is_hard "
        "from hygiene.risk group by signal order by people desc, signal"
    )


def funnel(warehouse: Warehouse) -> list[Row]:
    """The metrics over all people, with title and whether a verdict is good news."""
    found = {row["metric"]: row for row in warehouse.rows("select * from metrics.funnel where dimension = 'all'")}
    rows = []
    for name, metric in metrics().items():
        if name in found:
            row = found[name]
            rows.append({**row, "title": metric.title, "tone": tone(row["verdict"], metric.better)})
    return rows


def tone(verdict: str | None, better: str) -> str:
    """good, bad or flat: below is bad news where high is better."""
    if verdict not in ("below", "within", "above"):
        return "flat"
    return "bad" if verdict == ("below" if better == "high" else "above") else "good"


def cells(warehouse: Warehouse) -> list[Row]:
    """Quality lead rate of each channel and country, the twelve with most people."""
    return warehouse.rows(
        "select dimension, dimension_value, value, ci_lo, ci_hi, numerator, denominator from metrics.funnel "
        "where metric = 'quality_lead_rate' and dimension in ('source_channel', 'country') "
        "qualify row_number() over (partition by dimension order by denominator desc, dimension_value) <= 12 "
        "order by dimension desc, denominator desc, dimension_value"
    )


def sla(warehouse: Warehouse) -> Row:
    """Speed of sales over everybody with a creation time."""
    return warehouse.row(
        "select count(*) as people, count(first_touch_minutes) as touched, median(first_touch_minutes) as median_minutes, "
        "count(case when is_first_touch_5m then 1 end) as within_5m, "
        "count(case when touches_first_hour >= 2 then 1 end) as two_in_hour, "
        "count(case when is_cadence_met then 1 end) as cadence from metrics.sla"
    )


def history(warehouse: Warehouse) -> list[Line]:
    """Line charts of the headline figures over the last nights."""
    rows = warehouse.rows(
        "select as_of, metric, value from metrics.quality_history where value is not null order by as_of"
    )
    titles = {name: metrics()[name].title for name in HISTORY} | {"people": "People", "mean_score": "Mean score"}
    lines = []
    for name, title in titles.items():
        nights = [(row["as_of"], row["value"]) for row in rows if row["metric"] == name][-HISTORY_NIGHTS:]
        if nights:
            lines.append(line(title, nights, is_share=name in HISTORY))
    return lines


def refused_rows(warehouse: Warehouse) -> list[Row]:
    """Open refused rows by file, reason and column; the sixty with most rows."""
    return warehouse.rows(
        "select quarantine.source, files.file_name, quarantine.reason, quarantine.column_name, count(*) as rows "
        "from raw.quarantine as quarantine left join raw.files as files on quarantine.file_id = files.file_id "
        "where quarantine.closed_at is null and files.status is distinct from 'refused' "
        "group by quarantine.source, quarantine.file_id, files.file_name, quarantine.reason, quarantine.column_name "
        "order by rows desc, quarantine.source, files.file_name, quarantine.reason, quarantine.column_name, "
        "quarantine.file_id limit 60"
    )


def changes(warehouse: Warehouse) -> list[Row]:
    """What tonight's files show that those before did not, what matters first; the sixty first."""
    return warehouse.rows(
        "select changes.source, changes.object, changes.change, changes.header, changes.value_before, changes.value_now, "
        "changes.least_likely, changes.files_before, changes.severity "
        "from raw.schema_changes as changes "
        "where changes.changed_at = (select max(publication.as_of) from meta.publication as publication) "
        "order by array_position(['block', 'warn', 'info'], changes.severity), changes.source, changes.object, "
        "changes.change, changes.header, changes.file_id limit 60"
    )


def change_counts(warehouse: Warehouse) -> list[Row]:
    """How often each source showed each kind of change on all nights, and when last."""
    return warehouse.rows(
        "select source, object, change, severity, count(*) as n, count(distinct changed_at) as nights, "
        "min(changed_at) as first_at, max(changed_at) as last_at from raw.schema_changes "
        "group by source, object, change, severity order by last_at desc, source, object, change, severity"
    )
