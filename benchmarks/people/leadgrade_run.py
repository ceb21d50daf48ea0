"""Child process: this product on one set, with no settings.

    python -m benchmarks.people.leadgrade_run SET.parquet FOLDER [--only-default]

Writes what :mod:`benchmarks.people.outcome` reads.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from benchmarks.people.outcome import CUTS, LEAST, save_usage
from leadgrade.engine import DuckDBEngine
from leadgrade.people import resolve
from leadgrade.people.kinds import as_input
from leadgrade.people.matching import build_clusters, build_features, build_pairs
from leadgrade.people.normalise import normalise
from leadgrade.people.resolve import DEFAULT_THRESHOLD


def _sweep(leads: pl.DataFrame, folder: Path) -> None:
    """The pairs, and the people at every cut-off."""
    with DuckDBEngine() as engine:
        engine.write("people.normalised", normalise(as_input(leads, None)))
        build_features(engine)
        build_pairs(engine, DEFAULT_THRESHOLD, LEAST)
        engine.collect("select p.lead_id_a, p.lead_id_b, p.match_probability from people.pairs as p").write_parquet(
            folder / "pairs.parquet"
        )
        for cut in CUTS:
            build_clusters(engine, cut)
            engine.collect("select c.lead_id, c.cluster_id as person_id from people.clusters as c").write_parquet(
                folder / f"cut_{cut}.parquet"
            )


def main() -> None:
    """Resolve at the default; then, outside the measured part, every cut-off and the pairs."""
    leads, folder = pl.read_parquet(sys.argv[1]), Path(sys.argv[2])
    resolve(leads).write_parquet(folder / "default.parquet")
    save_usage(folder, DEFAULT_THRESHOLD)
    if "--only-default" not in sys.argv:
        _sweep(leads, folder)


if __name__ == "__main__":
    main()
