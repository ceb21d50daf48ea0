"""What each file holds, as a query over a generation: ``w`` is the warehouse, ``p`` the private database."""

from __future__ import annotations

from pathlib import Path

import duckdb

EXPORTS = ("audience", "conversions", "crm")
PLATFORMS = ("google", "meta")
# what each CRM calls the id of the record, and how fields of one's own are named there
SYSTEMS = {
    "hubspot": ("Record ID", "Leadgrade {}"),
    "salesforce": ("Id", "Leadgrade_{}__c"),
    "marketo": ("Id", "Leadgrade {}"),
    "pardot": ("Prospect Id", "Leadgrade {}"),
    "zoho": ("Record Id", "Leadgrade {}"),
    "pipedrive": ("Person - ID", "Person - Leadgrade {}"),
}
# who said no, or whose yes has ended, is sent to nobody, not even as a hash
REFUSED = "('denied', 'withdrawn', 'objected', 'erased', 'expired')"
ALLOWED = "('granted_proven', 'soft_opt_in', 'not_required', 'not_required_with_notice')"
# who opted out of sale and sharing: a list for an ad platform is that, whatever it is for
UNSHARED = """golden.person_id in (
    select person_id from w.hygiene.consent_gaps where reason in ('ccpa_opt_out_ignored', 'gpc_ignored', 'state_opt_out')
)"""
UNFIT = "('student', 'competitor', 'spam_text', 'honeypot', 'bot_user_agent')"
# Google asks for the number as E.164, Meta for its digits alone; both for lower-case addresses, all as sha256 in hex
_PHONE = {"google": "golden.phone_e164", "meta": "ltrim(golden.phone_e164, '+')"}
_AUDIENCE_HEADERS = {"google": ("Email", "Phone"), "meta": ("email", "phone")}
IS_META = "regexp_matches(golden.click_id, '^Iw[A-Za-z]')"


def attach(connection: duckdb.DuckDBPyConnection, generation: Path) -> None:
    """Open the two databases of a generation as ``w`` and ``p``, read-only; times are UTC."""
    connection.execute("set timezone = 'UTC'")
    for name, database in (("w", "warehouse"), ("p", "private")):
        path = str(generation / f"{database}.duckdb").replace("'", "''")
        connection.execute(f"attach '{path}' as {name} (read_only)")


def export_query(kind: str, target: str) -> str:
    """The query of a file.

    Args:
        kind: One of EXPORTS: ``audience`` (people not to advertise to: students, competitors, spam; hashed),
            ``conversions`` (won deals of people who came by an ad's click), ``crm`` (grades for the records of a CRM).
        target: One of PLATFORMS; for ``crm`` one of SYSTEMS.

    Raises:
        KeyError: there is no such file.
    """
    if kind == "audience":
        return _audience(target)
    if kind == "conversions":
        return {"google": _google_conversions, "meta": _meta_conversions}[target]()
    if kind == "crm":
        return _crm(*SYSTEMS[target])
    raise KeyError(kind)


def _hashed(value: str, channel: str) -> str:
    refused = f"golden.person_id in (select person_id from w.hygiene.consent where channel = '{channel}' and state in {REFUSED})"
    return f"case when not {refused} then sha256({value}) end"


def _audience(platform: str) -> str:
    email, phone = _AUDIENCE_HEADERS[platform]
    return f"""
        select "{email}", "{phone}" from (
            select
                golden.person_id,
                {_hashed("lower(trim(golden.email))", "email")} as "{email}",
                {_hashed(_PHONE[platform], "phone")} as "{phone}"
            from p.people.golden as golden
            where golden.person_id in (select person_id from w.hygiene.risk where signal in {UNFIT}) and not {UNSHARED}
        )
        where "{email}" is not null or "{phone}" is not null
        order by person_id
    """


def _conversions(where: str) -> str:
    """Won deals with the click that brought the person, who may be contacted by e-mail."""
    return f"""
        select golden.click_id, deals.close_date, deals.amount, upper(trim(deals.currency)) as currency, deals.record_id
        from w.raw.opportunities as deals
        inner join w.raw.row_ledger as ledger
            on deals.file_id = ledger.file_id and deals.row_number = ledger.row_number
            and ledger.object = 'opportunities' and ledger.disposition = 'golden'
        inner join w.people.links as links on deals.record_id = links.record_id and links.object = 'opportunities'
        inner join p.people.golden as golden on links.person_id = golden.person_id
        where deals.is_won and deals.close_date is not null and golden.click_id is not null and {where}
            and golden.person_id in (
                select person_id from w.hygiene.consent where channel = 'email' and state in {ALLOWED}
            )
            and not {UNSHARED}
    """


def _google_conversions() -> str:
    return f"""
        select
            click_id as "Google Click ID",
            'Deal won' as "Conversion Name",
            strftime(close_date, '%Y-%m-%d %H:%M:%S+00:00') as "Conversion Time",
            amount as "Conversion Value",
            currency as "Conversion Currency"
        from ({_conversions(f"not {IS_META}")}) order by record_id
    """


def _meta_conversions() -> str:
    # the click id in the form of Meta's own cookie: version, subdomain index, milliseconds, id
    return f"""
        select
            'Purchase' as event_name,
            cast(epoch(close_date) as bigint) as event_time,
            'fb.1.' || cast(epoch_ms(close_date) as varchar) || '.' || click_id as fbc,
            amount as "value",
            currency
        from ({_conversions(IS_META)}) order by record_id
    """


def _crm(record: str, own: str) -> str:
    fields = {
        "Score": "quality.score",
        "Grade": "quality.grade",
        "Stage": "quality.stage",
        "Next_Action": "quality.next_action",
        "Is_Quality": "quality.is_quality",
        "Win_Probability": "round(wins.p_win, 4)",
        "Person": "members.person_id",
    }
    word = "{}" if "_" in own else None
    names = {name: own.format(name if word else name.replace("_", " ")) for name in fields}
    columns = ", ".join(f'{value} as "{names[name]}"' for name, value in fields.items())
    return f"""
        select leads.source_record_id as "{record}", {columns}
        from w.contacts.leads as leads
        inner join w.people.members as members on leads.lead_id = members.lead_id
        inner join w.scores.quality as quality on members.person_id = quality.person_id
        left join w.metrics.win_probability as wins on members.person_id = wins.person_id
        where leads.system = $system and leads.source_record_id is not null
        order by leads.source_record_id
    """
