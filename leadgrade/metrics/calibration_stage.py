"""Calibrates the scores against outcomes every night, on counts of equal people: no table of people comes into Python."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from leadgrade.engine import DuckDBEngine
from leadgrade.engine.duckdb import polars_schema
from leadgrade.metrics.calibration import PriorModel, fit_curve, fit_prior_model, lift_of_counts, quality, reliability
from leadgrade.metrics.calibration.leaks import association, verdict_of
from leadgrade.metrics.calibration.shares import is_enough
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
_BITS = 60  # rules to a column of bits
# the score without the points that came after the outcome
_CLEAN = "greatest({}.score - coalesce(late_sums.points, 0), 0)"
_LATE = (
    "left join (select person_id, cast(sum(points) as bigint) as points from metrics.late_points group by person_id) "
    "as late_sums on {}.person_id = late_sums.person_id"
)


@dataclass(frozen=True, slots=True)
class Groups:
    """People who are equal in score and rules, with how many there are and how many of them won."""

    frame: pl.DataFrame
    rules: tuple[str, ...]

    @property
    def fired(self) -> npt.NDArray[np.float64]:
        """A row a group, a column a rule."""
        columns = [(self.frame[f"bits_{n // _BITS}"].to_numpy() >> (n % _BITS)) & 1 for n in range(len(self.rules))]
        return np.column_stack(columns).astype(np.float64) if columns else np.zeros((self.frame.height, 0))


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
    fitted = _fit_curve(engine, model, is_first=is_first, is_possible=enough)
    rules = _fit_rules(engine, model, is_possible=enough)
    _write(engine, "metrics.calibration", [*fitted.quality, *rules.quality])
    _write(engine, "metrics.calibration_bins", [*fitted.bins, *rules.bins])
    points = {rule.id: rule.points for rule in model.rules}
    suggested = rules.model.suggestions(points) if rules.model else {}
    _write_lift(engine, model, suggested)
    _write_leaks(engine, is_possible=enough)


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


def _fit_rules(engine: DuckDBEngine, model: ScoringModel, *, is_possible: bool) -> _Fit:
    """The model of the rules, and metrics.win_probability from both models."""
    engine.sql("drop table if exists metrics.win_probability")
    engine.ensure("metrics.win_probability")
    if not is_possible or not engine.count("metrics.win_curve"):
        return _judged({"rules": None}, pl.DataFrame({"n": [], "k": [], "y": []}), "tonight")
    names = tuple(rule.id for rule in model.rules)
    _make_patterns(engine, names)
    bits = ", ".join(f"patterns.bits_{n}" for n in range(_columns(names)))
    known = Groups(
        engine.collect(
            f"select patterns.score, {bits}, outcomes.is_later, count(*) as n, count(*) filter (outcomes.has_won) as k "
            "from metrics.outcomes as outcomes inner join scratch.patterns as patterns "
            "on outcomes.person_id = patterns.person_id group by all order by all"
        ).with_columns(y=pl.col("k") / pl.col("n")),
        names,
    )
    earlier, later = (Groups(known.frame.filter(mask), names) for mask in (~pl.col("is_later"), pl.col("is_later")))
    fitted = _fitted(known)
    everybody = Groups(
        engine.collect(f"select score, {bits}, count(*) as n from scratch.patterns as patterns group by all"), names
    )
    p_rules = fitted.predict(everybody.fired, everybody.frame["score"].to_numpy())
    engine.write("scratch.win_patterns", everybody.frame.with_columns(p_rules=pl.Series(p_rules)))
    same = " and ".join(f"patterns.bits_{n} = wins.bits_{n}" for n in range(_columns(names)))
    engine.sql(
        "insert into metrics.win_probability by name select patterns.person_id, scores.p as p_win, wins.p_rules "
        "from scratch.patterns as patterns inner join scratch.win_scores as scores on patterns.score = scores.score "
        f"inner join scratch.win_patterns as wins on patterns.score = wins.score and {same}"
    )
    for table in ("patterns", "win_patterns", "win_scores"):
        engine.sql(f"drop table scratch.{table}")
    claimed = None
    if _has_both(earlier.frame):
        claimed = pl.Series(_fitted(earlier).predict(later.fired, later.frame["score"].to_numpy()))
    judged = _judged({"rules": claimed}, later.frame, "tonight")
    return _Fit(judged.quality, judged.bins, fitted)


def _fitted(groups: Groups) -> PriorModel:
    frame = groups.frame
    return fit_prior_model(
        groups.rules, groups.fired, frame["score"].to_numpy(), frame["y"].to_numpy(), frame["n"].to_numpy()
    )


def _columns(rules: tuple[str, ...]) -> int:
    return max(1, -(-len(rules) // _BITS))


def _make_patterns(engine: DuckDBEngine, rules: tuple[str, ...]) -> None:
    """scratch.patterns: person_id, score, and a bit for each rule that fired no later than the outcome."""
    sums = []
    for column in range(_columns(rules)):
        here = rules[column * _BITS : (column + 1) * _BITS]
        cases = " ".join(f"when '{rule}' then {1 << bit}" for bit, rule in enumerate(here))
        value = f"case points.rule {cases} else 0 end" if here else "0"
        sums.append(f"coalesce(cast(sum({value}) as bigint), 0) as bits_{column}")
    engine.sql(
        f"create or replace table scratch.patterns as select quality.person_id, max({_CLEAN.format('quality')}) as score, "
        f"{', '.join(sums)} "
        "from scores.quality as quality left join (select points.person_id, points.rule from scores.points as points "
        "anti join metrics.late_points as late on points.person_id = late.person_id and points.rule = late.rule) as points "
        f"on quality.person_id = points.person_id {_LATE.format('quality')} "
        "where quality.score is not null group by quality.person_id"
    )


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


def _write_lift(engine: DuckDBEngine, model: ScoringModel, suggested: dict[str, int]) -> None:
    found = engine.collect(
        "select points.rule, count(*) as fired, count(*) filter (outcomes.has_deal) as opportunity, "
        "count(*) filter (outcomes.has_won) as won from scores.points as points "
        "inner join metrics.outcomes as outcomes on points.person_id = outcomes.person_id and outcomes.is_recent "
        "anti join metrics.late_points as late on points.person_id = late.person_id and points.rule = late.rule "
        "group by points.rule"
    )
    whole = engine.collect(
        "select count(*) as people, count(*) filter (has_deal) as opportunity, count(*) filter (has_won) as won "
        "from metrics.outcomes where is_recent"
    ).row(0, named=True)
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


def _write_leaks(engine: DuckDBEngine, *, is_possible: bool) -> None:
    rows = _field_rows(engine, is_possible=is_possible)
    late = engine.collect(
        "select points.rule, count(*) as fired, count(late.rule) as late from scores.points as points "
        "inner join metrics.outcomes as outcomes on points.person_id = outcomes.person_id and outcomes.decided_at is not null "
        "left join metrics.late_points as late on points.person_id = late.person_id and points.rule = late.rule "
        "group by points.rule order by points.rule"
    )
    for rule, fired, too_late in late.iter_rows():
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
