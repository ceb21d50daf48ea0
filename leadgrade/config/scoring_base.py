"""The scoring models that come with the project, and how a scoring.yaml builds on one of them.

``base: NAME`` takes every key from that model that the file does not give itself. Rules are taken together: one with the id of
a rule of the base replaces it, another is added.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from leadgrade.yaml_files import read_yaml

_FOLDER = Path(__file__).parent / "scoring_models"
BASES: tuple[str, ...] = tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))
"""Names of the models that come with the project."""


def with_base(data: dict[str, Any]) -> dict[str, Any]:
    """The content of a scoring.yaml with what its base gives; as it is where it names none, or one that is not known."""
    base = data.get("base")
    if not isinstance(base, str) or base not in BASES:
        return data
    below = with_base(read_yaml(_FOLDER / f"{base}.yaml"))
    merged = {**deepcopy(below), **data}
    if "rules" in data and isinstance(data["rules"], list):
        merged["rules"] = _merged_rules(below["rules"], data["rules"])
    return merged


def _merged_rules(below: list[dict[str, Any]], above: list[Any]) -> list[Any]:
    own = {str(rule.get("id")) for rule in above if isinstance(rule, dict)}
    return [*(deepcopy(rule) for rule in below if rule["id"] not in own), *above]
