"""Who is meant: from what was asked to the people and leads of a work file, and to all that points at them alone.

An address or number that others use as well (a switchboard, a household) is never taken for a person's own: it neither
turns rows away later nor is it searched for, unless it was asked for by itself, with all who use it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from leadgrade.erasure import forms
from leadgrade.erasure.asked import Asked
from leadgrade.erasure.fingerprints import Fingerprints
from leadgrade.erasure.opened import Opened
from leadgrade.erasure.traces import id_form
from leadgrade.errors import InputError


class Shared(InputError):
    """What was asked for belongs to several people."""


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


@dataclass(slots=True)
class _Search:
    """The temporary tables of a search: ``asked`` (kind, form), ``meant_leads``, ``meant_people`` (id)."""

    opened: Opened
    asked: Asked
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def column(self, query: str) -> list[str]:
        return [str(value) for (value,) in self.opened.rows(query)]


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
    search = _Search(opened, asked)
    _forms_of_leads(search)
    missing = _meant(search, with_others=with_others)
    kept = _own(search)
    keys = _keyed(search)
    people, leads = opened.count("meant_people"), opened.count("meant_leads")
    return Subjects(keys, people, leads, missing, kept)


def _forms_of_leads(search: _Search) -> None:
    """``lead_forms``: the addresses, pages and numbers of every lead as it is now (lead_id, kind, form)."""
    raw, versions = search.opened.find("raw.leads"), search.opened.find("raw.versions")
    search.opened.run(f"""
        create or replace temp table lead_forms as
        with newest as (
            select leads.lead_id, concat_ws(';', leads.email, leads.additional_emails) as addresses, leads.linkedin_url,
                case when contacts.lead_id is null then concat_ws(';', leads.phone, leads.mobile) end as numbers
            from {raw} as leads
            semi join {versions} as versions on leads.file_id = versions.file_id
                and leads.row_number = versions.row_number and versions.object = 'leads' and versions.state <> 'superseded'
            left join {search.opened.find("contacts.leads")} as contacts on leads.lead_id = contacts.lead_id
        )
        select distinct * from (
            select lead_id, 'email' as kind, form from ({forms.told("email", "addresses", "newest", "lead_id")})
            union all
            select lead_id, 'profile' as kind, form from ({forms.told("profile", "linkedin_url", "newest", "lead_id")})
            union all
            select lead_id, 'digits' as kind, form from ({forms.told("phone", "numbers", "newest", "lead_id")})
            union all
            select lead_id, 'phone' as kind, unnest([phone_e164, mobile_e164]) as form
            from {search.opened.find("contacts.leads")}
        )
        where form is not null
    """)


def _meant(search: _Search, *, with_others: bool) -> int:
    """Fill ``meant_leads`` and ``meant_people``; how many of what was asked for nobody has."""
    asked, opened = search.asked, search.opened
    told = [("email", text) for text in asked.emails] + [("phone", text) for text in asked.phones]
    told += [("person", text) for text in asked.people] + [("lead", text) for text in asked.leads]
    frame = pl.DataFrame(told, schema={"kind": pl.String, "txt": pl.String}, orient="row").to_arrow()  # noqa: F841
    members, changes = opened.find("people.members"), opened.find("people.id_changes")
    opened.connection.execute("""
        create or replace temp table asked as
        select kind, txt, case when kind = 'email' then erasure_folded(erasure_untagged(txt)) else txt end as form from frame
    """)
    later = (
        f"select new_person_id from {changes} as changes where changes.old_person_id = asked.form"
        if changes
        else "null"
    )
    opened.run(f"""
        create or replace temp table asked_leads as
        select distinct asked.kind, asked.form, lead_forms.lead_id
        from asked inner join lead_forms on asked.kind = lead_forms.kind and asked.form = lead_forms.form
        union
        select asked.kind, asked.form, members.lead_id
        from asked inner join {members} as members
            on asked.kind = 'person' and members.person_id in (asked.form, ({later}))
        union
        select asked.kind, asked.form, leads.lead_id
        from asked inner join {opened.find("raw.leads")} as leads on asked.kind = 'lead' and asked.form = leads.lead_id
    """)
    _refuse_unknown(search)
    if not with_others:
        _refuse_shared(search)
    opened.run(f"""
        create or replace temp table meant_people as
        select distinct members.person_id as id
        from {members} as members semi join asked_leads on members.lead_id = asked_leads.lead_id
    """)
    opened.run(f"""
        create or replace temp table meant_leads as
        select lead_id as id from {members} where person_id in (select id from meant_people)
        union
        select lead_id from asked_leads
    """)
    [(missing,)] = opened.rows("select count(*) from asked where form not in (select form from asked_leads)")
    return int(missing)


def _refuse_unknown(search: _Search) -> None:
    unknown = search.column("""
        select form from asked where kind in ('person', 'lead') and form not in (select form from asked_leads) order by form
    """)
    if unknown:
        raise InputError(
            f"{', '.join(unknown[:5])}: no such person or lead in the last night; ids begin with p_ and l_"
        )


def _refuse_shared(search: _Search) -> None:
    """Several people are those of several names: the leads of one person may be several people to the matching."""
    contacts, members = search.opened.find("contacts.leads"), search.opened.find("people.members")
    shared = search.opened.rows(f"""
        with bearers as (
            select asked_leads.kind, asked_leads.form, members.person_id,
                any_value(nullif(erasure_name(leads.full_name), '')) as name, count(distinct asked_leads.lead_id) as leads
            from asked_leads
            inner join {members} as members on asked_leads.lead_id = members.lead_id
            left join {contacts} as leads on asked_leads.lead_id = leads.lead_id
            where asked_leads.kind in ('email', 'phone')
            group by asked_leads.kind, asked_leads.form, members.person_id
        )
        select kind, count(distinct name) as people, sum(leads)::bigint as leads
        from bearers group by kind, form having people > 1 order by kind, people
    """)
    if shared:
        words = {"email": "address", "phone": "number"}
        told = "; ".join(
            f"one {words[kind]} is that of {people:,} people ({leads:,} leads)" for kind, people, leads in shared
        )
        raise Shared(
            f"{told}. Nothing was erased. Name the person by person_id, or erase all of them with --all-with-this-number"
        )


def _own(search: _Search) -> int:
    """``own_forms``: what of the forms of the leads meant is theirs alone, or was asked for; how many are others', too."""
    search.opened.run("""
        create or replace temp table own_forms as
        select distinct theirs.kind, theirs.form
        from lead_forms as theirs
        semi join meant_leads on theirs.lead_id = meant_leads.id
        anti join (
            select others.kind, others.form from lead_forms as others anti join meant_leads on others.lead_id = meant_leads.id
        ) as others on theirs.kind = others.kind and theirs.form = others.form
        union
        select kind, form from asked where kind in ('email', 'phone')
    """)
    [(held,)] = search.opened.rows("""
        select count(*) from (
            select distinct kind, form from lead_forms semi join meant_leads on lead_forms.lead_id = meant_leads.id
            except select kind, form from own_forms
        )
    """)
    return int(held)


def _keyed(search: _Search) -> Fingerprints:
    """The fingerprints of all that is theirs."""
    opened = search.opened
    numbers = forms.number_forms(search.column("select form from own_forms where kind = 'phone'"))
    written = pl.DataFrame({"form": numbers}, schema={"form": pl.String}).to_arrow()  # noqa: F841
    opened.connection.execute("create or replace temp table number_forms as select form from written")
    raw = opened.find("raw.leads")
    of_source, of_system = (
        id_form("source", "source", "source_record_id"),
        id_form("system", "system", "source_record_id"),
    )
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
            select 'id', unnest([{of_source}, {of_system}]) from {raw} where {meant}
            union all
            select kind, form from ({_NAMES.format(leads=opened.find("contacts.leads"), most=forms.MOST_WORDS)})
        )
        where form is not null
    """)
    return Fingerprints.of((str(kind), str(key)) for kind, key in pairs)


def borne(opened: Opened) -> Fingerprints:
    """Fingerprints of the names that leads of a work file bear, in either order: they are those of somebody."""
    leads = opened.find("contacts.leads")
    if not leads:
        return Fingerprints()
    names = f"select distinct erasure_words(full_name) as words from {leads} where contains(full_name, ' ')"
    forms_of = "unnest([array_to_string(words, ' '), words[-1] || ' ' || array_to_string(words[:-2], ' ')])"
    found = opened.rows(f"select distinct erasure_key('name', form) from (select {forms_of} as form from ({names}))")
    return Fingerprints.of(("name", str(key)) for (key,) in found)


# names of two words or more that no other lead bears, in either order, and the last word of each
_NAMES = """
    with names as (
        select erasure_words(leads.full_name) as words
        from {leads} as leads
        where len(erasure_words(leads.full_name)) between 2 and {most}
        group by words
        having bool_and(leads.lead_id in (select id from meant_leads))
    )
    select 'name' as kind, array_to_string(words, ' ') as form from names
    union all
    select 'name' as kind, words[-1] || ' ' || array_to_string(words[:-2], ' ') as form from names
    union all
    select 'word' as kind, words[-1] as form from names
"""
