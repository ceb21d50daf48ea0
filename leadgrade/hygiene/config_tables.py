"""The configuration of the stage as tables and macros of the schema ``config``, where SQL reads it."""

from __future__ import annotations

from typing import Any

import polars as pl

from leadgrade import keys
from leadgrade.config.consent import TESTS, ConsentConfig, ConsentRule
from leadgrade.contacts import config_tables as contacts_config
from leadgrade.engine import Engine
from leadgrade.hygiene import decay_tables, risk_tables
from leadgrade.hygiene.macros import answer_pattern, literal, write_macro
from leadgrade.hygiene.retention import write_retention
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
    keys.write_macros(run.engine, run.secret)
    if not run.engine.exists("config.sources"):
        contacts_config.load(run)
    decay_tables.write_decay(run.engine, run.settings.decay)
    write_consent(run.engine, run.settings.consent, run.settings.run.profile)
    risk_tables.write_lists(run.engine, run.settings.lists, run.settings.run)
    write_retention(run.engine, run.settings.run)


def write_consent(engine: Engine, config: ConsentConfig, profile: str) -> None:
    """Write ``config.consent_settings``, ``consent_rules``, ``consent_channels``, ``jurisdictions`` and the small lists."""
    settings: Row = {
        "is_b2b": profile == "b2b",
        "unknown_as": config.unknown_as,
        "has_retention": config.retention_days is not None,
        "has_purposes": bool(config.purposes),
        "forecast_days": max(config.forecast_days),
        **{f"needs_{field}": field in config.proof_fields for field in _PROOF_FIELDS},
    }
    schema = dict.fromkeys(settings, _B) | {"unknown_as": _S, "forecast_days": _I}
    _write(engine, "consent_settings", [settings], schema)
    _write_macros(engine)
    for registry in ("tps", "dnc"):
        pattern = answer_pattern(config.screening_keys.get(registry, []), _DATE)
        write_macro(engine, f"{registry}_day", f"regexp_extract(lower(value), {literal(pattern)}, 2)")
    _write(engine, "consent_rules", _rules(config), _RULE_SCHEMA)
    channels = [{"stated": said, "channel": c, "is_call": c != "email"} for c in config.channels for said in (c, "any")]
    _write(engine, "consent_channels", channels, {"stated": _S, "channel": _S, "is_call": _B})
    _write(engine, "consent_horizons", [{"horizon_days": days} for days in config.forecast_days], {"horizon_days": _I})
    _write(engine, "consent_purposes", [{"purpose": p.strip().lower()} for p in config.purposes], {"purpose": _S})
    states = [{"reason": r, "state": s} for r, s in config.suppression_states.items()]
    _write(engine, "suppression_states", states, {"reason": _S, "state": _S})
    _write(engine, "jurisdictions", _jurisdictions(config), _JURISDICTION_SCHEMA)
    spellings = [{"state": s, "spelling": text} for s, texts in config.states.items() for text in {*texts, s.lower()}]
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
    """One row a rule set and country; ``state`` is set where it holds in one state only. '*' is everywhere.

    A region counts as a country of its own: a record that names EU means every law that holds in all of its countries.
    """
    rows = []
    for name, rule_set in config.rule_sets.items():
        codes = [code for region in rule_set.regions for code in config.regions.get(region, [region])]
        codes += [region for region, countries in config.regions.items() if {*countries} <= {*codes}]
        of_set = {"rule_set": name, "strictness": rule_set.strictness}
        rows += [of_set | {"country": c.split("-")[0], "state": c if "-" in c else None} for c in codes]
    return rows


def _write_macros(engine: Engine) -> None:
    """The macros that the fold of consent events and the rules are written in.

    ``is_older(since, days, until)`` says whether more than so many days lie between two times; null where one is missing.
    ``test_bit(name)`` is the bit of a test. ``event_order(happened_at, rank, entry)`` is one number that puts events in
    order of time, at the same time of rank (0..7), at last of entry (below 2^40); ``event_entry`` gives the entry back.
    """
    bits = " ".join(f"when {literal(test)} then {1 << number}::bigint" for number, test in enumerate(TESTS))
    engine.sql(f"create or replace macro config.test_bit(name) as case name {bits} end")
    engine.sql(
        f"create or replace macro config.is_older(since, days, until) as epoch(until) - epoch(since) > days * {_SECONDS_OF_A_DAY}"
    )
    # counted from the year 1, so that the number is never below 0
    micros = f"(epoch_us(happened_at)::hugeint + {_MICROSECONDS_BEFORE_1970})"
    engine.sql(
        f"create or replace macro config.event_order(happened_at, rank, entry) as ({micros} * 8 + rank) * {_ENTRIES} + entry"
    )
    engine.sql(f"create or replace macro config.event_entry(event_order) as (event_order % {_ENTRIES})::bigint")


_SECONDS_OF_A_DAY = 86_400
_MICROSECONDS_BEFORE_1970 = 62_135_596_800_000_000
_ENTRIES = 1 << 40


def _write(engine: Engine, name: str, rows: list[Row], schema: dict[str, pl.DataType]) -> None:
    engine.write(f"config.{name}", pl.DataFrame(rows, schema))
