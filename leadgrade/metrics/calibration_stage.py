"""Calibrates the scores against outcomes every night, on counts of equal people: no table of people comes into Python."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from leadgrade.metrics.calibration import PriorModel, fit_curve, fit_prior_model, lift_of_counts, quality, reliability
from leadgrade.metrics.calibration.leaks import association, verdict_of
from leadgrade.metrics.calibration.shares import is_enough
from leadgrade.metrics.calibration_patterns import Groups, all_groups, bit_columns, known_groups, make_patterns
from leadgrade.run import Run
from leadgrade.scores.config_tables import model_of
from leadgrade.scores.model import ScoringModel

TABLES = (
    "metrics.calibration",
    "metrics.calibration_bins",
    "metrics.rule_lift",
    "metrics.win_curve",
    "metrics.win_probability",
    "metrics.leaks",
)
READS = ("metrics.outcomes", "metrics.late_points", "scores.points", "scores.quality", "people.golden")
GOOD_ECE = 0.05
FIELDS = (
    "source", "source_channel", "source_detail", "campaign_id", "country", "industry", "seniority", "department",
    "buying_role", "phone_type", "lifecycle_stage", "lead_status", "unqualified_reason",
)  # fmt: skip
"""Columns of people.golden that are held against the outcome."""
# the score without the points that came after the outcome
_CLEAN = "greatest({}.score - coalesce(late_sums.points, 0), 0)"
_LATE = (
    "left join (select person_id, cast(sum(points) as bigint) as points from metrics.late_points group by person_id) "
    "as late_sums on {}.person_id = late_sums.person_id"
)


def build_first_scores(run: Run) -> None:
    """Add the people who are new to ``metrics.first_scores``; on the first night what scores.history knows of earlier ones."""
    engine = run.engine
    engine.ensure("metrics.first_scores")
    if not engine.count("metrics.first_scores"):
        engine.sql(
            "insert into metrics.first_scores by name select person_id, min(as_of) as scored_at, "
            "arg_min(score, as_of) as score from scores.history where as_of <= $as_of group by person_id",
            {"as_of": run.as_of},
        )
    engine.sql(
        "insert into metrics.first_scores by name select quality.person_id, $as_of as scored_at, quality.score "
        "from scores.quality as quality anti join metrics.first_scores as known on quality.person_id = known.person_id",
        {"as_of": run.as_of},
    )


def build_calibration(run: Run) -> None:
    """Make the tables of TABLES from metrics.outcomes; without enough outcomes they say ``insufficient_data``."""
    engine, model = run.engine, model_of(run)
    counts = engine.collect(
        "select count(*) as people, count(*) filter (has_won) as won, count(first_score) as first_people, "
        "count(first_score) filter (has_won) as first_won from metrics.outcomes"
    ).row(0, named=True)
    is_first = is_enough(counts["first_won"], counts["first_people"] - counts["first_won"])
    enough = is_first or is_enough(counts["won"], counts["people"] - counts["won"])
    names = tuple(rule.id for rule in model.rules)
    make_patterns(engine, names)
    groups = known_groups(engine, names)
    fitted = _fit_curve(engine, model, is_first=is_first, is_possible=enough)
    rules = _fit_rules(engine, groups, is_possible=enough)
    _write(engine, "metrics.calibration", [*fitted.quality, *rules.quality])
    _write(engine, "metrics.calibration_bins", [*fitted.bins, *rules.bins])
    points = {rule.id: rule.points for rule in model.rules}
    suggested = rules.model.suggestions(points) if rules.model else {}
    _write_lift(engine, model, groups, suggested)
    _write_leaks(engine, groups, is_possible=enough)
    engine.sql("drop table scratch.patterns")


@dataclass(frozen=True, slots=True)
class _Fit:
    quality: list[dict[str, object]]
    bins: list[dict[str, object]]
    model: PriorModel | None = None


def _fit_curve(engine: DuckDBEngine, model: ScoringModel, *, is_first: bool, is_possible: bool) -> _Fit:
    """The win curve: judged on the later people by the earlier ones, published from all."""
    score, basis = ("outcomes.first_score", "first_night") if is_first else (_CLEAN.format("outcomes"), "tonight")
    groups = engine.collect(
        f"select {score} as score, is_later, count(*) as n, count(*) filter (has_won) as k "
        f"from metrics.outcomes as outcomes {_LATE.format('outcomes')} where {score} is not null group by all order by all"
    ).with_columns(y=pl.col("k") / pl.col("n"))
    earlier, later = groups.filter(~pl.col("is_later")), groups.filter("is_later")
    engine.sql("drop table if exists metrics.win_curve")
    engine.ensure("metrics.win_curve")
    share = later["score"] / max(model.score_most, 1)
    if not is_possible or not _has_both(earlier):
        claims = {"score_share": share, "win_curve": None}
        return _judged(claims, later, basis)
    curve = fit_curve(groups["score"], groups["y"], groups["n"])
    engine.write("metrics.win_curve", curve.steps.with_columns(basis=pl.lit(basis)))
    by_earlier = fit_curve(earlier["score"], earlier["y"], earlier["n"])
    most = engine.collect("select coalesce(max(score), 0) as most from scores.quality")["most"][0]
    scores = pl.int_range(0, most + 1, eager=True)
    engine.write("scratch.win_scores", pl.DataFrame({"score": scores, "p": curve.predict(scores)}))
    return _judged({"score_share": share, "win_curve": pl.Series(by_earlier.predict(later["score"]))}, later, basis)


def _fit_rules(engine: DuckDBEngine, known: Groups, *, is_possible: bool) -> _Fit:
    """The model of the rules, and metrics.win_probability from both models."""
    engine.sql("drop table if exists metrics.win_probability")
    engine.ensure("metrics.win_probability")
    if not is_possible or not engine.count("metrics.win_curve"):
        return _judged({"rules": None}, pl.DataFrame({"n": [], "k": [], "y": []}), "tonight")
    fitted = _fitted(known)
    _write_probabilities(engine, fitted)
    earlier, later = known.only(~pl.col("is_later")), known.only(pl.col("is_later"))
    claimed = None
    if _has_both(earlier.frame):
        claimed = pl.Series(_fitted(earlier).predict(later.fired, later.frame["score"].to_numpy()))
    judged = _judged({"rules": claimed}, later.frame, "tonight")
    return _Fit(judged.quality, judged.bins, fitted)


def _write_probabilities(engine: DuckDBEngine, fitted: PriorModel) -> None:
    everybody = all_groups(engine, fitted.rules)
    p_rules = fitted.predict(everybody.fired, everybody.frame["score"].to_numpy())
    engine.write("scratch.win_patterns", everybody.frame.with_columns(p_rules=pl.Series(p_rules)))
    same = " and ".join(f"patterns.{name} = wins.{name}" for name in bit_columns(fitted.rules))
    engine.sql(
        "insert into metrics.win_probability by name select patterns.person_id, scores.p as p_win, wins.p_rules "
        "from scratch.patterns as patterns inner join scratch.win_scores as scores on patterns.score = scores.score "
        f"inner join scratch.win_patterns as wins on patterns.score = wins.score and {same}"
    )
    for table in ("win_patterns", "win_scores"):
        engine.sql(f"drop table scratch.{table}")


def _fitted(groups: Groups) -> PriorModel:
    """The model of groups; what does not tell them apart for it is summed up first."""
    names = ["score", *bit_columns(groups.rules)]
    frame = groups.frame.group_by(names, maintain_order=True).agg(pl.col("n", "k").sum())
    frame = frame.with_columns(y=pl.col("k") / pl.col("n"))
    fired = Groups(frame, groups.rules).fired
    return fit_prior_model(groups.rules, fired, frame["score"].to_numpy(), frame["y"].to_numpy(), frame["n"].to_numpy())


def _has_both(groups: pl.DataFrame) -> bool:
    return bool(0 < groups["k"].sum() < groups["n"].sum())


def _judged(claims: dict[str, pl.Series | None], later: pl.DataFrame, basis: str) -> _Fit:
    """Quality and bins of what models claim of the later people."""
    rows: list[dict[str, object]] = []
    bins: list[dict[str, object]] = []
    people, won = int(later["n"].sum() or 0), int(later["k"].sum() or 0)
    for name, claimed in claims.items():
        row: dict[str, object] = {"model": name, "sample": "later", "basis": basis, "people": people, "won": won}
        row["verdict"] = "insufficient_data"
        if claimed is not None and is_enough(won, people - won):
            found = quality(later["y"], claimed, later["n"])
            verdict = "calibrated" if found.ece <= GOOD_ECE else "uncalibrated"
            row |= {"auc": found.auc, "brier": found.brier, "ece": found.ece, "verdict": verdict}
            bins += [{"model": name, **bin_} for bin_ in reliability(later["y"], claimed, later["n"]).to_dicts()]
        rows.append(row)
    return _Fit(rows, bins)


def _write(engine: DuckDBEngine, table: str, rows: list[dict[str, object]]) -> None:
    schema = polars_schema(table)
    columns = {name: pl.Series([row.get(name) for row in rows], strict=False) for name in schema}
    engine.write(table, pl.DataFrame(columns).cast(schema))  # type: ignore[arg-type]


def _write_lift(engine: DuckDBEngine, model: ScoringModel, groups: Groups, suggested: dict[str, int]) -> None:
    recent = groups.only(pl.col("is_recent"))
    columns = {"fired": "n", "opportunity": "deals", "won": "k"}
    found = pl.DataFrame({"rule": groups.rules} | {name: recent.counted(column) for name, column in columns.items()})
    whole = recent.frame.select(people=pl.col("n").sum(), opportunity=pl.col("deals").sum(), won=pl.col("k").sum()).row(
        0, named=True
    )
    rules = pl.DataFrame(
        [{"rule": rule.id, "points": rule.points} for rule in model.rules],
        schema={"rule": pl.String, "points": pl.Int64},
    )
    parts = []
    for outcome in ("opportunity", "won"):
        counts = rules.join(found, on="rule", how="left").select(
            "rule",
            "points",
            fired=pl.col("fired").fill_null(0),
            fired_won=pl.col(outcome).fill_null(0),
            people=pl.lit(whole["people"]),
            won=pl.lit(whole[outcome]),
        )
        parts.append(lift_of_counts(counts).with_columns(outcome=pl.lit(outcome), model_id=pl.lit(model.model_id)))
    new = pl.DataFrame(
        [{"outcome": "won", "rule": rule, "suggested_points": points} for rule, points in suggested.items()],
        schema={"outcome": pl.String, "rule": pl.String, "suggested_points": pl.Int64},
    )
    engine.write("metrics.rule_lift", pl.concat(parts).join(new, on=["outcome", "rule"], how="left"))


def _write_leaks(engine: DuckDBEngine, groups: Groups, *, is_possible: bool) -> None:
    rows = _field_rows(engine, is_possible=is_possible)
    late = dict(engine.collect("select rule, count(*) as late from metrics.late_points group by rule").iter_rows())
    in_time = dict(zip(groups.rules, groups.only(pl.col("is_decided")).counted("n"), strict=True))
    for rule in sorted(in_time):
        too_late = late.get(rule, 0)
        fired = in_time[rule] + too_late
        if not fired:
            continue
        verdict, reason = verdict_of(rule, 0.0, 0.5, too_late / fired) if is_possible else ("insufficient_data", None)
        rows.append(
            {"kind": "rule", "field": rule, "late_share": too_late / fired, "verdict": verdict, "reason": reason}
        )
    _write(engine, "metrics.leaks", rows)


def _field_rows(engine: DuckDBEngine, *, is_possible: bool) -> list[dict[str, object]]:
    """A row of metrics.leaks for each of FIELDS, all counted in one pass over the people."""
    filled = ", ".join(f"coalesce(cast(golden.{field} as varchar), '~') as {field}" for field in FIELDS)
    which = " ".join(f"when grouping({field}) = 0 then '{field}'" for field in FIELDS)
    counts = engine.collect(
        f"select case {which} end as field, coalesce({', '.join(FIELDS)}) as value, count(*) as n, "
        f"count(*) filter (has_won) as k from (select {filled}, outcomes.has_won from metrics.outcomes as outcomes "
        "inner join people.golden as golden on outcomes.person_id = golden.person_id) "
        f"group by grouping sets ({', '.join(f'({field})' for field in FIELDS)}) order by all"
    )
    rows = []
    for field in FIELDS:
        cells = counts.filter(pl.col("field") == field)
        row: dict[str, object] = {
            "kind": "field",
            "field": field,
            "values": cells.height,
            "verdict": "insufficient_data",
        }
        if is_possible:
            information, auc, _ = association(cells["value"], cells["k"] / cells["n"], cells["n"])
            verdict, reason = verdict_of(field, information, auc, None)
            row |= {"information_share": information, "auc": auc, "verdict": verdict, "reason": reason}
        rows.append(row)
    return rows
