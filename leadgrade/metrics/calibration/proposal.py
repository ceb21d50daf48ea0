"""Writes the next scoring model as a file of its own; the model in use is never touched.

Only the figures of points and the version are changed in the text, so that comments and order stay as people wrote them.
"""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from leadgrade.config.scoring import ScoringConfig
from leadgrade.errors import ConfigError, Fault


def propose(text: str, points: Mapping[str, int], version: str, notes: Mapping[str, str] | None = None) -> str:
    """The text of a scoring.yaml with other points.

    Args:
        text: The scoring.yaml that is in use.
        points: New points by rule id; rules that are not named keep theirs.
        version: Version of the proposed model.
        notes: One sentence a rule, written above the model: why.

    Raises:
        ConfigError: a rule is not in the file, or what comes out is no valid model.
    """
    edits = _edits(text, points, version)
    for start, end, value in sorted(edits, reverse=True):
        text = text[:start] + value + text[end:]
    try:
        ScoringConfig.model_validate(yaml.safe_load(text))
    except ValueError as error:
        raise ConfigError(
            [Fault("scoring.yaml", "rules", f"the proposed points make no valid model: {error}")]
        ) from None
    lines = ["# A proposal, made from outcomes. Nothing uses it until you put it in the place of scoring.yaml."]
    lines += [f"#   {rule}: {words}" for rule, words in sorted((notes or {}).items())]
    return "\n".join([*lines, text])


def _edits(text: str, points: Mapping[str, int], version: str) -> list[tuple[int, int, str]]:
    """(start, end, new text) of every figure that changes."""
    root = yaml.compose(text, Loader=yaml.SafeLoader) or yaml.MappingNode("", [])
    model, rules = _child(root, "model"), _child(root, "rules")
    found = {_child(rule, "id").value: _child(rule, "points") for rule in rules.value}
    unknown = sorted(set(points) - set(found))
    if unknown:
        raise ConfigError([Fault("scoring.yaml", rule, "no such rule in the file") for rule in unknown])
    edits = [(found[rule].start_mark.index, found[rule].end_mark.index, str(new)) for rule, new in points.items()]
    node = _child(model, "version")
    return [*edits, (node.start_mark.index, node.end_mark.index, f'"{version}"')]


def _child(node: yaml.Node, key: str) -> yaml.Node:
    for name, value in node.value:
        if name.value == key:
            return value  # type: ignore[no-any-return]
    raise ConfigError([Fault("scoring.yaml", key, "the key is missing")])
