"""What each lead holds that points at somebody: addresses, pages and numbers, as they are now and as they were."""

from __future__ import annotations

import polars as pl

from leadgrade.contacts import phones
from leadgrade.erasure import forms
from leadgrade.erasure.opened import Opened

_NOW, _BEFORE = "<> 'superseded'", "= 'superseded'"


def find_forms(opened: Opened) -> None:
    """Make the temporary table ``lead_forms`` (lead_id, kind, form).

    ``email`` and ``profile``; ``phone`` (E.164) of validated numbers, ``digits`` of those that were never validated. What only
    an older version of a lead says is its own, too, unless a lead has it by now: who had an address before may come back with it.
    """
    contacts = opened.find("contacts.leads")
    opened.run(f"""
        create or replace temp table lead_forms as
        select distinct * from (
            {_of_rows(opened, _NOW, "contacts.lead_id is null")}
            union all
            select lead_id, 'phone' as kind, unnest([phone_e164, mobile_e164]) as form from {contacts}
        )
        where form is not null
    """)
    opened.run(f"""
        insert into lead_forms
        select distinct * from ({_of_rows(opened, _BEFORE, "true")}) as before
        where before.form is not null and not exists (
            select 1 from lead_forms as known where known.kind = before.kind and known.form = before.form
        )
    """)


def _of_rows(opened: Opened, state: str, is_typed: str) -> str:
    """A query of the forms in rows of leads; numbers as typed where a condition holds."""
    raw, versions, contacts = (opened.find(name) for name in ("raw.leads", "raw.versions", "contacts.leads"))
    rows = f"""(
        select leads.lead_id, concat_ws(';', leads.email, leads.additional_emails) as addresses, leads.linkedin_url,
            case when {is_typed} then concat_ws(';', leads.phone, leads.mobile) end as numbers
        from {raw} as leads
        semi join {versions} as versions on leads.file_id = versions.file_id
            and leads.row_number = versions.row_number and versions.object = 'leads' and versions.state {state}
        left join {contacts} as contacts on leads.lead_id = contacts.lead_id
    )"""
    return f"""
        select lead_id, 'email' as kind, form from ({forms.told("email", "addresses", rows, "lead_id")})
        union all
        select lead_id, 'profile' as kind, form from ({forms.told("profile", "linkedin_url", rows, "lead_id")})
        union all
        select lead_id, 'digits' as kind, form from ({forms.told("phone", "numbers", rows, "lead_id")})
    """


def add_numbers(opened: Opened) -> None:
    """Add the E.164 of numbers of ``meant_leads`` that were never validated to ``lead_forms``; not those that others hold."""
    read = _read(opened)
    told = [(lead, number, digits) for lead, number in read for digits in forms.number_forms([number])]
    frame = pl.DataFrame(told, schema=dict.fromkeys(("lead_id", "number", "digits"), pl.String()), orient="row")
    numbers = frame.to_arrow()  # noqa: F841  the statement names it
    opened.connection.execute("""
        insert into lead_forms
        select distinct numbers.lead_id, 'phone' as kind, numbers.number as form
        from numbers
        where numbers.number not in (
            select shared.number
            from numbers as shared
            inner join lead_forms as others on others.kind = 'digits' and shared.digits = others.form
            where others.lead_id not in (select id from meant_leads)
        )
    """)


def _read(opened: Opened) -> list[tuple[str, str]]:
    """Lead and E.164 of the numbers in all rows of the leads meant, read where the lead says that they are."""
    raw, contacts = opened.find("raw.leads"), opened.find("contacts.leads")
    typed = pl.from_arrow(
        opened.connection.sql(f"""
        select distinct told.lead_id, told.number, coalesce(told.country, contacts.country) as country
        from (select lead_id, country, unnest([phone, mobile]) as number from {raw}) as told
        left join {contacts} as contacts on told.lead_id = contacts.lead_id
        where told.number is not null and told.lead_id in (select id from meant_leads)
    """).to_arrow_table()
    )
    if not isinstance(typed, pl.DataFrame) or typed.is_empty():
        return []
    answers = phones.validate(typed["number"], typed["country"])
    return typed.select("lead_id", answers["phone_e164"]).drop_nulls().unique().rows()
