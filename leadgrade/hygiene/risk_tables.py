"""lists.yaml and the domains of run.yaml as tables and macros of the schema ``config``, where SQL reads them."""

from __future__ import annotations

import re

import polars as pl

from leadgrade.config.lists import ListsConfig
from leadgrade.config.run import RunConfig
from leadgrade.contacts.names import mash_pattern
from leadgrade.engine import Engine
from leadgrade.hygiene.macros import answer_pattern, literal, write_macro, write_matches

_S, _I, _F = pl.String(), pl.Int64(), pl.Float64()


def write_lists(engine: Engine, lists: ListsConfig, config: RunConfig) -> None:
    """Write the macros of the patterns, and these tables.

    ``config.risk_limits`` (one row), ``config.own_domains`` (domain, signal), ``config.spam_signals`` (signal, is_hint, is_hard),
    ``config.test_values`` (value) and ``config.same_numbering`` (country, zone).
    """
    _write_macros(engine, lists)
    limits = {**lists.limits.model_dump(), "hints_needed": lists.spam.hints_needed}
    schema = {"burst_people": _I, "burst_seconds": _I, "submit_seconds": _F, "hints_needed": _I}
    engine.write("config.risk_limits", pl.DataFrame([limits], schema))
    own = [(d.lower(), "internal") for d in config.internal_domains]
    own += [(d.lower(), "competitor") for d in config.competitor_domains]
    engine.write("config.own_domains", pl.DataFrame(own, {"domain": _S, "signal": _S}, orient="row"))
    spam = [(s, s in lists.spam.hints, s in lists.spam.hard) for s in sorted({*lists.spam.hints, *lists.spam.hard})]
    kinds = {"signal": _S, "is_hint": pl.Boolean(), "is_hard": pl.Boolean()}
    engine.write("config.spam_signals", pl.DataFrame(spam, kinds, orient="row"))
    values = sorted(set(lists.test_values.words))
    engine.write("config.test_values", pl.DataFrame({"value": values}, {"value": _S}))
    zones = [(country, group[0]) for group in lists.same_numbering.groups for country in group]
    engine.write("config.same_numbering", pl.DataFrame(zones, {"country": _S, "zone": _S}, orient="row"))


def _write_macros(engine: Engine, lists: ListsConfig) -> None:
    write_matches(engine, "is_bot_agent", "|".join(lists.bot_agents.patterns))
    write_matches(engine, "is_spam_phrase", rf"\b({'|'.join(lists.spam_phrases.patterns)})\b")
    write_matches(engine, "is_student_title", "|".join(lists.student_titles.patterns))
    write_matches(engine, "is_student_domain", rf"^({'|'.join(map(re.escape, lists.student_domains.words))})\.")
    write_matches(engine, "is_mash", mash_pattern())
    # an unticked box or a zero is what an empty field looks like in some exports
    empty = "('', 'false', '0', 'no', 'null', 'off', 'none', 'unchecked')"
    honeypot = answer_pattern(lists.honeypot_keys.words, r'("([^"]*)"|true|[1-9][0-9.]*)')
    found, typed = (f"regexp_extract(lower(value), {literal(honeypot)}, {group})" for group in (2, 3))
    write_macro(engine, "has_honeypot", f"{found} <> '' and ({found} not like '\"%' or trim({typed}) not in {empty})")
    seconds = answer_pattern(lists.submit_time_keys.words, r'"?([0-9]{1,9}(\.[0-9]{1,6})?)\b')
    key, number = (f"regexp_extract(lower(value), {literal(seconds)}, {group})" for group in (1, 2))
    # nothing takes no time at all: a zero was not measured
    divisor = f"case when {key} like '%ms' or {key} like '%millis%' then 1000 else 1 end"
    write_macro(engine, "submit_seconds", f"nullif(cast(nullif({number}, '') as double), 0) / {divisor}")
