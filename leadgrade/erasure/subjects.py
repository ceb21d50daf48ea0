"""Who is meant, and all that points at them alone.

An address or number that others use as well is never taken for a person's own: it neither turns rows away later nor is
it searched for, unless it was asked for by itself, with all who use it. Nor is the address of a function.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from leadgrade.erasure import forms
from leadgrade.erasure.asked import Asked
from leadgrade.erasure.fingerprints import Fingerprints
from leadgrade.erasure.held import add_numbers
from leadgrade.erasure.meant import Shared, find_leads
from leadgrade.erasure.opened import Opened
from leadgrade.erasure.traces import id_form
from leadgrade.errors import InputError

__all__ = ["Shared", "Subjects", "borne", "find"]


@dataclass(frozen=True, slots=True)
class Subjects:
    """The people meant.

    Attributes:
        fingerprints: All that points at them alone.
        people: How many people.
        leads: How many leads.
        missing: How many of what was asked for nobody has.
        kept_shared: Addresses and numbers of theirs that stay, for others use them, too.
    """

    fingerprints: Fingerprints
    people: int = 0
    leads: int = 0
    missing: int = 0
    kept_shared: int = 0


def find(opened: Opened, asked: Asked, *, with_others: bool = False) -> Subjects:
    """Find whom somebody means.

    Args:
        opened: A work file.
        asked: What was asked for.
        with_others: Where several people have an address or number that was asked for, all of them are meant.

    Raises:
        Shared: several people have what was asked for, and nobody said that all of them are meant.
        InputError: there is no such person or lead, or the work file holds no night.
    """
    if not opened.find("people.members") or not opened.find("raw.versions"):
        raise InputError("the last work file holds no finished night; run leadgrade run first")
    find_leads(opened, asked, with_others=with_others)
    add_numbers(opened)
    kept = _own(opened)
    [(missing,)] = opened.rows("""
        select count(distinct said) from asked
        where said not in (select said from asked inner join asked_leads using (kind, form))
    """)
    return Subjects(_keyed(opened), opened.count("meant_people"), opened.count("meant_leads"), int(missing), kept)


def _own(opened: Opened) -> int:
    """``own_forms``: what of the forms of the leads meant is theirs alone, or was asked for; how many are others', too."""
    emails = opened.find("contacts.emails", "is_role", "email_match")
    role = f"or form in (select email_match from {emails} where is_role)" if emails else ""
    opened.run(f"""
        create or replace temp table own_forms as
        select distinct theirs.kind, theirs.form
        from lead_forms as theirs
        semi join meant_leads on theirs.lead_id = meant_leads.id
        anti join (
            select others.kind, others.form from lead_forms as others
            where others.lead_id not in (select id from meant_leads) {role}
        ) as others on theirs.kind = others.kind and theirs.form = others.form
        union
        select kind, form from asked where kind in ('email', 'phone')
    """)
    [(held,)] = opened.rows("""
        select count(*) from (
            select kind, form from lead_forms
            where kind in ('email', 'phone') and lead_id in (select id from meant_leads)
            except select kind, form from own_forms
        )
    """)
    return int(held)


def _keyed(opened: Opened) -> Fingerprints:
    """The fingerprints of all that is theirs."""
    numbers = forms.number_forms(form for (form,) in opened.rows("select form from own_forms where kind = 'phone'"))
    written = pl.DataFrame({"form": numbers}, schema={"form": pl.String}).to_arrow()  # noqa: F841
    opened.connection.execute("create or replace temp table number_forms as select form from written")
    ids = ", ".join(id_form(scope, scope, "source_record_id") for scope in ("source", "system"))
    meant = "lead_id in (select id from meant_leads) and source_record_id is not null"
    pairs = opened.rows(f"""
        select distinct kind, erasure_key(kind, form) from (
            select kind, form from own_forms where kind in ('email', 'profile')
            union all
            select 'phone', form from number_forms
            union all
            select 'lead', id from meant_leads
            union all
            select 'person', id from meant_people
            union all
            select 'id', unnest([{ids}]) from {opened.find("raw.leads")} where {meant}
            union all
            select kind, form from ({_NAMES.format(leads=opened.find("contacts.leads"), most=forms.MOST_WORDS)})
        )
        where form is not null
    """)
    return Fingerprints.of((str(kind), str(key)) for kind, key in pairs)


# in either order; lists have the family name first
_ORDERS = "unnest([array_to_string(words, ' '), words[-1] || ' ' || array_to_string(words[:-2], ' ')])"
# names of two words or more that no other lead bears, and the last word of each
_NAMES = f"""
    with names as (
        select erasure_words(leads.full_name) as words
        from {{leads}} as leads
        where len(erasure_words(leads.full_name)) between 2 and {{most}}
        group by words
        having bool_and(leads.lead_id in (select id from meant_leads))
    )
    select 'name' as kind, {_ORDERS} as form from names
    union all
    select 'word' as kind, words[-1] as form from names
"""


def borne(opened: Opened) -> Fingerprints:
    """Fingerprints of the names that leads of a work file bear: by now they are those of somebody."""
    leads = opened.find("contacts.leads")
    if not leads:
        return Fingerprints()
    names = f"select distinct erasure_words(full_name) as words from {leads} where contains(full_name, ' ')"
    found = opened.rows(f"select distinct erasure_key('name', form) from (select {_ORDERS} as form from ({names}))")
    return Fingerprints.of(("name", str(key)) for (key,) in found)
