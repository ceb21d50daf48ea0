"""decay.yaml as tables of the schema ``config``, where SQL reads it."""

from __future__ import annotations

import math
from typing import Any, get_args

import polars as pl

from leadgrade.config.decay import ACCELERATORS, DecayConfig, DecayField, End, Evidence
from leadgrade.engine import Engine

Row = dict[str, Any]
_S, _I, _F, _B = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean()
_SETTINGS: dict[str, pl.DataType] = {
    "fresh": _F, "ageing": _F, "stale": _F, "soft_bounces": _I, "soft_bounce_days": _I,
    "by_seniority": _B, "by_source": _B, "by_industry": _B, "most_levels": _I, "most_people": _I, "backtest_days": _I,
    "most_rows": _I, "deal_value": _F,
}  # fmt: skip
_FIELDS: dict[str, pl.DataType] = {
    "field": _S,
    "golden_field": _S,
    "kind": _S,
    "is_required": _B,
    "refresh_days": _I,
    **{f"by_{evidence}": _B for evidence in get_args(Evidence)},
    **{f"ends_{end}": _B for end in get_args(End)},
    **{f"log_{name}": _F for name in ACCELERATORS},
}
# what tells whether a value of the column still holds
_KINDS = {"email": "email", "phone_e164": "phone", "job_title": "job", "company_name": "job", "street": "address"}


def write_decay(engine: Engine, config: DecayConfig) -> None:
    """Write the tables that SQL reads, and the whole for what learns.

    ``config.decay_settings`` (one row), ``config.decay_fields`` (a row a field, a flag for each thing it heeds) and
    ``config.decay_model`` (decay.yaml as JSON).
    """
    learning = config.learning
    settings: Row = {
        **config.states.model_dump(),
        "soft_bounces": config.soft_bounces,
        "soft_bounce_days": config.soft_bounce_days,
        **{f"by_{segment}": segment in learning.segments for segment in ("seniority", "source", "industry")},
        "most_levels": learning.most_levels,
        "most_people": learning.most_people,
        "backtest_days": learning.backtest_days,
        **config.reverify.model_dump(),
    }
    engine.write("config.decay_settings", pl.DataFrame([settings], _SETTINGS))
    rows = [_field(config, name, field) for name, field in config.fields.items()]
    engine.write("config.decay_fields", pl.DataFrame(rows, _FIELDS))
    engine.write("config.decay_model", pl.DataFrame({"content": [config.model_dump_json()]}))


def read_config(engine: Engine) -> DecayConfig:
    """decay.yaml as :func:`write_decay` wrote it."""
    return DecayConfig.model_validate_json(engine.read("config.decay_model")["content"][0])


def _field(config: DecayConfig, name: str, field: DecayField) -> Row:
    factors = {a: f for a, f in config.accelerators.items() if config.apply_accelerators and name in f.fields}
    return {
        "field": name,
        "golden_field": field.golden_field,
        "kind": _KINDS.get(field.golden_field, "company"),
        "is_required": name in config.required_fields,
        "refresh_days": field.refresh_days,
        **{f"by_{evidence}": evidence in field.evidence for evidence in get_args(Evidence)},
        **{f"ends_{end}": end in field.ends for end in get_args(End)},
        **{f"log_{a}": math.log(factors[a].multiplier) if a in factors else 0.0 for a in ACCELERATORS},
    }
