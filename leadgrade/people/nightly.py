"""The steps of the nightly job from leads to clusters: all leads anew, or only what changed since last night.

:mod:`leadgrade.people.matching_runs` decides which, when the first of the steps begins. An incremental night writes into last
night's tables; its row there is marked as finished when the clusters stand, so a night that breaks off is followed by a full one;
so is a night that an erasure took leads out of.
"""

from __future__ import annotations

from dataclasses import replace

from leadgrade.engine import sql_file
from leadgrade.people import changed_clusters, changed_pairs, changes, matching
from leadgrade.people.changed_clusters import MOVED
from leadgrade.people.matching_runs import (
    FULL,
    INCREMENTAL,
    TABLE,
    Night,
    fingerprint,
    keeps_model,
    last_night,
    save,
    tonight,
    why_full,
)
from leadgrade.people.normalise import normalise
from leadgrade.run import Run


def _begin(run: Run) -> Night:
    """Look at what changed and decide how tonight compares; write the row of tonight before anything else is written."""
    engine = run.engine
    engine.ensure(TABLE)
    last = last_night(engine)
    reason = why_full(run, last)
    number = 1 if last is None else last.night + (last.run_id != run.run_id)
    leads = engine.count("contacts.leads")
    night = Night(number, run.run_id, run.as_of, FULL, reason, fingerprint(run.settings.run), leads, leads)
    if last and keeps_model(engine, last, reason):
        night = replace(
            night, learned_at=last.learned_at, learned_leads=last.learned_leads, change_share=last.change_share
        )
    save(engine, night)
    if reason:
        changes.read_inputs(engine)
        return night
    night = _with_changes(night, changes.find(engine), run.settings.run.matching_full_share)
    save(engine, night)
    return night


def _with_changes(night: Night, found: dict[str, int], most: float) -> Night:
    """The row of tonight, which goes on from last night unless too much has changed since the model was learned."""
    share = night.change_share + sum(found.values()) / max(night.learned_leads or 0, 1)
    night = replace(
        night, new_leads=found["new"], changed_leads=found["changed"], gone_leads=found["gone"], change_share=share
    )
    if share >= most:
        return replace(night, reason="share", learned_at=None, learned_leads=None, change_share=0.0)
    return replace(night, mode=INCREMENTAL)


def _tonight(run: Run) -> Night:
    """The row of tonight; the leads have to be looked at first."""
    night = tonight(run)
    if night is None:
        raise LookupError(
            f"people.matching_runs has no row of run {run.run_id}: people.normalised has to be made first"
        )
    return night


def _is_incremental(run: Run) -> bool:
    night = tonight(run)
    return night is not None and night.mode == INCREMENTAL


def build_normalised(run: Run) -> None:
    """Make ``people.normalised`` and ``people.inputs`` from contacts.leads and contacts.emails, or bring them up to tonight."""
    night = _begin(run)
    if night.mode == INCREMENTAL:
        changes.renew_forms(run.engine)
    else:
        run.engine.map_batches(changes.LEAD_INPUT, normalise, "people.normalised")
    run.engine.checkpoint()


def build_features(run: Run) -> None:
    """Make ``people.value_counts`` and ``people.features`` from ``people.normalised``, or bring them up to tonight."""
    night = _tonight(run)
    if night.mode == INCREMENTAL:
        changes.renew_counts(run.engine)
        changes.renew_features(run.engine)
    else:
        matching.build_features(run.engine)
    run.engine.checkpoint()


def build_pairs(run: Run) -> None:
    """Make ``people.pairs`` and what it stands on from ``people.features``, or bring them up to tonight.

    That is ``people.candidates``, ``people.blocking_report``, ``people.model``, ``people.scored`` and ``people.lead_keys``.
    """
    night, engine, settings = _tonight(run), run.engine, run.settings.run
    thresholds = settings.match_threshold, settings.review_threshold
    if night.mode == INCREMENTAL:
        compared, kept = changed_pairs.renew_pairs(engine, *thresholds)
        shared = engine.count("(select 1 from people.changes as c where c.kind = 'shared')")
        night = replace(night, shared_leads=shared, pairs_compared=compared, pairs_kept=kept)
    else:
        matching.build_pairs(engine, *thresholds, changed_pairs.kept_model(engine) if night.learned_at else None)
        changed_pairs.build_lead_keys(engine)
        night = replace(night, pairs_compared=engine.count("people.scored"))
        if night.learned_at is None:
            night = replace(night, learned_at=run.as_of, learned_leads=night.leads)
    save(engine, night)
    engine.checkpoint()


def build_clusters(run: Run) -> None:
    """Make ``people.clusters`` from people.scored, people.decided_pairs and people.features, or bring it up to tonight."""
    threshold = run.settings.run.match_threshold
    if _is_incremental(run):
        changed_clusters.renew_clusters(run.engine, threshold)
    else:
        matching.build_clusters(run.engine, threshold)
    run.engine.materialize(
        "people.decided_before", "select d.record_a, d.record_b, d.match_weight from people.decided_pairs as d"
    )


def build_previous(run: Run) -> None:
    """Make ``people.previous`` and ``people.taken_ids``: who was who last night, as the work file still knows it.

    Has to run before people.members is made anew. On the first night both are empty. On an incremental night people.previous
    holds the leads whose person may be another tonight.
    """
    run.engine.ensure("people.members")
    run.engine.ensure("people.id_changes")
    query = "select members.lead_id, members.person_id, members.person_since from people.members as members"
    if _is_incremental(run):
        run.engine.materialize("people.previous", f"{query} where members.lead_id in ({MOVED})")
        # people.assigned still holds whom last night gave an id
        run.engine.sql("""
insert into people.taken_ids by name
select distinct a.person_id from people.assigned as a anti join people.taken_ids as t on a.person_id = t.person_id""")
        return
    run.engine.materialize("people.previous", query)
    run.engine.materialize(
        "people.taken_ids",
        "select previous.person_id from people.previous as previous "
        "union select changes.old_person_id as person_id from people.id_changes as changes",
    )


def build_assigned(run: Run) -> None:
    """Make ``people.assigned``; on an incremental night of the leads whose cluster was made anew."""
    query = sql_file("people.assigned").query
    if _is_incremental(run):
        query = query.replace("contacts.leads as leads", "people.reclustered as leads")
    run.engine.materialize("people.assigned", query)


def build_member_rows(run: Run) -> None:
    """Make ``people.members`` from people.assigned, or bring it up to tonight; the night is finished for matching."""
    query, engine, night = sql_file("people.members").query, run.engine, tonight(run)
    if night and night.mode == INCREMENTAL:
        with engine.transaction():
            engine.sql(f"delete from people.members as m where m.lead_id in ({MOVED})")
            engine.sql(f"insert into people.members by name {query}")
    else:
        engine.materialize("people.members", query)
    if night:
        table = "people.reclustered" if night.mode == INCREMENTAL else "people.features"
        save(engine, replace(night, clustered_leads=engine.count(table), is_finished=True))
    engine.checkpoint()
