"""Decay and consent without a nightly run: frames in, frames out, by the same SQL in a database in memory."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from leadgrade import arguments, keys
from leadgrade.config.consent import ConsentConfig
from leadgrade.config.decay import DecayConfig
from leadgrade.contacts import answers, countries
from leadgrade.engine import DuckDBEngine, sql_file
from leadgrade.engine.duckdb import polars_schema
from leadgrade.hygiene import config_tables, decay_tables, library_laws, steps
from leadgrade.hygiene.library_laws import require
from leadgrade.raw.cells.vocabulary import canonical_value, vocabulary

_CONSENT_INPUTS = (
    "people.handles",
    "people.accounts",
    "raw.accounts",
    "raw.events",
    "raw.activities",
    "raw.suppressions",
    "contacts.phones",
    "raw.leads",
)
_SECRET = "library"  # noqa: S105  nothing of a database in memory is kept
_LISTED = ("channel", "action", "lawful_basis")
_NUMBER = pl.format("c_{}", pl.col("row_number"))  # ids of records may repeat, those of rows do not
_EMAIL_FLAGS = ("is_free", "is_corporate", "is_role")


def decay(
    evidence: pl.DataFrame, config: DecayConfig, as_of: datetime | date, models: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Say how probably each value is still true.

    Args:
        evidence: One row a person and field: ``person_id`` and ``field`` (a name of ``config.fields``) as text and
            ``evidence_at`` (UTC without zone, null where unknown). Optional: ``evidence`` (what it was), ``ended_by``
            (a terminal event: the value is dead) and ``ended_at``, ``hazard`` (factor of the cumulative hazard, above 0;
            1 where absent), ``segment`` (of ``models``; all where absent), ``is_proven`` (something proved the value;
            where absent, any evidence but created, updated and form does).
        config: ``decay.yaml``: ``leadgrade.config.load_settings(folder).decay``.
        as_of: The time that "now" means, UTC where no zone is given; a day is its first moment.
        models: What was learned: rows of ``hygiene.decay_models``. Without it, the published rates of ``config`` hold.

    Returns:
        person_id, field, evidence_at, evidence, age_days (whole days), p_valid (0..1), state (fresh, ageing, stale,
        dead), cause, ended_at and half_life_days, ordered by person and field: a row for each row of ``evidence``. Where
        nothing tells the age, age, p_valid and state are null; ``cause`` says whether the evidence lies in the future.

    Raises:
        TypeError: An argument is of another type.
        ValueError: A column is missing or cannot be read as its type, a person_id is missing, a field or segment is unknown,
            or a hazard is not above 0; each with its number of rows.
    """
    evidence, now = arguments.records(evidence, "evidence"), arguments.moment(as_of, "as_of")
    config = arguments.instance(config, DecayConfig, "config", "load_settings(folder).decay holds one")
    laws = library_laws.laws_of(config, models)
    rows = library_laws.checked(evidence, config, laws)
    with DuckDBEngine() as engine:
        _write_run(engine, now)
        decay_tables.write_decay(engine, config)
        engine.write("hygiene.decay_evidence", _fitted(rows, "hygiene.decay_evidence", "evidence"))
        engine.write("hygiene.decay_laws", _fitted(laws, "hygiene.decay_laws"))
        engine.materialize("hygiene.decay", sql_file("hygiene.decay").query)
        return engine.read("hygiene.decay").sort("person_id", "field")


def consent(
    people: pl.DataFrame, events: pl.DataFrame, config: ConsentConfig, as_of: datetime | date, *, profile: str = "b2b"
) -> pl.DataFrame:
    """Say for each person and channel whether it may be used, on what basis, and what is missing.

    Args:
        people: One row a person: ``person_id`` and any of ``email``, ``phone_e164``, ``country`` (ISO2, or a name of it),
            ``region``, ``phone_region``, ``company_name``, ``job_title``, ``created_at``, ... (columns of ``people.golden``);
            the kind of address as ``is_free``, ``is_corporate``, ``is_role``; and the bare flags ``email_opt_out``,
            ``phone_opt_out``, ``consent_status``, ``double_opt_in_at`` of ``contacts.leads``; the days of screenings as in
            files (``tps_screened_at``, ``dnc_screened_at``: ``screening_keys`` of the configuration).
        events: Consent events: ``person_id``, ``channel``, ``action``, ``captured_at`` and any further column of
            ``raw.consents``, and ``lia_ref``; spellings of the systems ("Opt-Out") are understood as in a file. A grant without
            ``subject_email`` and ``subject_phone`` is about the person's own ones. Events of nobody in ``people`` do not count.
        config: ``consent.yaml``: ``leadgrade.config.load_settings(folder).consent``.
        as_of: The time that "now" means, UTC where no zone is given; a day is its first moment.
        profile: b2b or b2c; b2c has no business subjects.

    Returns:
        The columns of ``hygiene.consent`` (``evidence`` by the ``record_id`` of the event, where it has one) and ``gaps``
            (list of reasons, sorted), ordered by person and channel.

    Raises:
        TypeError: An argument is of another type.
        ValueError: A needed column is missing, one cannot be read as its type, a person_id is missing or stands twice, a
            channel, action or lawful basis is none of the list, or there is no such profile.
    """
    people, events = arguments.records(people, "people"), arguments.records(events, "events")
    config = arguments.instance(config, ConsentConfig, "config", "load_settings(folder).consent holds one")
    now, profile = arguments.moment(as_of, "as_of"), arguments.profile(profile)
    require(people, "people", ["person_id"])
    require(events, "events", ["person_id", "channel", "action", "captured_at"])
    arguments.ids(people["person_id"], "people.person_id")
    with DuckDBEngine() as engine:
        _write_run(engine, now)
        keys.write_macros(engine, _SECRET)
        config_tables.write_consent(engine, config, profile)
        decay_tables.write_decay(engine, no_decay())
        _write_people(engine, people)
        _write_events(engine, events)
        steps.make(engine, (*steps.TOUCHES, *steps.LEDGER, *steps.CONSENT))
        gaps = engine.read("hygiene.consent_gaps", ["person_id", "channel", "reason"])
        found = gaps.group_by("person_id", "channel").agg(pl.col("reason").sort().alias("gaps"))
        rows = engine.read("hygiene.consent").join(found, on=["person_id", "channel"], how="left")
        named = rows.with_columns(pl.col("gaps").fill_null([]), evidence=_as_named(pl.col("evidence"), events))
        return named.sort("person_id", "channel")


def _as_named(evidence: pl.Expr, events: pl.DataFrame) -> pl.Expr:
    """The caller's own ``record_id`` of an event, where there is one; else ``c_`` and its row."""
    if "record_id" not in events.columns:
        return evidence
    rows = events.with_row_index("row_number").filter(pl.col("record_id").is_not_null())
    return evidence.replace(rows.select(_NUMBER).to_series(), arguments.text(rows["record_id"], "events.record_id"))


def no_decay() -> DecayConfig:
    """The consent rules need no survival, only the limits of bounces, which are the defaults."""
    field = {"golden_field": "email", "annual_decay": 0.5, "refresh_days": 1, "source": "none"}
    return DecayConfig.model_validate({"required_fields": ["work_email"], "fields": {"work_email": field}})


def no_sources() -> pl.DataFrame:
    """An empty ``config.sources``: nothing is known of where records come from."""
    return pl.DataFrame(schema=dict.fromkeys(("source", "country", "default_country"), pl.String))


def _fitted(frame: pl.DataFrame, table: str, name: str | None = None) -> pl.DataFrame:
    """The frame with exactly the columns of the contract; what is missing is null, what is more is left out."""
    schema = polars_schema(table)
    typed = arguments.typed(frame, name or table, schema)
    return typed.select(pl.col(n) if n in frame.columns else pl.lit(None, kind).alias(n) for n, kind in schema.items())


def _write_run(engine: DuckDBEngine, as_of: datetime) -> None:
    engine.write(
        "meta.run", _fitted(pl.DataFrame({"run_id": ["library"], "as_of": [as_of], "secret": [_SECRET]}), "meta.run")
    )


def _write_people(engine: DuckDBEngine, people: pl.DataFrame) -> None:
    """Each person becomes one lead of itself."""
    domain = pl.col("email").cast(pl.String).str.to_lowercase().str.split("@").list.last()
    if "email" not in people.columns:
        people = people.with_columns(pl.lit(None, pl.String).alias("email"))
    if "country" in people.columns:  # as typed where it names none: no rule set is of it, and a gap says so
        typed = arguments.text(people["country"], "people.country")
        people = people.with_columns(country=pl.coalesce(countries.to_iso2(typed), typed))
    if "consent_status" in people.columns:
        said = pl.col("consent_status").cast(pl.String)
        is_ours = said.is_in(["claimed", "denied"])
        people = people.with_columns(consent_status=pl.when(is_ours).then(said).otherwise(answers.consent_status(said)))
    golden = _kept(people, "people.golden", "contacts.leads", "contacts.emails").with_columns(
        pl.col("person_id").alias("lead_id"),
        pl.col("person_id").alias("email_id"),
        pl.col("person_id").alias("source_record_id"),
        pl.col("email").alias("email_raw"),
        domain.alias("email_domain"),
    )
    for table in ("people.golden", "people.members", "contacts.leads"):
        engine.write(table, _fitted(golden, table, "people"))
    flags = [
        pl.col(f).fill_null(value=False) if f in people.columns else pl.lit(value=False).alias(f) for f in _EMAIL_FLAGS
    ]
    emails = golden.filter(pl.col("email").is_not_null()).with_columns(pl.lit(value=True).alias("is_valid"), *flags)
    engine.write("contacts.emails", _fitted(emails, "contacts.emails", "people"))


def _kept(frame: pl.DataFrame, *tables: str) -> pl.DataFrame:
    """What is no column of the tables is kept in ``answers``, as of a file: screenings, and ``lia_ref``."""
    known = {column for table in tables for column in polars_schema(table)}
    more = [c for c, kind in frame.schema.items() if c not in known and kind != pl.Binary and arguments.is_text(kind)]
    if "answers" in frame.columns or not more:
        return frame
    return frame.with_columns(answers=pl.struct(pl.col(more).cast(pl.String)).struct.json_encode())


def _in_our_words(events: pl.DataFrame) -> pl.DataFrame:
    """What was said in the words of the contract. A word that nobody knows may mean no: it is a fault, not a claim."""
    for name in _LISTED:
        if name not in events.columns:
            continue
        typed = arguments.text(events[name], f"events.{name}")
        read = typed.to_frame().select(canonical_value(pl.col(name), f"consents.{name}", {}))[name]
        unknown = read.null_count() - typed.null_count()
        if unknown:
            words = ", ".join(dict.fromkeys((vocabulary(f"consents.{name}") or {}).values()))
            raise ValueError(f"events.{name}: {unknown} row(s) with another word than: {words}")
        events = events.with_columns(read)
    return events


def _write_events(engine: DuckDBEngine, events: pl.DataFrame) -> None:
    """The events as current rows of raw.consents, linked to their people; every other input is empty."""
    numbered = (
        _kept(_in_our_words(events), "raw.consents")
        .with_row_index("row_number")
        .with_columns(
            pl.lit("library").alias("file_id"),
            _NUMBER.alias("record_id"),
            pl.col("person_id").alias("subject_id"),
        )
    )
    engine.write("raw.consents", _fitted(numbered, "raw.consents", "events"))
    tagged = numbered.with_columns(pl.lit("consents").alias("object"), pl.lit("current").alias("state"))
    engine.write(
        "raw.deliveries", _fitted(pl.DataFrame({"file_id": ["library"], "arrival_rank": [1]}), "raw.deliveries")
    )
    engine.write("config.sources", no_sources())
    engine.write("people.links", _fitted(tagged, "people.links"))
    engine.write("raw.versions", _fitted(tagged, "raw.versions"))
    for table in _CONSENT_INPUTS:
        engine.ensure(table)
