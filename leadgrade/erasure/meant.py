"""From what was asked for to the leads and people of a work file that are meant by it.

The matching is cautious and leaves one person twice rather than take two for one. An erasure may not: leads with an
address that leads of one name alone have are that person's, too, also where they bear no name. What several names share
is nobody's alone: a switchboard, a household, the address of a function.
"""

from __future__ import annotations

import polars as pl

from leadgrade.erasure import forms
from leadgrade.erasure.asked import Asked
from leadgrade.erasure.held import find_forms
from leadgrade.erasure.opened import Opened
from leadgrade.errors import InputError

_ROUNDS = 5  # leads lead to people, and these to further leads


class Shared(InputError):
    """What was asked for belongs to several people."""


def find_leads(opened: Opened, asked: Asked, *, with_others: bool) -> None:
    """Make the temporary tables of a search.

    ``lead_forms``: see :func:`leadgrade.erasure.held.find_forms`; ``asked`` (kind, form);
    ``asked_leads`` (kind, form, lead_id); ``meant_leads`` and ``meant_people`` (id).

    Raises:
        Shared: several people have what was asked for, and nobody said that all of them are meant.
        InputError: there is no such person or lead.
    """
    find_forms(opened)
    _names_of_leads(opened)
    _ask(opened, asked)
    _refuse_unknown(opened)
    if not with_others:
        _refuse_shared(opened)
    opened.run("create or replace temp table meant_leads as select distinct lead_id as id from asked_leads")
    for _ in range(_ROUNDS):
        before = opened.count("meant_leads")
        _grow(opened)
        if opened.count("meant_leads") == before:
            break


def _names_of_leads(opened: Opened) -> None:
    """``lead_names`` (lead_id, name): the name of the person of each lead; null where no lead of theirs has one."""
    contacts, members = opened.find("contacts.leads"), opened.find("people.members")
    opened.run(f"""
        create or replace temp table lead_names as
        with names as (
            select members.person_id, min(nullif(erasure_name(leads.full_name), '')) as name
            from {members} as members
            inner join {contacts} as leads on members.lead_id = leads.lead_id
            group by members.person_id
        )
        select members.lead_id, names.name
        from {members} as members
        left join names on members.person_id = names.person_id
    """)


def _ask(opened: Opened, asked: Asked) -> None:
    told = [("email", text, text) for text in asked.emails] + [("phone", text, text) for text in asked.phones]
    told += [("digits", digits, text) for text in asked.phones for digits in forms.number_forms([text])]
    told += [("person", text, text) for text in asked.people] + [("lead", text, text) for text in asked.leads]
    schema = {"kind": pl.String(), "txt": pl.String(), "said": pl.String()}
    named = pl.DataFrame(told, schema=schema, orient="row").to_arrow()  # noqa: F841  the statement names it
    opened.connection.execute("""
        create or replace temp table asked as
        select kind, case when kind = 'email' then erasure_folded(erasure_untagged(txt)) else txt end as form, said from named
    """)
    members, changes = opened.find("people.members"), opened.find("people.id_changes")
    later = f"select new_person_id from {changes} as changes where changes.old_person_id = asked.form"
    opened.run(f"""
        create or replace temp table asked_leads as
        select distinct asked.kind, asked.form, lead_forms.lead_id
        from asked inner join lead_forms on asked.kind = lead_forms.kind and asked.form = lead_forms.form
        union
        select asked.kind, asked.form, members.lead_id
        from asked inner join {members} as members
            on asked.kind = 'person' and members.person_id in (asked.form, ({later if changes else "null"}))
        union
        select asked.kind, asked.form, leads.lead_id
        from asked inner join {opened.find("raw.leads")} as leads on asked.kind = 'lead' and asked.form = leads.lead_id
    """)


def _refuse_unknown(opened: Opened) -> None:
    unknown = opened.rows("""
        select distinct form from asked
        where kind in ('person', 'lead') and form not in (select form from asked_leads) order by form
    """)
    if unknown:
        named = ", ".join(form for (form,) in unknown[:5])
        raise InputError(f"{named}: no such person or lead in the last night; ids begin with p_ and l_")


def _refuse_shared(opened: Opened) -> None:
    """Several people are those of several names."""
    shared = opened.rows("""
        select asked_leads.kind, count(distinct lead_names.name) as people, count(distinct asked_leads.lead_id) as leads
        from asked_leads
        inner join lead_names on asked_leads.lead_id = lead_names.lead_id
        where asked_leads.kind in ('email', 'phone')
        group by asked_leads.kind, asked_leads.form
        having people > 1
        order by asked_leads.kind, people
    """)
    if shared:
        words = {"email": "address", "phone": "number"}
        told = (f"one {words[kind]} is that of {people:,} people ({leads:,} leads)" for kind, people, leads in shared)
        how = "Name the person by person_id, or erase all of them with --all-with-this-number"
        raise Shared(f"{'; '.join(told)}. Nothing was erased. {how}")


def _grow(opened: Opened) -> None:
    """All leads of the people meant, and those with an address that people of their one name alone have."""
    members, emails = opened.find("people.members"), opened.find("contacts.emails", "is_role", "email_match")
    role = (
        f"select email_match from {emails} where is_role and email_match is not null"
        if emails
        else "select null limit 0"
    )
    opened.run(f"""
        create or replace temp table meant_people as
        select distinct person_id as id from {members} where lead_id in (select id from meant_leads)
    """)
    opened.run(f"""
        create or replace temp table meant_leads as
        with addresses as (
            select lead_forms.form
            from lead_forms left join lead_names on lead_forms.lead_id = lead_names.lead_id
            where lead_forms.kind = 'email' and lead_forms.form not in ({role})
            group by lead_forms.form
            having count(distinct lead_names.name) <= 1 and bool_or(lead_forms.lead_id in (select id from meant_leads))
        )
        select id from meant_leads
        union
        select lead_id from {members} where person_id in (select id from meant_people)
        union
        select lead_id from lead_forms where kind = 'email' and form in (select form from addresses)
    """)
    opened.run(f"""
        create or replace temp table meant_people as
        select distinct person_id as id from {members} where lead_id in (select id from meant_leads)
    """)
