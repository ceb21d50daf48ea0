"""What databases hold of erased people: their rows, and the ids under which later tables speak of them.

Everything is found by fingerprints. The result are temporary tables in the connection::

    trace_rows     object, file_id, row_number   rows as they came in, every version
    trace_leads    id                            lead_id
    trace_people   id                            person_id
    trace_records  id                            record ids of events, consents, ...
    trace_emails   id                            email_id
    trace_phones   id                            phone_id
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from leadgrade import contract
from leadgrade.erasure.fingerprints import TABLE
from leadgrade.erasure.forms import PATTERNS, SEPARATOR, told
from leadgrade.erasure.opened import Opened

# columns of the raw tables that say whom a row is about -> kinds of fingerprint
SAYS_WHOM = {
    "email": ("email",),
    "additional_emails": ("email",),
    "subject_email": ("email",),
    "subject": ("email", "profile"),
    "phone": ("phone",),
    "mobile": ("phone",),
    "subject_phone": ("phone",),
    "linkedin_url": ("profile",),
}
IDS = ("trace_leads", "trace_people", "trace_records", "trace_emails", "trace_phones")
_LINKED_BY_ID = "source_id"


def traces(opened: Opened) -> Counter[str]:
    """How much was found: rows, and ids by kind."""
    return +Counter({name.removeprefix("trace_"): opened.count(name) for name in ("trace_rows", *IDS)})


def raw_objects(opened: Opened) -> dict[str, str]:
    """Object -> full name of its raw table: those whose rows say whom they are about."""
    found = {}
    for name, table in contract.tables().items():
        columns = {c.name for c in table.columns}
        there = opened.find(name, "file_id", "row_number", *sorted(columns & set(SAYS_WHOM)))
        if table.stage == "raw" and "row_hash" in columns and columns & set(SAYS_WHOM) and there:
            found[name.removeprefix("raw.")] = there
    return found


def trace(opened: Opened) -> None:
    """Make the tables of traces."""
    opened.run("create or replace temp table trace_rows (object varchar, file_id varchar, row_number bigint)")
    for name in IDS:
        opened.run(f"create or replace temp table {name} (id varchar)")
    objects = raw_objects(opened)
    for name, table in objects.items():
        _add_rows(opened, name, " union ".join(_told(opened, name, table)))
    _add_refused(opened)
    _trace_people(opened, objects)
    _trace_records(opened, objects)
    _trace_contacts(opened)


def _told(opened: Opened, name: str, table: str) -> Iterator[str]:
    """Queries of the rows of an object that name an erased person by address, number, page or id."""
    columns = opened.tables[table]
    for column, kinds in SAYS_WHOM.items():
        if column in columns:
            yield from (_holding(table, column, kind) for kind in kinds)
    if name == "leads":
        yield f"select file_id, row_number from {table} where erasure_key('lead', lead_id) in (select key from {TABLE})"
    if "subject_id" in columns:
        yield from _by_id(opened, table)


def _holding(table: str, column: str, kind: str) -> str:
    """Rows whose column holds an address, number or page of an erased person."""
    sign = {"email": "@", "profile": "/"}.get(kind)
    first = f"where contains({column}, '{sign}')" if sign else f"where {column} is not null"
    return f"""
        select told.file_id, told.row_number
        from ({told(kind, column, f"{table} {first}", "file_id", "row_number")}) as told
        inner join {TABLE} as erased on erased.kind = '{kind}' and erased.key = erasure_key('{kind}', told.form)
    """


def id_form(scope: str, owner: str, record_id: str) -> str:
    """SQL of the form of an id: of a source or of a system."""
    return f"'{scope}:' || {owner} || chr({ord(SEPARATOR)}) || trim({record_id})"


def _by_id(opened: Opened, table: str) -> Iterator[str]:
    """Rows whose subject_id is the id of an erased lead in the source of the row, or in its system."""
    key = f"erasure_key('id', {id_form('source', 'source', 'subject_id')})"
    yield f"select file_id, row_number from {table} where {key} in (select key from {TABLE})"
    files = opened.find("raw.files", "file_id", "system")
    if files:
        key = f"erasure_key('id', {id_form('system', 'files.system', 'told.subject_id')})"
        yield f"""
            select told.file_id, told.row_number
            from {table} as told
            inner join {files} as files on told.file_id = files.file_id
            where {key} in (select key from {TABLE})
        """


def _add_rows(opened: Opened, name: str, query: str) -> None:
    opened.run(f"""
        insert into trace_rows
        select distinct '{name}', found.file_id, found.row_number
        from ({query}) as found
        where not exists (
            select 1 from trace_rows as known
            where known.object = '{name}' and known.file_id = found.file_id and known.row_number = found.row_number
        )
    """)


def _add_refused(opened: Opened) -> None:
    """A refused row that holds anything of theirs is taken for theirs: nobody knows its columns for certain."""
    quarantine = opened.find("raw.quarantine", "payload")
    if quarantine:
        held = " union ".join(_holding(quarantine, "payload", kind) for kind in PATTERNS)
        _add_rows(opened, "quarantine", held)


def _add_ids(opened: Opened, into: str, query: str) -> None:
    opened.run(
        f"insert into {into} select distinct id from ({query}) where id is not null except select id from {into}"
    )


def _trace_people(opened: Opened, objects: dict[str, str]) -> None:
    """Leads whose newest row is theirs, and the people of these leads; then all versions of the leads."""
    leads, members = opened.find("contacts.leads", "file_id"), opened.find("people.members")
    versions = opened.find("raw.versions")
    if leads:
        _add_ids(
            opened, "trace_leads", f"select lead_id as id from {leads} semi join trace_rows using (file_id, row_number)"
        )
    if versions:
        _add_ids(opened, "trace_leads", f"""
            select record_id as id from {versions} semi join trace_rows using (object, file_id, row_number)
            where object = 'leads' and state <> 'superseded'
        """)  # fmt: skip
    for table in (leads, members, objects.get("leads"), opened.find("people.previous")):
        if table:
            key = f"erasure_key('lead', lead_id) in (select key from {TABLE})"
            _add_ids(opened, "trace_leads", f"select lead_id as id from {table} where {key}")
    for table in (members, opened.find("people.previous")):
        if table:
            of_leads = f"select person_id as id from {table} where lead_id in (select id from trace_leads)"
            named = f"select person_id as id from {table} where erasure_key('person', person_id) in (select key from {TABLE})"
            _add_ids(opened, "trace_people", f"{of_leads} union {named}")
    _trace_earlier_ids(opened)
    if "leads" in objects:
        of_leads = f"select file_id, row_number from {objects['leads']} where lead_id in (select id from trace_leads)"
        _add_rows(opened, "leads", of_leads)


def _trace_earlier_ids(opened: Opened) -> None:
    """Who merged into an erased person was that person, and has a history under the id of then."""
    changes = opened.find("people.id_changes", "old_person_id", "new_person_id")
    if changes:
        _add_ids(opened, "trace_people", f"""
            with recursive earlier(id) as (
                select id from trace_people
                union
                select changes.old_person_id
                from earlier inner join {changes} as changes on earlier.id = changes.new_person_id
            )
            select id from earlier
        """)  # fmt: skip


def _trace_records(opened: Opened, objects: dict[str, str]) -> None:
    """Records that are theirs, whichever version named them; those that a source's own id links to them, too."""
    links = opened.find("people.links")
    if links:
        _add_ids(opened, "trace_records", f"""
            select record_id as id from {links}
            where method = '{_LINKED_BY_ID}' and person_id in (select id from trace_people)
        """)  # fmt: skip
    for name, table in objects.items():
        if name != "leads":
            theirs = f"select record_id as id from {table} semi join trace_rows using (file_id, row_number)"
            _add_ids(opened, "trace_records", theirs)
            same = f"select file_id, row_number from {table} where record_id in (select id from trace_records)"
            _add_rows(opened, name, same)


def _trace_contacts(opened: Opened) -> None:
    """The fingerprints under which their addresses and numbers are joined."""
    for into, table, key, column, kind in (
        ("trace_emails", "contacts.emails", "email_id", "email_raw", "email"),
        ("trace_phones", "contacts.phones", "phone_id", "phone_raw", "phone"),
    ):
        there = opened.find(table, key, column)
        if there:
            _add_ids(opened, into, f"""
                select told.id
                from ({told(kind, column, f"(select {key} as id, {column} from {there})", "id")}) as told
                inner join {TABLE} as erased on erased.kind = '{kind}' and erased.key = erasure_key('{kind}', told.form)
            """)  # fmt: skip
