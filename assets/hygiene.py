"""hygiene: is it still true, and may we use it?"""

from __future__ import annotations

from collections.abc import Callable

from assets.steps import stage_steps
from leadgrade.engine.duckdb import DuckDBEngine
from leadgrade.hygiene.steps import BUILDS
from leadgrade.run import Run


def _on_run(function: Callable[[DuckDBEngine], int]) -> Callable[[Run], int]:
    return lambda run: function(run.engine)


STEPS = stage_steps("hygiene", {tables: (_on_run(function), reads) for tables, (function, reads) in BUILDS.items()})
