"""The figures of the stage scores, as :mod:`assets.figures` describes them."""

from __future__ import annotations

NUMBERS: dict[str, str] = {
    "scores.quality": """
        select
            count(*) filter (where is_quality) as quality_people,
            avg(is_quality::int) as quality_share,
            avg(score) as mean_score
        from scores.quality
    """,
    "scores.changed_people": """
        select
            count(*) filter (where kind = 'changed') as changed_people,
            count(*) filter (where kind = 'appeared') as appeared_people,
            count(*) filter (where kind = 'left') as left_people,
            count(*) filter (where kind = 'merged') as merged_people,
            count(*) filter (where crossed = 'up') as became_quality,
            count(*) filter (where crossed = 'down') as lost_quality,
            coalesce(sum(change), 0)::bigint as score_change
        from scores.changed_people
    """,
}

TABLES: dict[str, tuple[str, str]] = {
    "scores.quality": (
        "by_grade",
        """
        select grade, next_action, count(*) as people
        from scores.quality group by all order by grade, people desc, next_action
        """,
    ),
    "scores.points": (
        "by_rule",
        """
        select rule, dimension, count(*) as people, sum(points)::bigint as points
        from scores.points group by all order by people desc, rule, dimension
        """,
    ),
    "scores.changes": (
        "by_rule",
        """
        select rule, what, count(*) as people, sum(change)::bigint as change
        from scores.changes group by all order by people desc, rule, what
        """,
    ),
}
