"""One world for most tests of the stage: making it is what costs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from leadgrade.config import load_settings
from leadgrade.run import Run
from tests.hygiene import clock_cases
from tests.hygiene.golden import golden_cases
from tests.hygiene.reach_cases import CROWDS, REACH
from tests.hygiene.world import Case, build
from tests.support import REPOSITORY


def small_cases() -> dict[str, Case]:
    """Every person of the small world; no two tables of cases use the same name."""
    groups: list[dict[str, Case]] = [
        {name: golden.case for name, golden in golden_cases().items()},
        {name: row[0] for name, row in clock_cases.CASES.items()},
        {name: row[0] for name, row in REACH.items()},
        *CROWDS.values(),
    ]
    cases = {name: case for group in groups for name, case in group.items()}
    assert len(cases) == sum(map(len, groups)), "two cases of one name"
    return cases


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The whole stage over the small cases, by the published rates; do not change its tables but in a transaction."""
    settings = load_settings(REPOSITORY / "config")
    published = settings.decay.learning.model_copy(update={"enabled": False})
    object.__setattr__(settings, "decay", settings.decay.model_copy(update={"learning": published}))
    object.__setattr__(settings, "run", settings.run.model_copy(update={"internal_domains": ["own.test"]}))
    run = build(tmp_path_factory.mktemp("hygiene"), small_cases(), settings=settings)
    yield run
    run.engine.close()
