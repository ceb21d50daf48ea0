"""Whose time to be kept is over: by country, from the last contact of the person, never of a customer."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from leadgrade.config.run import Retention, RunConfig
from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.hygiene.retention import write_retention
from tests.support import AS_OF, make_run, make_table

FRANCE = {"FR": {"days": 1095, "source": "CNIL"}, "DE": {"days": 730, "source": "own notice"}}


def ago(days: int) -> datetime:
    return AS_OF - timedelta(days=days)


def due(
    home: Path, engine: DuckDBEngine, person: dict[str, Any], default_days: int | None = None
) -> list[tuple[Any, ...]]:
    """Jurisdiction, days since it was due, and reason of one person."""
    make_run(home, engine)
    retention = Retention.model_validate({"limits": FRANCE, "default_days": default_days})
    write_retention(engine, RunConfig(retention=retention))
    subject = {
        "person_id": "p",
        "place": "here",
        "created_at": person.get("created"),
        "is_customer": person.get("customer"),
    }
    make_table(engine, "hygiene.subjects", [subject])
    make_table(engine, "hygiene.people", [{"person_id": "p"}])
    places = [{"place": "here", "country": c, "rule_set": r} for c in person["countries"] for r in ("Everywhere", c)]
    make_table(engine, "hygiene.places", places)
    times = [{"person_id": "p", "inbound_at": person["inbound"]}] if "inbound" in person else []
    make_table(engine, "hygiene.person_times", times)
    engine.materialize("hygiene.retention_due", sql_file("hygiene.retention_due").query)
    found = engine.collect("select jurisdiction, due_at, reason from hygiene.retention_due").rows()
    return [(country, (AS_OF - at).days, reason) for country, at, reason in found]


@pytest.mark.parametrize(
    ("person", "default", "expected"),
    [
        ({"countries": ["FR"], "inbound": ago(1095)}, None, [("FR", 0, "no_contact_since")]),
        ({"countries": ["FR"], "inbound": ago(1094)}, None, []),
        ({"countries": ["FR"], "inbound": ago(1094), "created": ago(5000)}, None, []),
        ({"countries": ["FR"], "created": ago(1100)}, None, [("FR", 5, "never_in_contact")]),
        ({"countries": ["FR"]}, None, []),
        ({"countries": ["US"], "created": ago(5000)}, None, []),
        ({"countries": ["US"], "created": ago(5000)}, 365, [("US", 4635, "never_in_contact")]),
        ({"countries": ["FR"], "created": ago(400)}, 365, []),
        ({"countries": ["FR", "DE"], "created": ago(800)}, None, [("DE", 70, "never_in_contact")]),
        ({"countries": ["FR"], "created": ago(5000), "customer": True}, None, []),
    ],
)
def test_whose_time_is_over(
    home: Path, engine: DuckDBEngine, person: dict[str, Any], default: int | None, expected: list[tuple[Any, ...]]
) -> None:
    assert due(home, engine, person, default) == expected


@pytest.mark.parametrize(
    "limits", [{"France": {"days": 1, "source": "own"}}, {"FR": {"days": 0, "source": "own"}}, {"FR": {"days": 9}}]
)
def test_a_limit_is_of_a_country_and_has_a_source(limits: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Retention.model_validate({"limits": limits})


def test_nobody_is_erased_unless_somebody_says_so() -> None:
    assert not RunConfig().retention.enforce
    assert RunConfig().retention.default_days is None
