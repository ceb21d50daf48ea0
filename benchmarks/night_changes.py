"""A table of leads that changes night by night, by new leads, edits, deletions and undeletions; who is who stays known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

# of a night's changes: new leads (some of them deleted before), edits, deletions
NEW, EDITED, GONE = 0.5, 0.4, 0.1
UNDELETED = 0.05
# what an edit is; as many of the earlier edits are corrected as there are typos
_JOB, _TYPO, _CORRECTED, _FILLED, _TITLE = 0.35, 0.2, 0.2, 0.1, 0.15
_FILLABLE = ("email_match", "email_raw", "email_id", "phone_e164", "phone_id", "city", "postal_code", "job_title")
_WORK = ("company_key", "company_name", "company_domain", "city", "region", "postal_code", "country")


@dataclass(slots=True)
class World:
    """The leads as they are tonight, and those that are still to come.

    Attributes:
        leads: Columns of contacts.leads and ``truth``, the true person.
        coming: Leads that will be new.
        first: Every lead as it was at first.
        gone: Leads that were deleted.
        edited: lead_id of leads that are not what they were at first, in the order of their edits.
    """

    leads: pl.DataFrame
    coming: pl.DataFrame
    first: pl.DataFrame
    draw: np.random.Generator
    gone: pl.DataFrame
    edited: pl.DataFrame


def begin(pool: pl.DataFrame, leads: int, seed: int = 1) -> World:
    """A world of so many leads of the pool; the others come later, so a person's leads come on different nights."""
    mixed = pool.sample(fraction=1, shuffle=True, seed=seed)
    none = mixed.head(0)
    return World(mixed.head(leads), mixed.slice(leads), pool, np.random.default_rng(seed), none, none.select("lead_id"))


def pass_night(world: World, share: float) -> dict[str, int]:
    """Change so large a share of the leads; return how many are new, edited and gone."""
    size = max(round(world.leads.height * share), 10)
    back = world.gone.head(round(size * NEW * UNDELETED))
    new = pl.concat([world.coming.head(round(size * NEW) - back.height), back])
    world.coming, world.gone = world.coming.slice(new.height - back.height), world.gone.slice(back.height)
    order = world.draw.permutation(world.leads.height)
    gone, touched = np.split(order[: round(size * (GONE + EDITED * (1 - _CORRECTED)))], [round(size * GONE)])
    world.gone = pl.concat([world.gone, world.leads[gone]])
    edited = _edited(world, world.leads[touched])
    rest = world.leads[np.sort(order[gone.size + touched.size :])]
    corrected = rest.join(world.edited.head(round(size * EDITED * _CORRECTED)), on="lead_id", how="semi")
    first = world.first.join(corrected.select("lead_id"), on="lead_id", how="semi")
    rest = rest.join(corrected.select("lead_id"), on="lead_id", how="anti", maintain_order="left")
    world.leads = pl.concat([rest, edited, first, new])
    known = world.edited.join(corrected, on="lead_id", how="anti", maintain_order="left")
    world.edited = pl.concat([known, edited.select("lead_id")]).unique(maintain_order=True)
    return {"new": new.height, "edited": edited.height + corrected.height, "gone": gone.size}


def _edited(world: World, rows: pl.DataFrame) -> pl.DataFrame:
    """The leads after an edit each."""
    cuts = np.cumsum(np.array([_JOB, _TYPO, _FILLED]) / (1 - _CORRECTED) * rows.height).astype(int)
    jobs, typos, gaps, titles = (rows[part] for part in np.split(np.arange(rows.height), cuts))
    others = world.leads[world.draw.integers(0, world.leads.height, titles.height)]
    return pl.concat([
        _new_job(world, jobs), _with_typo(typos), _filled(world, gaps), titles.with_columns(others["job_title"])
    ])  # fmt: skip


def _new_job(world: World, rows: pl.DataFrame) -> pl.DataFrame:
    """Another company, where its leads are, with an address there; half keep their number."""
    at = world.leads[world.draw.integers(0, world.leads.height, rows.height)]
    moved = rows.with_columns(at[name] for name in _WORK)
    address = pl.concat_str("first_name", pl.lit("."), "last_name", pl.lit("@"), "company_domain").str.to_lowercase()
    address = address.str.replace_all(" ", "")
    keeps = pl.Series(world.draw.random(rows.height) < 0.5)
    return moved.with_columns(
        address.alias("email_match"), address.alias("email_raw"), pl.lit(None, pl.String).alias("email_id"),
        pl.when(keeps).then("phone_e164").alias("phone_e164"), pl.when(keeps).then("mobile_e164").alias("mobile_e164"),
    )  # fmt: skip


def _with_typo(rows: pl.DataFrame) -> pl.DataFrame:
    """The third letter of the surname left out."""
    name = pl.col("last_name")
    typo = pl.when(name.str.len_chars() > 4).then(name.str.slice(0, 2) + name.str.slice(3)).otherwise(name)
    return rows.with_columns(typo.alias("last_name"))


def _filled(world: World, rows: pl.DataFrame) -> pl.DataFrame:
    """Gaps filled with what another lead of the same person says."""
    known = world.leads.join(rows.select("truth").unique(), on="truth", how="semi")
    best = known.group_by("truth", maintain_order=True).agg(pl.col(c).drop_nulls().first() for c in _FILLABLE)
    return (
        rows.join(best, on="truth", how="left", suffix="_known", maintain_order="left")
        .with_columns(pl.coalesce(c, f"{c}_known").alias(c) for c in _FILLABLE)
        .select(rows.columns)
    )
