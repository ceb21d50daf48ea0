"""The configuration of the stage as tables and macros of the schema ``config``, where SQL reads it.

Patterns become macros, not columns: a pattern that is joined in is compiled again for every row (200 times slower).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from leadgrade.config.consent import ConsentConfig, ConsentRule
from leadgrade.config.decay import DecayConfig
from leadgrade.config.run import RunConfig
from leadgrade.engine import Engine
from leadgrade.run import Run
from leadgrade.yaml_files import read_yaml

Row = dict[str, Any]
_S, _I, _F, _B = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean()
_RULE_SCHEMA: dict[str, pl.DataType] = {
    "rule_set": _S,
    "channel": _S,
    "subject": _S,
    "reason": _S,
    "test": _S,
    "severity": _S,
    "default_basis": _S,
    "max_age_days": _I,
    "inquiry_days": _I,
    "purchase_days": _I,
    "opt_out_days": _I,
    "needs": _S,
    "source": _S,
}
_RULE_KEYS = [key for key in _RULE_SCHEMA if key not in ("rule_set", "channel", "subject")]


def load(run: Run) -> None:
    """Write every ``config`` table that the SQL of this stage reads."""
    write_decay(run.engine, run.settings.decay)
    write_consent(run.engine, run.settings.consent, run.settings.run.profile)
    write_lists(run.engine, run.settings.run)


def write_decay(engine: Engine, config: DecayConfig) -> None:
    """Write ``config.decay_settings``, ``decay_fields``, ``decay_evidence``, ``decay_ends`` and ``decay_accelerators``."""
    settings: Row = {
        "mode": config.mode,
        "flat_rate": config.flat_rate,
        **config.states.model_dump(),
        "soft_bounces": config.soft_bounces,
        "soft_bounce_days": config.soft_bounce_days,
    }
    schema = {
        "mode": _S,
        "flat_rate": _F,
        "fresh": _F,
        "ageing": _F,
        "stale": _F,
        "soft_bounces": _I,
        "soft_bounce_days": _I,
    }
    _write(engine, "decay_settings", [settings], schema)
    fields = [
        {
            "field": name,
            "is_required": name in config.required_fields,
            "eta_years": f.eta,
            **f.model_dump(include=_FIELD_KEYS),
        }
        for name, f in config.fields.items()
    ]
    _write(engine, "decay_fields", fields, _FIELD_SCHEMA)
    pairs = [{"field": name, "evidence": e} for name, f in config.fields.items() for e in f.evidence]
    _write(engine, "decay_evidence", pairs, {"field": _S, "evidence": _S})
    ends = [{"field": name, "cause": end} for name, f in config.fields.items() for end in f.ends]
    _write(engine, "decay_ends", ends, {"field": _S, "cause": _S})
    factors = config.accelerators if config.apply_accelerators else {}
    rows = [{"name": n, "field": f, "log_multiplier": a.multiplier} for n, a in factors.items() for f in a.fields]
    frame = pl.DataFrame(rows, {"name": _S, "field": _S, "log_multiplier": _F}).with_columns(
        pl.col("log_multiplier").log()
    )
    engine.write("config.decay_accelerators", frame)


_FIELD_SCHEMA: dict[str, pl.DataType] = {
    "field": _S,
    "golden_field": _S,
    "k": _F,
    "eta_years": _F,
    "is_required": _B,
    "refresh_days": _I,
    "source": _S,
}
_FIELD_KEYS = {"golden_field", "k", "refresh_days", "source"}


def write_consent(engine: Engine, config: ConsentConfig, profile: str) -> None:
    """Write ``config.consent_settings``, ``consent_rules``, ``consent_channels``, ``jurisdictions`` and the small lists."""
    settings: Row = {
        "is_b2b": profile == "b2b",
        "unknown_as": config.unknown_as,
        "has_retention": config.retention_days is not None,
        **{f"needs_{field}": field in config.proof_fields for field in _PROOF_FIELDS},
    }
    schema: dict[str, pl.DataType] = {"is_b2b": _B, "unknown_as": _S, "has_retention": _B}
    _write(engine, "consent_settings", [settings], schema | {f"needs_{field}": _B for field in _PROOF_FIELDS})
    for registry in ("tps", "dnc"):
        pattern = _answer_pattern(config.screening_keys.get(registry, []), _DATE)
        _macro(engine, f"{registry}_day", f"regexp_extract(lower(value), {_literal(pattern)}, 2)")
    _write(engine, "consent_rules", _rules(config), _RULE_SCHEMA)
    channels = [{"stated": stated, "channel": c} for c in config.channels for stated in (c, "any")]
    _write(engine, "consent_channels", channels, {"stated": _S, "channel": _S})
    states = [{"reason": r, "state": s} for r, s in config.suppression_states.items()]
    _write(engine, "suppression_states", states, {"reason": _S, "state": _S})
    _write(engine, "jurisdictions", _jurisdictions(config), _JURISDICTION_SCHEMA)
    spellings = [{"state": s, "spelling": text} for s, texts in config.states.items() for text in texts]
    _write(engine, "state_spellings", spellings, {"state": _S, "spelling": _S})
    endings: list[Row] = [{"ending": e, "country": c} for e, c in config.country_domains.items()]
    endings += [{"ending": e, "country": None} for e in config.generic_domains]
    _write(engine, "domain_endings", endings, {"ending": _S, "country": _S})


_PROOF_FIELDS = ("captured_at", "capture_source", "capture_method", "text_version")
_JURISDICTION_SCHEMA: dict[str, pl.DataType] = {"country": _S, "state": _S, "rule_set": _S, "strictness": _I}
_DATE = r'"([0-9]{4}-[0-9]{2}-[0-9]{2})'


def _rules(config: ConsentConfig) -> list[Row]:
    """One row a rule, channel of the sales motion and kind of subject."""
    return [
        {"rule_set": name, "channel": channel, "subject": subject, **rule.model_dump(include=set(_RULE_KEYS))}
        for name, rule_set in config.rule_sets.items()
        for rule in rule_set.rules
        if rule.dialling in (None, config.calls)
        for channel in rule.channels
        if channel in config.channels
        for subject in _subjects(rule)
    ]


def _subjects(rule: ConsentRule) -> list[str]:
    return ["business", "consumer"] if rule.subject == "any" else [rule.subject]


def _jurisdictions(config: ConsentConfig) -> list[Row]:
    """One row a rule set and country; ``state`` is set where it holds in one state only. '*' is everywhere."""
    return [
        {
            "country": code.split("-")[0],
            "state": code if "-" in code else None,
            "rule_set": name,
            "strictness": rule_set.strictness,
        }
        for name, rule_set in config.rule_sets.items()
        for region in rule_set.regions
        for code in config.regions.get(region, [region])
    ]


def write_lists(engine: Engine, config: RunConfig) -> None:
    """Write ``config.risk_settings`` (limits, one row), ``config.own_domains`` (domain, signal) and the pattern macros."""
    lists = risk_lists()
    for name in ("bot_agents", "spam_phrases", "student_titles"):
        _macro(engine, f"matches_{name}", f"regexp_matches(lower(value), {_literal('|'.join(lists[name]))})")
    pattern = _answer_pattern(lists["honeypot_keys"], r'("[^"]|true|[1-9])')
    _macro(engine, "matches_honeypot_keys", f"regexp_matches(lower(value), {_literal(pattern)})")
    limits = {name: lists[name] for name in ("burst_subjects", "burst_seconds")}
    _write(engine, "risk_settings", [limits], dict.fromkeys(limits, _I))
    domains = [{"domain": d.lower(), "signal": "internal"} for d in config.internal_domains]
    domains += [{"domain": d.lower(), "signal": "competitor"} for d in config.competitor_domains]
    _write(engine, "own_domains", domains, {"domain": _S, "signal": _S})


@cache
def risk_lists() -> dict[str, Any]:
    """The lists of the risk signals, ``lists.yaml`` beside this module."""
    data = read_yaml(Path(__file__).parent / "lists.yaml")
    assert isinstance(data, dict)
    return data


def _answer_pattern(keys: list[str], value: str) -> str | None:
    """A pattern that finds a filled key in the JSON of unmapped columns, however its words are joined; None without keys."""
    if not keys:
        return None
    spelled = ["[ _-]?".join(map(re.escape, re.split(r"[\W_]+", key.strip().lower()))) for key in keys]
    return rf'"({"|".join(spelled)})"\s*:\s*{value}'


def _literal(text: str | None) -> str:
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


def _macro(engine: Engine, name: str, body: str) -> None:
    engine.sql(f"create or replace macro config.{name}(value) as {body}")


def _write(engine: Engine, name: str, rows: list[Row], schema: dict[str, pl.DataType]) -> None:
    engine.write(f"config.{name}", pl.DataFrame(rows, schema))
