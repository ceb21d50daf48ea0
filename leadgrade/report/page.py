"""The quality report as one HTML file."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from leadgrade.report import outcomes, people, sections, text
from leadgrade.report.reader import Warehouse, open_warehouse
from leadgrade.report.summary import all_rules, summarize


def render(warehouse: Path) -> str:
    """The quality report of a published warehouse: one HTML page that asks nothing of any other machine.

    Raises:
        FileNotFoundError: there is no such warehouse.
    """
    with open_warehouse(warehouse) as opened:
        return _environment().get_template("report.html.j2").render(_content(opened))


def write(warehouse: Path, reports: Path) -> Path:
    """Write ``quality-<date>-<run>.html`` into the folder, point ``latest.html`` at it, and return its path."""
    with open_warehouse(warehouse) as opened:
        content = _content(opened)
    page = _environment().get_template("report.html.j2").render(content)
    head = content["summary"]
    date = f"{head.as_of:%Y-%m-%d}" if head.as_of else "undated"
    run = re.sub(r"[^A-Za-z0-9_.-]", "_", head.run_id or "unknown")
    reports.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = reports / f"quality-{date}-{run}.html"
    part = path.with_suffix(".part")
    part.write_text(page, encoding="utf-8")
    part.chmod(0o644)
    part.replace(path)
    _flip(reports / "latest.html", path.name)
    return path


def _flip(link: Path, target: str) -> None:
    """Point a link at a file by one rename, so that a reader never finds it missing."""
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("leadgrade.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names = ("number", "percent", "share", "value", "interval", "benchmark", "moment", "code", "plain", "ending")
    environment.filters |= {name: getattr(text, name) for name in names}
    environment.globals |= {"VERDICTS": text.VERDICTS}
    return environment


def _content(warehouse: Warehouse) -> dict[str, Any]:
    model = sections.model(warehouse)
    histogram, near_misses = sections.scores(warehouse, model)
    summary = summarize(warehouse)
    return {
        "summary": summary,
        "quality_tone": sections.tone(summary.quality.get("verdict"), "high"),
        "publication": _publication(warehouse),
        "model": model,
        "histogram": histogram,
        "near_misses": near_misses,
        "dimensions": sections.dimensions(warehouse),
        "points": sections.points(warehouse),
        "dispositions": sections.dispositions(warehouse),
        "gaps": sections.gaps(warehouse),
        "ends": sections.ends(warehouse),
        "decay": sections.decay(warehouse),
        "emails": sections.emails(warehouse),
        "phones": sections.phones(warehouse),
        "email_faults": sections.faults(warehouse, "contacts.emails"),
        "phone_faults": sections.faults(warehouse, "contacts.phones"),
        "risks": sections.risks(warehouse),
        "funnel": sections.funnel(warehouse),
        "cells": sections.cells(warehouse),
        "sla": sections.sla(warehouse),
        "history": sections.history(warehouse),
        "symptoms": outcomes.symptoms(warehouse),
        "calibration": outcomes.calibration(warehouse),
        "doubtful_rules": outcomes.doubtful_rules(warehouse),
        "leaks": outcomes.leaks(warehouse),
        "sizes": people.sizes(warehouse),
        "review": people.review(warehouse),
        "accounts": people.accounts(warehouse),
        "examples": people.examples(warehouse),
        "rules": all_rules(warehouse),
        "refused_rows": sections.refused_rows(warehouse),
        "changes": sections.changes(warehouse),
        "change_counts": sections.change_counts(warehouse),
    }


def _publication(warehouse: Warehouse) -> dict[str, Any]:
    row = warehouse.row("select * from meta.publication")
    inputs = json.loads(row.get("input_hashes") or "[]")
    return {**row, "inputs": len(inputs)}
