"""The configuration of the stage as tables and macros of the schema ``config``, where SQL reads it."""

from __future__ import annotations

from typing import Any

import polars as pl

from leadgrade.config.consent import ConsentConfig, ConsentRule
from leadgrade.engine import Engine
from leadgrade.hygiene import decay_tables, risk_tables
from leadgrade.hygiene.macros import answer_pattern, literal, write_macro
from leadgrade.run import Run

Row = dict[str, Any]
_S, _I, _B = pl.String(), pl.Int64(), pl.Boolean()
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
    decay_tables.write_decay(run.engine, run.settings.decay)
    write_consent(run.engine, run.settings.consent, run.settings.run.profile)
    risk_tables.write_lists(run.engine, run.settings.lists, run.settings.run)


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
        pattern = answer_pattern(config.screening_keys.get(registry, []), _DATE)
        write_macro(engine, f"{registry}_day", f"regexp_extract(lower(value), {literal(pattern)}, 2)")
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


def _write(engine: Engine, name: str, rows: list[Row], schema: dict[str, pl.DataType]) -> None:
    engine.write(f"config.{name}", pl.DataFrame(rows, schema))
