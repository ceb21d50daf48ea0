"""Child process: Splink on one set. Runs in a virtual environment of its own and imports nothing of the product.

    python -m benchmarks.people.splink_run SET.parquet FOLDER SPEC [--only-default]

Writes what :mod:`benchmarks.people.outcome` reads.
"""

from __future__ import annotations

import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker

from benchmarks.people.outcome import CUTS, LEAST, save_usage
from benchmarks.people.splink_specs import SPECS, Spec


def _linker(path: str, folder: Path, spec: Spec) -> tuple[Linker, duckdb.DuckDBPyConnection]:
    con = duckdb.connect(config={"temp_directory": str(folder / "spill")})
    con.execute(f"create table given as select * from read_parquet('{path}')")
    api, tables = DuckDBAPI(connection=con), []
    for number, condition in enumerate(spec.sources):
        # a relation of DuckDB 2 runs anew at each use: a table is made once
        con.execute(f"create table part_{number} as select {spec.columns} from given where {condition}")
        tables.append(api.register(f"part_{number}"))
    return Linker(tables if len(tables) > 1 else tables[0], spec.settings), con


def _train(linker: Linker, spec: Spec) -> None:
    training = linker.training
    training.estimate_probability_two_random_records_match(spec.certain, recall=spec.recall)
    training.estimate_u_using_random_sampling(max_pairs=spec.max_pairs, seed=2)
    for rule in spec.train:
        training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True)


def _save_clusters(con: duckdb.DuckDBPyConnection, linker: Linker, predicted: Any, cut: float, path: Path) -> None:
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold_match_probability=cut)
    con.execute(f"copy (select lead_id, cluster_id as person_id from {clusters.physical_name}) to '{path}'")


def main() -> None:
    """Train, predict and cluster; then, outside the measured part, every cut-off and the pairs."""
    path, folder, name = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    logging.disable(logging.ERROR)
    warnings.simplefilter("ignore")
    spec = SPECS[name]()
    linker, con = _linker(path, folder, spec)
    _train(linker, spec)
    predicted = linker.inference.predict(threshold_match_probability=spec.predict)
    _save_clusters(con, linker, predicted, spec.cut, folder / "default.parquet")
    save_usage(folder, spec.cut)
    if "--only-default" in sys.argv:
        return
    scored = linker.inference.predict(threshold_match_probability=LEAST)
    pairs = f"select lead_id_l as lead_id_a, lead_id_r as lead_id_b, match_probability from {scored.physical_name}"
    con.execute(f"copy ({pairs}) to '{folder / 'pairs.parquet'}'")
    for cut in CUTS:
        _save_clusters(con, linker, scored, cut, folder / f"cut_{cut}.parquet")


if __name__ == "__main__":
    main()
