"""Everything that docs/features.yaml says carries a feature exists."""

from __future__ import annotations

import pytest

from leadgrade import contract
from leadgrade.audit import load_rules
from leadgrade.config.loader import MODELS
from leadgrade.reference import DOCS, config_keys
from leadgrade.yaml_files import read_yaml
from pipelines.cli import COMMANDS
from tests.support import REPOSITORY

FEATURES = {name: row for rows in read_yaml(DOCS / "features.yaml").values() for name, row in rows.items()}
SCORING = {rule["id"] for rule in read_yaml(REPOSITORY / "config" / "scoring.yaml")["rules"]}
AUDIT = {rule.rule for rule in load_rules()}
KEYS = {f"{name}.{path}" for name, model in MODELS.items() for path, _, _ in config_keys(model)}


def missing(carrier: str) -> str | None:
    """What a carrier names and there is not."""
    kind, _, rest = carrier.partition(":")
    if kind == "not":
        return None if len(rest.strip()) > 20 else f"{carrier}: no reason"
    if kind in {"rule", "audit", "config"}:
        return None if rest in {"rule": SCORING, "audit": AUDIT, "config": KEYS}[kind] else carrier
    if carrier.startswith("`leadgrade "):
        return None if carrier.strip("`").split()[1] in COMMANDS else carrier
    stage, table, *column = carrier.split(".")
    known = contract.tables().get(f"{stage}.{table}")
    if known is None or known.internal:
        return carrier
    return None if not column or column[0] in {c.name for c in known.columns} else carrier


@pytest.mark.parametrize("name", FEATURES)
def test_what_carries_a_feature_exists(name: str) -> None:
    what, *carriers = FEATURES[name]
    assert what
    assert carriers
    assert [found for c in carriers if (found := missing(c))] == []


def test_every_feature_is_listed() -> None:
    numbers = {"F": 7, "I": 7, "A": 3, "T": 4, "G": 7, "N": 6, "C": 13, "M": 18, "D": 2, "O": 15, "P": 4, "X": 4}
    assert set(FEATURES) == {f"{letter}{n}" for letter, most in numbers.items() for n in range(1, most + 1)}


@pytest.mark.parametrize(
    "carrier", ["rule:fit.none", "audit:none", "config:run.none", "`leadgrade none`", "metrics.none",
                "metrics.sla.none", "metrics.touches", "not: no"],
)  # fmt: skip
def test_what_does_not_exist_is_seen(carrier: str) -> None:
    assert missing(carrier)
