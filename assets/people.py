"""people: who is who?"""

from __future__ import annotations

from assets.steps import stage_steps
from leadgrade.engine import sql_file
from leadgrade.people import account_match, build, quality
from leadgrade.people.examples import build_examples
from leadgrade.people.overrides import build_overrides

# what the pairs stand on
WEIGHED = (
    "people.scored", "people.model", "people.candidates", "people.blocking_report", "people.lead_keys", "people.changes",
    "people.touched",
)  # fmt: skip

STEPS = stage_steps(
    "people",
    {
        ("people.normalised", "people.inputs"): (build.build_normalised, ("contacts.leads", "contacts.emails")),
        ("people.features", "people.value_counts"): (build.build_features, ("people.normalised",)),
        ("people.pairs", "people.matching_runs", *WEIGHED): (build.build_pairs, ("people.features",)),
        "people.overrides": (build_overrides, ("contacts.leads",)),
        # an incremental night has the times of the leads with their clusters
        ("people.clusters", "people.reclustered", "people.decided_before"): (
            build.build_clusters,
            ("people.scored", "people.features", "people.decided_pairs", "contacts.leads"),
        ),
        # last night's members, read before they are made anew: people.assigned stands on it
        ("people.previous", "people.taken_ids"): (build.build_previous, ("people.clusters",)),
        "people.assigned": (build.build_assigned, sql_file("people.assigned").reads),
        "people.members": (build.build_member_rows, sql_file("people.members").reads),
        "people.id_changes": (build.build_id_changes, ("people.previous", "people.assigned", "people.members")),
        ("people.golden", "people.golden_fields", "people.golden_inputs"): (
            build.build_golden,
            (
                "people.members",
                "people.review",
                "people.cohesion",
                "contacts.leads",
                "contacts.emails",
                "contacts.phones",
            ),
        ),
        "people.cohesion": (
            quality.build_cohesion,
            ("people.members", "people.features", "people.scored", "people.decided_pairs"),
        ),
        "people.cluster_history": (
            quality.build_history,
            (
                "people.golden",
                "people.members",
                "people.previous",
                "people.id_changes",
                "people.review",
                "people.overrides",
            ),
        ),
        "people.examples": (
            build_examples,
            ("people.pairs", "people.members", "people.features", "people.model", "people.review", "people.overrides"),
        ),
        "people.account_keys": (account_match.build_account_keys, ("raw.accounts", "raw.versions", "raw.files")),
        "people.person_keys": (
            account_match.build_person_keys,
            ("people.golden", "people.golden_fields", "people.members", "contacts.leads", "contacts.emails"),
        ),
        "people.similar_companies": (
            account_match.build_similar_companies,
            ("people.person_keys", "people.account_keys"),
        ),
    },
)
