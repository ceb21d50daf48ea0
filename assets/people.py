"""people: who is who?"""

from __future__ import annotations

from assets.steps import stage_steps
from leadgrade.people import build

STEPS = stage_steps(
    "people",
    {
        "people.normalised": (build.build_normalised, ("contacts.leads", "contacts.emails")),
        ("people.pairs", "people.scored", "people.model", "people.candidates", "people.blocking_report"): (
            build.build_pairs,
            ("people.features",),
        ),
        "people.clusters": (build.build_clusters, ("people.scored", "people.features")),
        # last night's members, read before they are made anew: people.assigned stands on it
        ("people.previous", "people.taken_ids"): (build.build_previous, ()),
        "people.id_changes": (build.build_id_changes, ("people.previous", "people.members")),
        ("people.golden", "people.golden_fields"): (
            build.build_golden,
            ("people.members", "people.pairs", "contacts.leads", "contacts.emails", "contacts.phones"),
        ),
        "people.account_keys": (build.build_account_keys, ("raw.accounts", "raw.versions", "raw.files")),
    },
)
