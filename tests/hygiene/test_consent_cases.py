"""The golden cases of consent, consent_cases.yaml: what is found is what the table says, and the table leaves nothing out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from leadgrade import contract
from leadgrade.config import load_settings
from leadgrade.config.consent import REASONS, TESTS
from leadgrade.config.scoring import CONSENT_STATES
from leadgrade.hygiene import steps
from tests.hygiene.world import Case, ago, build
from tests.support import REPOSITORY

CONSENT = (*steps.TOUCHES, *steps.LEDGER, *steps.CONSENT)
CHANNELS = ("email", "phone", "sms")
CONFIG = load_settings(REPOSITORY / "config")
TABLE: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "consent_cases.yaml").read_text(encoding="utf-8"))[
    "cases"
]
_DAYS = re.compile(r"(in )?(\d+) days( ago)?$")


def dated(value: Any) -> Any:
    """The table with its days as times."""
    if isinstance(value, Mapping):
        return {key: dated(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [dated(inner) for inner in value]
    found = _DAYS.match(value) if isinstance(value, str) else None
    return ago(int(found[2]) * (-1 if found[1] else 1)) if found else value


CASES: dict[str, dict[str, Any]] = dated(TABLE)
EXPECTED = [(name, channel) for name, case in CASES.items() for channel in CHANNELS if channel in case]


def _case(row: dict[str, Any]) -> Case:
    records = {kind: row.get(kind, []) for kind in ("leads", "consents", "suppressions", "events", "activities")}
    return Case(row["person"], email=row.get("address", {}), **records)


@dataclass
class Found:
    """What the stage found, over all worlds."""

    consent: pl.DataFrame
    gaps: pl.DataFrame
    said: pl.DataFrame
    tests: pl.DataFrame


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """One world for each set of settings."""
    worlds: dict[str, dict[str, Case]] = {}
    for name, row in CASES.items():
        worlds.setdefault(json.dumps(row.get("settings", {})), {})[name] = _case(row)
    parts = []
    for changes, cases in worlds.items():
        settings = load_settings(REPOSITORY / "config") if changes != "{}" else CONFIG
        object.__setattr__(settings, "consent", settings.consent.model_copy(update=json.loads(changes)))
        run = build(tmp_path_factory.mktemp("cases"), cases, only=CONSENT, settings=settings)
        asked = "select rules.test from hygiene.consent_gaps inner join config.consent_rules as rules using (reason, channel)"
        tables = [run.engine.read(f"hygiene.{name}") for name in ("consent", "consent_gaps", "consent_said")]
        parts.append(Found(*tables, run.engine.collect(asked)))
        run.engine.close()
    return Found(*(pl.concat([getattr(p, name) for p in parts]) for name in ("consent", "gaps", "said", "tests")))


def _evidence(name: str, value: str | None) -> str | None:
    """``consents 1`` is the second consent of the case, ``leads 0`` its first lead."""
    if value is None:
        return None
    kind, number, *other = value.split()
    owner = other[-1] if other else name
    return f"lead:{owner}-{number}" if kind == "leads" else f"{kind[0]}_{owner}_{number}"


@pytest.mark.parametrize(("name", "channel"), EXPECTED)
def test_case(found: Found, name: str, channel: str) -> None:
    expected = dict(CASES[name][channel])
    row = found.consent.row(by_predicate=(pl.col("person_id") == name) & (pl.col("channel") == channel), named=True)
    gaps = found.gaps.filter(person_id=name, channel=channel)
    marks = sorted(r["reason"] + "!" * (r["severity"] == "block") for r in gaps.iter_rows(named=True))
    usable = not any(mark.endswith("!") for mark in marks)
    got = {
        "gaps": marks,
        "due": {r: gaps.filter(reason=r)["due_at"].to_list()[0] for r in expected.get("due", {})},
        "state": row["state"],
        "basis": row["lawful_basis"],
        "jurisdiction": row["jurisdiction"],
        "from": row["jurisdiction_from"],
        "since": row["captured_at"],
        "expires": row["expires_at"],
        "evidence": row["evidence"],
        "usable": row["is_usable"],
    }
    if "gaps" in expected:
        expected |= {"gaps": sorted(expected["gaps"])} | ({} if "usable" in expected else {"usable": usable})
    if "evidence" in expected:
        expected |= {"evidence": _evidence(name, expected["evidence"])}
    assert {key: got[key] for key in expected} == expected


# --- the table leaves nothing out


def test_every_reason_has_a_case() -> None:
    assert {mark.rstrip("!") for name, channel in EXPECTED for mark in CASES[name][channel].get("gaps", [])} == set(
        REASONS
    )


def test_every_rule_has_a_case(found: Found) -> None:
    rules = {(name, rule.reason) for name, rule_set in CONFIG.consent.rule_sets.items() for rule in rule_set.rules}
    assert rules - set(found.gaps.select("jurisdiction", "reason").rows()) == set()


def test_every_state_and_every_meaning_has_a_case(found: Found) -> None:
    assert set(found.consent["state"]) == set(CONSENT_STATES)
    meanings = next(c.about for c in contract.table("hygiene.consent_said").columns if c.name == "meaning")
    assert set(found.said["meaning"]) == set(meanings.split(", "))


def test_every_test_has_a_case(found: Found) -> None:
    assert set(found.tests["test"]) == set(TESTS)


def test_reasons_and_rules_are_those_that_we_promise() -> None:
    assert len(REASONS) == 44
    rules = [rule for rule_set in CONFIG.consent.rule_sets.values() for rule in rule_set.rules]
    assert len(rules) >= 40
    assert {rule.reason for rule in rules} == set(REASONS)


def test_no_gaps_without_a_contact(found: Found) -> None:
    assert found.gaps.filter(person_id="de_nothing", channel="phone").is_empty()
    assert found.consent.filter(person_id="de_nothing", channel="phone")["is_usable"].to_list() == [False]
