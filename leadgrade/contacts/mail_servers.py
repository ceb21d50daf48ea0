"""contacts.mail_servers: whether the domains of valid addresses take mail. Off by default; then nothing is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl

from leadgrade.contacts.domains import registrable_names
from leadgrade.engine.duckdb import polars_schema
from leadgrade.run import Run

TABLE = "contacts.mail_servers"
# statuses that say something of the domain; the others are asked again the next night
ANSWERED = ("mx", "null_mx", "a_only", "none")

# domains that can have a mail server and are somebody's, those of most addresses first
_WANTED = """
    select emails.domain, count(*) as addresses
    from contacts.emails
    where emails.is_valid and not emails.is_placeholder and emails.registrable_domain is not null
    group by emails.domain
    order by addresses desc, emails.domain
"""
_DUE = f"""
    select wanted.domain
    from ({_WANTED}) as wanted
    anti join {TABLE} as known on wanted.domain = known.domain
    order by wanted.addresses desc, wanted.domain
    limit $most
"""
_LEFT = f"""
    select wanted.domain, 'not_asked' as status, null as mx_host, null as mx_domain, null as checked_at, null as expires_at
    from ({_WANTED}) as wanted
    anti join {TABLE} as known on wanted.domain = known.domain
"""
_TELL = f"""
    update contacts.emails as emails
    set
        mail_status = known.status,
        level = case when known.status in ('mx', 'a_only') then 'domain' else emails.level end
    from {TABLE} as known
    where emails.domain = known.domain and emails.is_valid and not emails.is_placeholder
"""


def refresh(run: Run) -> None:
    """Bring contacts.mail_servers up to date and tell contacts.emails; empty where look-ups are off.

    Answers are kept until they expire, over nights; ``run --full`` keeps none. What the night's limits leave out stays
    ``not_asked``.
    """
    run.engine.ensure(TABLE)
    if not run.settings.run.mail_servers.enabled:
        run.engine.sql(f"delete from {TABLE}")
        return
    _drop_expired(run)
    due = run.engine.collect(_DUE, {"most": run.settings.run.mail_servers.max_domains_per_night})["domain"]
    run.engine.write(TABLE, _asked(run, due), append=True)
    run.engine.sql(f"insert into {TABLE} by name {_LEFT}")
    run.engine.sql(_TELL)


def _drop_expired(run: Run) -> None:
    """Leave the answers that hold and that somebody has an address for."""
    answered = ", ".join(f"'{status}'" for status in ANSWERED)
    holds = "false" if run.full else f"known.status in ({answered}) and known.expires_at > run.as_of"
    kept = f"""
        select known.* from {TABLE} as known cross join meta.run as run
        semi join ({_WANTED}) as wanted on known.domain = wanted.domain
        where {holds}
    """
    run.engine.materialize(TABLE, kept)


def _asked(run: Run, domains: pl.Series) -> pl.DataFrame:
    """The rows of the domains that were answered tonight; checked_at is the as-of time of the run."""
    from leadgrade.contacts.mail_lookup import look_up_all  # noqa: PLC0415  reads dnspython, which most runs do not need

    config = run.settings.run.mail_servers
    rows: list[dict[str, Any]] = [
        {"domain": domain, "status": found.status, "mx_host": found.host}
        for domain, found in look_up_all(domains, config)
    ]
    frame = pl.DataFrame(rows, schema={"domain": pl.String, "status": pl.String, "mx_host": pl.String})
    kept = timedelta(days=config.time_to_live_days)
    times = polars_schema(TABLE)["checked_at"]
    return frame.with_columns(
        registrable_names(frame["mx_host"]).alias("mx_domain"),
        checked_at=pl.lit(run.as_of, dtype=times),
        # failures hold until the next night
        expires_at=pl.when(pl.col("status").is_in(ANSWERED))
        .then(pl.lit(run.as_of + kept, dtype=times))
        .otherwise(pl.lit(run.as_of, dtype=times)),
    )
