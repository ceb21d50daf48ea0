"""Makes a warehouse file as the publication makes it: the columns for readers, and no others."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from leadgrade import contract
from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from tests.metrics.world import World, load_world, make_world
from tests.support import AS_OF, make_run, make_table

Row = dict[str, Any]
META: dict[str, list[Row]] = {
    "meta.publication": [
        {
            "run_id": "run-1",
            "as_of": AS_OF,
            "published_at": AS_OF + timedelta(minutes=9),
            "code_version": "1.2.3",
            "contract_version": "1",
            "config_hash": "c0ffee",
            "input_hashes": '["a", "b"]',
        }
    ],
    "meta.rules": [
        {"rule": "lead_id_unique", "stage": "contacts", "severity": "error", "sentence": "Every lead appears once."},
        {"rule": "quality_low", "stage": "metrics", "severity": "warn", "sentence": "One in five is a quality lead."},
        {"rule": "schema_change_seen", "stage": "raw", "severity": "warn", "sentence": "Files look as before."},
    ],
    "meta.rule_results": [
        {"run_id": "run-1", "rule": "lead_id_unique", "rows_checked": 500, "failures": 0, "passed": True},
        {"run_id": "run-1", "rule": "quality_low", "rows_checked": 500, "failures": 3, "passed": False},
        {"run_id": "run-1", "rule": "schema_change_seen", "rows_checked": 3, "failures": 1, "passed": False},
        {"run_id": "run-0", "rule": "lead_id_unique", "rows_checked": 500, "failures": 9, "passed": False},
    ],
    "meta.rule_failures": [
        {"run_id": "run-1", "rule": "quality_low", "key": "p_000001", "detail": "of jane@corp.example"},
        {"run_id": "run-1", "rule": "quality_low", "key": "p_000002", "detail": "score 7"},
        {"run_id": "run-1", "rule": "schema_change_seen", "key": "bad", "detail": "hubspot:look_changed:Phone"},
        {"run_id": "run-0", "rule": "quality_low", "key": "p_000003", "detail": "of an older night"},
    ],
    "metrics.diagnosis": [
        {"symptom": "low_connect", "value_before": 0.4, "value_now": 0.2, "units_now": 900, "verdict": "present"},
        {"symptom": "high_bounce", "value_before": 0.02, "value_now": 0.02, "units_now": 800, "verdict": "absent"},
    ],
    "metrics.diagnosis_causes": [
        {"symptom": "low_connect", "kind": "source", "slice": "fairs", "contribution": -0.15},
        {"symptom": "low_connect", "kind": "source", "slice": "jane@corp.example", "contribution": -0.05},
        {"symptom": "low_connect", "kind": "cause", "slice": "weak_routing", "contribution": -0.2},
        {"symptom": "high_bounce", "kind": "source", "slice": "meta_leads", "contribution": 0.0},
    ],
    "metrics.calibration": [
        {"model": "win_curve", "sample": "later", "people": 300, "won": 77, "auc": 0.7126, "ece": 0.031}
        | {"verdict": "calibrated"},
        {"model": "win_curve", "sample": "earlier", "people": 4321, "won": 800},
    ],
    "metrics.rule_lift": [
        {"outcome": "won", "rule": "intent.trial", "points": 30, "suggested_points": 0, "fired": 222}
        | {"rate_fired": 0.05, "rate_other": 0.25, "verdict": "contradicted"},
        {"outcome": "won", "rule": "fit.geo", "points": 10, "fired": 111, "verdict": "supported"},
    ],
    "metrics.leaks": [
        {
            "kind": "field",
            "field": "lead_status",
            "information_share": 0.5,
            "verdict": "leak",
            "reason": "latest_state",
        },
        {"kind": "field", "field": "country", "information_share": 0.01, "verdict": "clean"},
        {"kind": "rule", "field": "intent.demo", "late_share": 0.125, "verdict": "leak"}
        | {"reason": "written_after_outcome"},
    ],
    "scores.models": [
        {
            "model_id": "m",
            "name": "seed",
            "definition": json.dumps(
                {"thresholds": {"quality": 80, "near_miss": 75}, "dimensions": {"fit": {"cap": 145}}}
            ),
        }
    ],
}


def make_warehouse(path: Path, world: World, meta: dict[str, list[Row]], nights: int = 1) -> Path:
    """A warehouse of this world, with so many nights of history."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with DuckDBEngine() as engine:
        run = make_run(path.parent, engine)
        load_world(run, {name: rows for name, rows in world.items() if name not in meta})
        for name, rows in meta.items():
            make_table(engine, name, rows)
        _age(engine, nights)
        engine.sql(f"attach '{path}' as published")
        for table in contract.tables().values():
            if table.warehouse_columns and engine.exists(table.name):
                names = ", ".join(f'"{c.name}"' for c in table.warehouse_columns)
                engine.sql(f"create schema if not exists published.{table.stage}")
                engine.sql(f"create table published.{table.name} as select {names} from {table.name}")
        engine.sql("detach published")
    return path


def _age(engine: DuckDBEngine, nights: int) -> None:
    tonight = engine.read("metrics.quality_history")
    for night in range(1, nights):
        factor = 1 - 0.01 * (night % 7)
        older = tonight.with_columns(pl.col("as_of") - timedelta(days=night), pl.col("value") * factor)
        engine.write(
            "metrics.quality_history", older.select(list(polars_schema("metrics.quality_history"))), append=True
        )


def rich_world(people: int) -> World:
    """A world with some of everything that the report shows."""
    world = make_world(people)
    kinds = [("is_valid", None), (None, "syntax"), (None, "placeholder"), ("is_corporate", None)]
    for number in range(people):
        flag, error = kinds[number % 4]
        email: Row = {"email_id": f"e{number}", "error": error, "is_valid": error is None}
        world["contacts.emails"].append(email | ({flag: True} if flag else {}))
        phone: Row = {"phone_id": f"n{number}", "type": "mobile", "is_valid": number % 3 > 0}
        world["contacts.phones"].append(phone | {"error": None if number % 3 else "too_long"})
    for score in world["scores.quality"]:
        score |= {"model_id": "m", "next_action": "route" if score["is_quality"] else "nurture"}
        score |= {"fit": 20, "intent": 10, "access": 0, "timing": 0, "integrity": 5, "negative": -5}
    world["hygiene.risk"].append({"person_id": "p_000001", "signal": "spam_text", "is_hard": True})
    for days, lost in ((30, 7), (60, 19)):
        end = {"horizon_days": days, "jurisdiction": "UK GDPR/PECR", "channel": "phone", "usable": 1234, "lost": lost}
        world["hygiene.consent_forecast"] += [end, end | {"source": "forms", "usable": 1, "lost": 1}]
    ledger = {"file_id": "f_l", "object": "leads", "disposition": "quarantined", "reason": "row_too_long"}
    world["raw.row_ledger"] += [{**ledger, "row_number": 10_000 + n} for n in range(12)]
    world["raw.files"].append(
        {"file_id": "bad", "source": "hubspot", "file_name": "<script>alert(1)</script> jane@corp.example.csv"}
        | {"status": "refused", "reason": "no_header_fits", "bytes": 12_345}
        | {"reason_detail": "map its header in sources.yaml", "rows_read": 77}
    )
    refused = {"file_id": "f_l", "source": "hubspot", "reason": "bad_date", "column_name": "created_at"}
    world["raw.quarantine"] += [refused, refused, refused | {"closed_at": AS_OF}, refused | {"file_id": "bad"}]
    world["raw.schema_changes"] += [_change(row) for row in CHANGES]
    return world | WHO_IS_WHO


_EXAMPLE = {"example": 1, "kind": "decided_different", "decision": 7, "match_probability": 0.875, "lead_id_a": "l_a",
            "lead_id_b": "l_b"}  # fmt: skip
WHO_IS_WHO: World = {
    "people.cluster_quality": [
        {"leads": 1, "people": 260, "all_leads": 260},
        {"leads": 3, "people": 20, "all_leads": 60, "density": 0.75, "weakest_link": 0.912, "bridged_people": 4},
        {"leads": 12, "people": 1, "all_leads": 12, "density": 0.5},
        {"leads": 30, "people": 1, "all_leads": 30, "density": 0.25},
    ],
    "people.review": [{"why": "unsure"}, {"why": "unsure"}, {"why": "held_apart"}],
    "people.overrides": [
        {"decision": 7, "kind": "split", "is_in_force": True},
        {"decision": 7, "kind": "split", "is_in_force": True},
        {"decision": 8, "kind": "merge", "is_in_force": False},
    ],
    "people.account_gaps": [{"reason": "several_accounts"}, {"reason": "free_mail"}, {"reason": "free_mail"}],
    "people.examples": [
        _EXAMPLE | {"step": 0, "field": "before", "level": "against stranger", "bits": -5.0},
        _EXAMPLE | {"step": 1, "field": "last_name", "level": "same", "bits": 9.0},
        _EXAMPLE | {"step": 2, "field": "first_name", "level": "different", "bits": -1.2},
        _EXAMPLE | {"step": 3, "field": "rest", "level": "other explanations", "bits": 0.01},
    ],
}
# severity, change, header, before, now, least likely; the last one is of an earlier night
CHANGES: list[tuple[Any, ...]] = [
    ("info", "column_appeared", "Fax of jane@corp.example", None, "phone", None, AS_OF),
    ("warn", "filled_dropped", "Phone <b>", "0.82", "0.1", 0.7512, AS_OF),
    ("block", "rows_dropped", None, "12345", "678", 4321.9, AS_OF),
    ("warn", "look_changed", "Old news", "date", "text", None, AS_OF - timedelta(days=3)),
]


def _change(row: tuple[Any, ...]) -> Row:
    names = ("severity", "change", "header", "value_before", "value_now", "least_likely", "changed_at")
    return {"source": "hubspot", "object": "leads", "files_before": 7, **dict(zip(names, row, strict=True))}
