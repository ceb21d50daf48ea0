"""What became of the leads: symptoms and their causes, the scores held against outcomes, and what leaks."""

from __future__ import annotations

from leadgrade.report.reader import Row, Warehouse

_MOST_LEAKS = 20


def symptoms(warehouse: Warehouse) -> list[Row]:
    """metrics.diagnosis, what is present first, each with the source and the cause that add most to its getting worse."""
    return warehouse.rows(
        "with most as (select symptom, "
        # few calls answered and few deals won are bad; of the others more is
        "max_by(slice, contribution * case when symptom in ('low_connect', 'low_win') then -1 else 1 end) "
        "filter (kind = 'source') as source, "
        "max_by(slice, contribution * case when symptom in ('low_connect', 'low_win') then -1 else 1 end) "
        "filter (kind = 'cause') as cause from metrics.diagnosis_causes group by symptom) "
        "select diagnosis.*, case when diagnosis.verdict = 'present' then most.source end as source, "
        "case when diagnosis.verdict = 'present' then most.cause end as cause from metrics.diagnosis as diagnosis "
        "left join most on diagnosis.symptom = most.symptom order by diagnosis.verdict <> 'present', diagnosis.symptom"
    )


def calibration(warehouse: Warehouse) -> list[Row]:
    """How good scores and probabilities are on the people created last."""
    return warehouse.rows("select * from metrics.calibration where sample = 'later' order by model")


def doubtful_rules(warehouse: Warehouse) -> list[Row]:
    """Rules that outcomes speak against, or for which they ask other points: outcome won."""
    return warehouse.rows(
        "select rule, points, fired, rate_fired, rate_other, lift, suggested_points, verdict from metrics.rule_lift "
        "where outcome = 'won' and (verdict = 'contradicted' or suggested_points is not null) "
        "order by verdict <> 'contradicted', fired desc, rule"
    )


def leaks(warehouse: Warehouse) -> list[Row]:
    """Fields and rules that know the outcome because they were written after it; those that know most first."""
    return warehouse.rows(
        "select * from metrics.leaks where verdict = 'leak' "
        f"order by coalesce(information_share, late_share) desc, field limit {_MOST_LEAKS}"
    )
