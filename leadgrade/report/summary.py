"""The headline figures of a publication: what a run ends with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from leadgrade.audit.examples import EXAMPLES, NEXT_STEPS, examples
from leadgrade.report.reader import Row, Warehouse, open_warehouse
from leadgrade.report.text import DISPOSITIONS


@dataclass(frozen=True, slots=True)
class Summary:
    """What the summary and the head of the report say.

    Attributes:
        run_id: Run that made the warehouse; None for an empty file.
        as_of: As-of time of the run, UTC.
        published_at: When it was published, UTC.
        code_version: Version of leadgrade.
        files: Files taken, on any night.
        files_tonight: Those of them that this run took in.
        files_refused: Files refused, but for those in whose place another was taken in since.
        rows: Rows that came in, over all files.
        objects: A dict an object: object, rows, and rows by disposition.
        bridge: Rows of leads by disposition, in the order of the bridge; they add up to the rows of leads.
        leads: Current leads.
        people: People.
        quality: The row of metrics.funnel of the quality lead rate; empty where there is none.
        rates: Headline rates of metrics.funnel over all people, by metric.
        reach: A dict a channel: channel, people, with_contact, reachable, consent, invalid (counts of people).
        gaps: A dict a reason: reason, severity, people; most frequent first.
        grades: People by grade.
        next_actions: People by next action.
        sources: The rows of metrics.sources, most people first.
        findings: Rules of the audit that did not pass: rule, severity, sentence, failures, examples, next_step.
        refused: Refused files: source, file_name, reason, reason_detail, rows_read.
        rules_checked: Number of rules that were checked.
        best_person: person_id of the highest score, to try ``leadgrade explain`` on; None without people.
    """

    run_id: str | None
    as_of: datetime | None
    published_at: datetime | None
    code_version: str | None
    files: int
    files_tonight: int
    files_refused: int
    rows: int
    objects: list[Row]
    bridge: dict[str, int]
    leads: int
    people: int
    quality: Row
    rates: dict[str, Row]
    reach: list[Row]
    gaps: list[Row]
    grades: dict[str, int]
    next_actions: dict[str, int]
    sources: list[Row]
    findings: list[Row]
    refused: list[Row]
    rules_checked: int
    best_person: str | None

    @property
    def duplicates_merged(self) -> int:
        """Leads that were merged into another."""
        return int(self.rates.get("duplicate_rate", {}).get("numerator") or 0)


def summary(warehouse: Path) -> Summary:
    """Read the headline figures of a published warehouse."""
    with open_warehouse(warehouse) as opened:
        return summarize(opened)


def summarize(warehouse: Warehouse) -> Summary:
    """The headline figures of an open warehouse."""
    run = warehouse.row("select run_id, as_of, published_at, code_version from meta.publication")
    files = warehouse.row(
        "select count(*) as taken, count(case when files.run_id = publication.run_id then 1 end) as tonight "
        "from raw.files as files cross join (select any_value(run_id) as run_id from meta.publication) as publication "
        "where files.status = 'taken'"
    )
    objects, refused = _objects(warehouse), refused_files(warehouse)
    rates = {r["metric"]: r for r in warehouse.rows("select * from metrics.funnel where dimension = 'all'")}
    findings = all_rules(warehouse)
    return Summary(
        run_id=run.get("run_id"),
        as_of=run.get("as_of"),
        published_at=run.get("published_at"),
        code_version=run.get("code_version"),
        files=files["taken"],
        files_tonight=files["tonight"],
        files_refused=len(refused),
        rows=sum(o["rows"] for o in objects),
        objects=objects,
        bridge=next((o["dispositions"] for o in objects if o["object"] == "leads"), {}),
        leads=_count(warehouse, "contacts.leads"),
        people=_count(warehouse, "people.golden"),
        quality=rates.get("quality_lead_rate", {}),
        rates=rates,
        reach=warehouse.rows(_REACH),
        gaps=warehouse.rows(_GAPS),
        grades=_counts(warehouse, "grade"),
        next_actions=_counts(warehouse, "next_action"),
        sources=warehouse.rows("select * from metrics.sources order by people desc, source"),
        findings=[row for row in findings if not row["passed"]],
        refused=refused,
        rules_checked=len(findings),
        best_person=warehouse.row("select arg_max(person_id, (score, person_id)) as person_id from scores.quality").get(
            "person_id"
        ),
    )


def _count(warehouse: Warehouse, table: str) -> int:
    return int(warehouse.row(f"select count(*) as n from {table}")["n"])


def _counts(warehouse: Warehouse, column: str) -> dict[str, int]:
    query = (
        f"select {column} as k, count(*) as n from scores.quality where {column} is not null group by all order by 1"
    )
    return {row["k"]: row["n"] for row in warehouse.rows(query)}


def _objects(warehouse: Warehouse) -> list[Row]:
    found: dict[str, dict[str, int]] = {}
    for row in warehouse.rows(_DISPOSITIONS):
        found.setdefault(row["object"], {})[row["disposition"]] = row["rows"]
    order = list(DISPOSITIONS)
    return [
        {
            "object": name,
            "rows": sum(ends.values()),
            "dispositions": dict(
                sorted(ends.items(), key=lambda e: order.index(e[0]) if e[0] in order else len(order))
            ),
        }
        for name, ends in sorted(found.items(), key=lambda item: (item[0] != "leads", item[0]))
    ]


def all_rules(warehouse: Warehouse) -> list[Row]:
    """Every rule with its result of this run, examples of what breaks it and the next step; failures that block first."""
    told = _examples(warehouse)
    rows = warehouse.rows(
        """
        select rules.rule, rules.stage, rules.severity, rules.is_blocking, rules.sentence, results.rows_checked,
               results.failures, results.passed
        from meta.rules as rules
        inner join meta.rule_results as results on rules.rule = results.rule
        inner join meta.publication as publication on results.run_id = publication.run_id
        order by results.passed, rules.severity, results.failures desc, rules.rule
        """
    )
    return [_told(row, () if row["passed"] else told.get(row["rule"], ())) for row in rows]


def _told(row: Row, lines: tuple[str, ...]) -> Row:
    return {**row, "examples": lines, "next_step": "" if row["passed"] else NEXT_STEPS.get(row["rule"], "")}


def _examples(warehouse: Warehouse) -> dict[str, tuple[str, ...]]:
    run_id = warehouse.row("select run_id from meta.publication").get("run_id")
    found: dict[str, list[Row]] = {}
    for row in warehouse.rows(EXAMPLES, {"run_id": run_id}):
        found.setdefault(row["rule"], []).append(row)
    return {
        rule: examples(rule, [(row["key"], row["detail"], row["file_name"]) for row in rows])
        for rule, rows in found.items()
    }


def refused_files(warehouse: Warehouse) -> list[Row]:
    """Files that were refused whole, but for those in whose place another was taken in since."""
    return warehouse.rows(
        "select source, file_name, format, bytes, rows_read, reason, reason_detail from raw.files as files "
        "where status = 'refused' and not exists (select 1 from raw.files as later where later.status = 'taken' "
        "and later.source = files.source and later.file_name = files.file_name "
        "and later.offer_number > files.offer_number) order by source, file_name"
    )


_DISPOSITIONS = """
select coalesce(object, 'unknown') as object, coalesce(disposition, 'unknown') as disposition,
       cast(sum(rows) as bigint) as rows
from metrics.dispositions group by all
"""
_REACH = """
select channel, count(*) as people,
       count(case when has_contact then 1 end) as with_contact,
       count(case when is_reachable then 1 end) as reachable,
       count(case when why_not = 'invalid' then 1 end) as invalid,
       count(case when why_not = 'bounced' then 1 end) as bounced,
       count(case when why_not = 'dead' then 1 end) as dead,
       count(case when why_not = 'consent' then 1 end) as consent
from hygiene.reach where channel is not null group by channel order by channel
"""
_GAPS = """
select reason, case when count(case when severity = 'block' then 1 end) > 0 then 'blocks' else 'warns' end as severity,
       count(distinct person_id) as people
from hygiene.consent_gaps group by reason order by people desc, reason
"""
