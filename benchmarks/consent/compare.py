"""Where the stage and the reference differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.consent import reference
from benchmarks.consent.crowd import Person
from benchmarks.consent.stage import folded
from leadgrade.config.consent import ConsentConfig


def differences(crowd: list[Person], config: ConsentConfig, path: Path | None = None) -> list[dict[str, Any]]:
    """One dict a difference: person_id, channel, place, expected and found (state and when it began)."""
    found = {(person, channel): (state, at) for person, channel, state, at in folded(crowd, config, path).iter_rows()}
    wrong = []
    for person in crowd:
        for channel in config.channels:
            expected = reference.state(person, channel)
            got = found.pop((person.name, channel), None)
            if got != expected:
                names = {"person_id": person.name, "channel": channel, "place": person.place}
                wrong.append(names | {"expected": expected, "found": got})
    return wrong + [{"person_id": person, "channel": channel, "expected": None} for person, channel in found]
