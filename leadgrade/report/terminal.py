"""What a run ends with on the terminal: 100 columns, readable without colour."""

from __future__ import annotations

from pathlib import Path

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from leadgrade.report.summary import Summary
from leadgrade.report.text import (
    ERASED,
    VERDICTS,
    benchmark,
    code,
    ending,
    interval,
    moment,
    number,
    percent,
    plain,
    rows_of,
    share,
)

WIDTH = 100
TOP_GAPS = 8
TOP_SOURCES = 8
TOP_REFUSED = 8


def render(summary: Summary, console: Console, published: Path, report: Path | None) -> None:
    """Print the summary of a publication.

    Args:
        summary: The figures.
        console: Where to print; a width of 100 is enough.
        published: The folder that holds ``warehouse.duckdb`` and ``private.duckdb``.
        report: The quality report, where one was written.
    """
    _head(summary, console)
    _rows(summary, console)
    _people(summary, console)
    _gaps(summary, console)
    _sources(summary, console)
    _findings(summary, console)
    _places(console, published, report, summary)


def _heading(console: Console, words: str) -> None:
    console.print()
    console.print(Text(words, style="bold"))


def _table(*columns: str) -> Table:
    """A table whose columns hold figures, but for those that start with a blank."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, show_header=any(c.strip() for c in columns))
    for column in columns:
        is_text = column.startswith(" ")
        table.add_column(column.strip(), justify="left" if is_text else "right", no_wrap=not is_text, overflow="fold")
    return table


def _print(console: Console, table: Table) -> None:
    console.print(Padding(table, (0, 0, 0, 2), expand=False), width=min(console.width, WIDTH))


def _line(console: Console, name: str, words: str) -> None:
    console.print(Padding(Text(f"{name:<18}{words}"), (0, 0, 0, 2), expand=False), width=min(console.width, WIDTH))


def _head(summary: Summary, console: Console) -> None:
    console.print(Text(f"Lead quality as of {moment(summary.as_of)}", style="bold"))
    refused = f", {number(summary.files_refused)} refused" if summary.files_refused else ""
    _line(console, "Files", f"{_taken(summary)}{refused}; {number(summary.rows)} rows in all")
    for file in summary.refused[:TOP_REFUSED]:
        words = f"{plain(file['source'])}: {plain(file['file_name'])}, {code(plain(file['reason']))}"
        _line(console, "  refused", f"{words} ({rows_of(file['rows_read'])})")
    more = len(summary.refused) - TOP_REFUSED
    if more > 0:
        _line(console, "  refused", f"and {number(more)} more: leadgrade report --open")


def _taken(summary: Summary) -> str:
    """Files of tonight and those that an earlier night took in: nothing is taken in twice."""
    before = summary.files - summary.files_tonight
    if not before:
        return f"{number(summary.files)} taken in"
    return f"{number(summary.files_tonight) if summary.files_tonight else 'none'} taken in tonight, {number(before)} known before"


def _rows(summary: Summary, console: Console) -> None:
    total = sum(summary.bridge.values())
    _heading(console, f"Where the {number(total)} rows of leads ended")
    table = _table(" ", " ", " ")
    table.columns[0].justify = table.columns[2].justify = "right"
    for name, rows in summary.bridge.items():
        table.add_row(number(rows), Text(ending(name, "leads")), share(rows, total))
    table.add_section()
    table.add_row(number(total), "in all", "")
    _print(console, table)
    if summary.bridge.get("erased"):
        _line(console, "", ERASED)
    others = [o for o in summary.objects if o["object"] != "leads"]
    for other in others:
        ends = ", ".join(f"{number(n)} {code(name)}" for name, n in other["dispositions"].items() if name != "golden")
        kept = number(other["dispositions"].get("golden", 0))
        _line(
            console,
            code(plain(other["object"])),
            f"{number(other['rows'])} rows: {kept} current" + (f", {ends}" if ends else ""),
        )


def _people(summary: Summary, console: Console) -> None:
    _heading(console, "People")
    quality = summary.quality
    merged = summary.duplicates_merged
    _line(
        console,
        "People",
        f"{number(summary.people)} from {number(summary.leads)} leads; {number(merged)} duplicates merged",
    )
    for row in summary.reach:
        words = f"{number(row['reachable'])} of {number(row['people'])} ({share(row['reachable'], row['people'])})"
        _line(console, f"Reachable, {plain(row['channel'])}", f"{words}; {number(row['consent'])} more but for consent")
    words = f"{percent(quality.get('value'))} ({interval(quality.get('ci_lo'), quality.get('ci_hi'))})"
    verdict = VERDICTS.get(quality.get("verdict") or "", "no benchmark")
    wanted = benchmark(quality.get("benchmark_lo"), quality.get("benchmark_hi"))
    _line(console, "Quality lead rate", f"{words}, {verdict}" + (f"; benchmark {wanted}" if wanted else ""))
    if summary.grades:
        grades = "   ".join(f"{plain(g)} {number(n)}" for g, n in summary.grades.items())
        _line(console, "Grades", grades)
    if summary.next_actions:
        _line(console, "Next", "   ".join(f"{plain(a)} {number(n)}" for a, n in summary.next_actions.items()))


def _gaps(summary: Summary, console: Console) -> None:
    if not summary.gaps:
        return
    more = len(summary.gaps) - TOP_GAPS
    _heading(
        console, "Consent gaps by reason" + (f" (the first {TOP_GAPS} of {len(summary.gaps)})" if more > 0 else "")
    )
    table = _table(" ", " ", " ")
    table.columns[0].justify = "right"
    for gap in summary.gaps[:TOP_GAPS]:
        table.add_row(number(gap["people"]), Text(gap["reason"]), gap["severity"])
    _print(console, table)


def _sources(summary: Summary, console: Console) -> None:
    if not summary.sources:
        return
    more = len(summary.sources) - TOP_SOURCES
    _heading(console, "Sources" + (f" (the first {TOP_SOURCES} of {len(summary.sources)})" if more > 0 else ""))
    table = _table(" Source", "Rows", "Refused", "Leads", "People", "Quality", "Reachable", "Gaps", "Score")
    for row in summary.sources[:TOP_SOURCES]:
        counts = [number(row[name]) for name in ("rows_read", "rows_quarantined", "leads", "people")]
        shares = [
            share(row[name], row["people"]) for name in ("quality_people", "reachable_people", "people_with_gaps")
        ]
        table.add_row(Text(plain(row["source"])), *counts, *shares, number(row["mean_score"], 1))
    _print(console, table)


def _findings(summary: Summary, console: Console) -> None:
    failed = len(summary.findings)
    told = f"{failed} to act on" if failed else "nothing to act on"
    _heading(console, f"Audit: {number(summary.rules_checked)} rules checked, {told}")
    if not failed:
        return
    table = _table(" ", " ", " ")
    table.columns[2].justify = "right"
    for finding in summary.findings:
        lines = [f"Broken rule: {plain(finding['sentence'])} ({finding['rule']})"]
        lines += [f"  {plain(line)}" for line in finding["examples"]]
        if finding["next_step"]:
            lines.append(f"  -> {finding['next_step']}")
        table.add_row(finding["severity"], Text("\n".join(lines)), rows_of(finding["failures"]))
    _print(console, table)


def _places(console: Console, published: Path, report: Path | None, summary: Summary) -> None:
    """Paths stand on lines of their own and are never broken, so that they can be copied."""
    _heading(console, "Where it is")
    for_all = "for BI, no personal data; open it read-only with what reads DuckDB files"
    for_sales = "the same people with names and numbers, for those who call and write"
    warehouse = published / "warehouse.duckdb"
    places = [("Warehouse", str(warehouse), for_all), ("Contact data", str(published / "private.duckdb"), for_sales)]
    if report:
        places.append(("Report", str(report), "the quality report, one page"))
    for name, path, words in places:
        console.print(Text(f"  {name:<18}{words}"))
        _copyable(console, path)
    console.print(Text("  Have a look"))
    _copyable(console, ".venv/bin/leadgrade report --open")
    _copyable(console, f".venv/bin/leadgrade explain {summary.best_person or 'PERSON_ID'}")
    if summary.refused or any(row["rows_quarantined"] for row in summary.sources):
        _copyable(console, ".venv/bin/leadgrade quarantine list")


def _copyable(console: Console, line: str) -> None:
    console.print(Text(f"    {line}"), no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)
