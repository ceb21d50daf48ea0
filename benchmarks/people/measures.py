"""How right a partition of a table is, and how true the probabilities of its pairs are."""

from __future__ import annotations

import polars as pl


def _pairs(frame: pl.DataFrame, *by: str) -> int:
    size = pl.col("len").cast(pl.Int64)
    return int(frame.group_by(*by).len().select((size * (size - 1) // 2).sum()).item())


def with_people(truth: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """lead_id, truth and person_id of every lead with a truth; a lead that was not found to be anybody's is its own person."""
    known = truth.select("lead_id", "truth").filter(pl.col("truth").is_not_null())
    joined = known.join(found.select("lead_id", "person_id"), on="lead_id", how="left")
    return joined.with_columns(pl.coalesce("person_id", pl.concat_str(pl.lit("alone "), "lead_id")))


def f1(precision: float, recall: float) -> float:
    """Harmonic mean of the two."""
    return 2 * precision * recall / max(precision + recall, 1e-12)


def pairwise(known: pl.DataFrame) -> tuple[float, float, float]:
    """Precision, recall and F1 over all pairs that person_id and truth imply."""
    both, said, true = (_pairs(known, *by) for by in (("truth", "person_id"), ("person_id",), ("truth",)))
    precision, recall = both / max(said, 1), both / max(true, 1)
    return precision, recall, f1(precision, recall)


def b_cubed(known: pl.DataFrame) -> float:
    """B-cubed F1: precision and recall of each lead's person, averaged over the leads."""
    sizes = known.with_columns(
        n=pl.len().over("truth", "person_id"), p=pl.len().over("person_id"), t=pl.len().over("truth")
    )
    shares = sizes.select(p=(pl.col("n") / pl.col("p")).mean(), r=(pl.col("n") / pl.col("t")).mean())
    return f1(*shares.row(0))


def false_merges(known: pl.DataFrame) -> float:
    """People who were lost by being put together with another, for 10,000 people."""
    lost = known.group_by("person_id").agg(pl.col("truth").n_unique() - 1)["truth"].sum()
    return float(lost / max(known["truth"].n_unique(), 1) * 10_000)


def calibration(truth: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Ten bins of match_probability: bin (0 to 9), pairs, said (mean probability), true (share of one person's pairs)."""
    known = truth.select("lead_id", "truth").filter(pl.col("truth").is_not_null())
    sides = [known.rename({"lead_id": f"lead_id_{side}", "truth": f"truth_{side}"}) for side in "ab"]
    labelled = pairs.join(sides[0], on="lead_id_a").join(sides[1], on="lead_id_b")
    probability = pl.col("match_probability")
    return (
        labelled.group_by(bin=(probability * 10).floor().clip(0, 9).cast(pl.Int64))
        .agg(pairs=pl.len(), said=probability.mean(), true=(pl.col("truth_a") == pl.col("truth_b")).mean())
        .sort("bin")
    )


def calibration_error(bins: pl.DataFrame) -> float:
    """Expected calibration error: mean distance of said and true, weighed by pairs."""
    weighed = (pl.col("pairs") * (pl.col("said") - pl.col("true")).abs()).sum() / pl.col("pairs").sum()
    return float(bins.select(weighed).item() or 0.0)
