"""Faults of consent.yaml and decay.yaml are named with their place; the config reaches SQL whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from leadgrade import contract
from leadgrade.config import load_settings
from leadgrade.config.consent import REASONS, TESTS, ConsentConfig, ConsentRule, RuleSet
from leadgrade.config.decay import Accelerator, DecayConfig, DecayField, End, Learning, Reverify, States
from leadgrade.config.lists import Limits, ListsConfig, SpamRule
from leadgrade.engine import sql_files, sql_steps
from leadgrade.errors import ConfigError
from leadgrade.hygiene import steps
from tests.hygiene.golden import SIGNALS
from tests.support import REPOSITORY

Change = Callable[[dict[str, Any]], object]
CONFIG = REPOSITORY / "config"
DOCS = (REPOSITORY / "docs" / "hygiene.md").read_text(encoding="utf-8")


def rule(data: dict[str, Any], rule_set: str, number: int = 0) -> dict[str, Any]:
    return data["rule_sets"][rule_set]["rules"][number]


FAULTS: dict[str, tuple[str, Change, str]] = {
    "thresholds": ("decay", lambda d: d["states"].update(ageing=0.9), "decay.yaml: states: .*fresh > ageing > stale"),
    "unknown_field": ("decay", lambda d: d["fields"].update(shoe_size={}), r"decay.yaml: fields.shoe_size"),
    "required": (
        "decay",
        lambda d: d["fields"].pop("employer"),
        "required_fields and accelerators name fields .* employer",
    ),
    "two_rates": ("decay", lambda d: d["fields"]["industry"].update(eta_years=3), "either annual_decay or eta_years"),
    "rate": (
        "decay",
        lambda d: d["fields"]["industry"].update(annual_decay=1.5),
        "fields.industry.annual_decay: .*less than 1",
    ),
    "mode": ("decay", lambda d: d.update(mode="linear"), "decay.yaml: mode"),
    "segment": (
        "decay",
        lambda d: d["learning"].update(segments=["sign"]),
        "decay.yaml: learning.segments.0: .*'sign'",
    ),
    "segment_twice": ("decay", lambda d: d["learning"].update(segments=["source"] * 2), "segments names one twice"),
    "prior": (
        "decay",
        lambda d: d["learning"].update(prior_years=0),
        "decay.yaml: learning.prior_years: expected more than 0",
    ),
    "end": ("decay", lambda d: d["fields"]["industry"].update(ends=["boredom"]), "fields.industry.ends.0: .*'boredom'"),
    "list": (
        "lists",
        lambda d: d.update(bot_agnets=d.pop("bot_agents")),
        "bot_agnets: unknown key .did you mean bot_agents",
    ),
    "version": (
        "lists",
        lambda d: d["spam_phrases"].pop("version"),
        "lists.yaml: spam_phrases.version: the key is missing",
    ),
    "look_around": ("lists", lambda d: d["bot_agents"]["patterns"].append("bot(?!h)"), "patterns.20: .*RE2 takes"),
    "capitals": ("lists", lambda d: d["spam_phrases"]["patterns"].append("Viagra"), "patterns.25: .*in lower case"),
    "word": ("lists", lambda d: d["test_values"]["words"].append(" Test"), "test_values.words.37: .*lower case"),
    "country": ("lists", lambda d: d["same_numbering"]["groups"].append(["US"]), "same_numbering: US in two groups"),
    "signal": ("lists", lambda d: d["spam"].update(hints=["ugly"]), "lists.yaml: spam.hints.0: .*'ugly'"),
    "unknown_key": ("consent", lambda d: d.update(colour="red"), "consent.yaml: colour"),
    "test": ("consent", lambda d: rule(d, "DE UWG").update(test="no_luck"), "rule_sets.DE UWG.rules.0.test: .*no_luck"),
    "reason": ("consent", lambda d: rule(d, "DE UWG").update(reason="bad"), "rule_sets.DE UWG.rules.0.reason"),
    "severity": ("consent", lambda d: rule(d, "DE UWG").update(severity="fatal"), "rules.0.severity"),
    "figure": ("consent", lambda d: rule(d, "FR CNIL").pop("max_age_days"), "the test 'retention' needs max_age_days"),
    "basis": (
        "consent",
        lambda d: rule(d, "DE UWG").update(default_basis="opt_out"),
        "requires consent has no default_basis",
    ),
    "region": (
        "consent",
        lambda d: d["rule_sets"]["DE UWG"].update(regions=["MARS"]),
        "DE UWG.regions: MARS is not among regions",
    ),
    "state": ("consent", lambda d: d["rule_sets"]["DE UWG"].update(regions=["DE-BY"]), "DE-BY is not among states"),
    "twice": (
        "consent",
        lambda d: d["rule_sets"]["DE UWG"]["rules"].append(rule(d, "DE UWG")),
        "doi_missing stands twice",
    ),
    "unknown_as": ("consent", lambda d: d.update(unknown_as="JP"), "unknown_as: no rule set covers JP"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(tmp_path: Path, name: str) -> None:
    file, change, message = FAULTS[name]
    for path in CONFIG.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    data = yaml.safe_load((CONFIG / f"{file}.yaml").read_text(encoding="utf-8"))
    change(data)
    (tmp_path / f"{file}.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_settings(tmp_path)


def test_each_test_is_a_bit_of_the_facts() -> None:
    query = sql_files("hygiene")["hygiene.consent_facts"].query
    bits = query[query.index("group_tests & (") : query.index(") as tests")]
    assert set(re.findall(r"test_bit\('(\w+)'\)", bits)) == set(TESTS)


def test_steps_are_all_tables_and_follow_their_reads() -> None:
    made: set[str] = set()
    built = {tables[0]: (tables, reads) for tables, reads in sql_steps("hygiene").items()}
    built |= {tables[0]: (tables, reads) for tables, (_, reads) in steps.BUILDS.items()}
    for step in steps.STEPS:
        name = f"hygiene.{step}"
        tables, reads = built[name]
        assert {read for read in reads if read.startswith("hygiene.")} <= made | set(tables), step
        made |= set(tables)
    assert set(sql_files("hygiene")) <= made
    assert made == {name for name in contract.tables() if name.startswith("hygiene.")}


@pytest.mark.parametrize("name", sql_files("hygiene"))
def test_reads_are_the_tables_of_the_query(name: str) -> None:
    file = sql_files("hygiene")[name]
    body = re.sub(r"--.*", "", file.query)
    used = set(re.findall(r"\b(?:from|join)\s+((?:raw|contacts|people|hygiene|meta|config)\.\w+)", body))
    assert set(file.reads) == used


MODELS: list[type[BaseModel]] = [
    ConsentConfig,
    ConsentRule,
    RuleSet,
    DecayConfig,
    DecayField,
    States,
    Accelerator,
    Learning,
    Reverify,
    ListsConfig,
    Limits,
    SpamRule,
]


@pytest.mark.parametrize(
    "word", [*REASONS, *TESTS, *SIGNALS, *get_args(End), *(f for m in MODELS for f in m.model_fields)]
)
def test_docs_name_it(word: str) -> None:
    assert f"`{word}`" in DOCS
