"""Who is to be erased: whom somebody named, whom a source's list names, whose time is over, who was erased and came again."""

from __future__ import annotations

import re

from leadgrade.config import Settings
from leadgrade.erasure import certificate as certificates
from leadgrade.erasure.asked import Asked
from leadgrade.erasure.fingerprints import KINDS, Fingerprints
from leadgrade.erasure.order import base_of, means_for
from leadgrade.erasure.subjects import Subjects, find
from leadgrade.errors import InputError
from leadgrade.publish.home import Home


def subjects_of(home: Home, settings: Settings, asked: Asked, *, with_others: bool = False) -> Subjects:
    """Who is meant by what was asked for.

    Raises:
        Shared: several people have what was asked for.
        InputError: there is no such person or lead, or no work file.
    """
    base = base_of(home)
    with means_for(home, settings, Fingerprints()) as means, means.open({"work": base}) as databases:
        return find(databases, asked, with_others=with_others)


def due(home: Home, settings: Settings, *, only_look: bool = False) -> Asked:
    """The people whose time to be kept is over, as the last night lists them.

    Args:
        home: The home.
        settings: The checked configuration.
        only_look: Nobody is to be erased.

    Raises:
        InputError: run.yaml does not let anybody be erased for that, or there is no work file.
    """
    if not only_look and not settings.run.retention.enforce:
        raise InputError(
            "run.yaml: retention.enforce is false, so nobody is erased because the time is over; "
            "--dry-run shows who would be, hygiene.retention_due lists them"
        )
    return Asked(people=_column(home, settings, "hygiene.retention_due", "person_id"))


def requested(home: Home, settings: Settings) -> Asked:
    """The people whom suppressions of the sources name with reason ``erasure``: their addresses, and the leads found by them.

    Raises:
        InputError: there is no work file.
    """
    emails = _column(home, settings, "raw.suppressions", "subject_email", _STANDING)
    leads = _column(home, settings, "contacts.blocked_leads", "lead_id", "disposition = 'erased'")
    return Asked(emails=emails, leads=leads)


# erasure cannot be undone: a request that its source has corrected since is none
_STANDING = """
    reason = 'erasure' and (file_id, row_number) not in (
        select (versions.file_id, versions.row_number) from {raw.versions} as versions
        where versions.object = 'suppressions' and versions.state = 'superseded'
    )"""


def _column(home: Home, settings: Settings, table: str, column: str, where: str = "true") -> tuple[str, ...]:
    """Distinct values of a column of the last work file; none where it has no such table. ``{table}`` is another table of it."""
    base = base_of(home)
    with means_for(home, settings, Fingerprints()) as means, means.open({"work": base}) as databases:
        there = databases.find(table, column)
        for other in re.findall(r"{(.*?)}", where):
            where = where.replace(f"{{{other}}}", str(databases.find(other)))
        query = f"select distinct {column} from {there} where {where} and {column} is not null order by all"
        return tuple(str(value) for (value,) in databases.rows(query)) if there else ()


def all_erased(home: Home) -> Subjects:
    """Everybody whom the certificates of a home turn away.

    Names are left out but for erasures that were broken off: by now somebody else may bear one.

    Raises:
        InputError: nobody was erased.
    """
    found = Fingerprints()
    for one in certificates.all_certificates(home):
        found |= Fingerprints.of(one.keys.pairs(one.blocks if one.cleared_at else KINDS))
    if not found:
        raise InputError(f"{home.erasures}: nobody was erased here yet")
    return Subjects(found)
