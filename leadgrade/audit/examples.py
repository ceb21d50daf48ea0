"""Rows that break a rule, in words: a few lines that say what is the matter and what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterable

SHOWN = 3
WIDTH = 100
_ADDRESS = re.compile(r"\S+@\S+")
_DRIFT = (
    "look at the new file (docs/intake.md): if it is right, set drift: {{{keys}}} of the source in sources.yaml, "
    "else take the file away; then run again"
)
_PEOPLE = "why two leads are one person: leadgrade people explain; part them: leadgrade people split (docs/people.md)"
# what to do about a rule whose sentence does not tell
NEXT_STEPS = {
    "snapshot_shrunk_blocking": _DRIFT.format(keys="rows: warn"),
    "schema_change_blocking": _DRIFT.format(keys="rows: warn, filled: warn, columns: warn"),
    "snapshot_shrunk": "look at the newest list (docs/intake.md): what it lacks counts as deleted",
    "schema_change_seen": "what was before and what is now: leadgrade report --open",
    "file_refused": "what to do about each file: leadgrade report --open",
    "quarantine_share": "which rows, why, and what to do: leadgrade quarantine list",
    "overrides_known": "what was decided: leadgrade people decisions; what no longer matters: leadgrade people undo N",
    "biggest_person_usual": _PEOPLE,
    "bridged_people_usual": _PEOPLE,
    "merged_people_usual": _PEOPLE,
}
_CHANGES = {"schema_change_seen", "schema_change_blocking"}

# up to three rows of each rule, with the name of the file where the key is one; the parameter is the run
EXAMPLES = f"""
with named as (
    select distinct
        failures.rule,
        failures.key,
        failures.detail,
        files.file_name
    from meta.rule_failures as failures
    left join raw.files as files
        on failures.key = files.file_id
    where failures.run_id = $run_id
)
select named.rule, named.key, named.detail, named.file_name
from named
qualify row_number() over (partition by named.rule order by named.key, named.detail) <= {SHOWN}
order by named.rule, named.key, named.detail
"""


# the same of a work file that holds no files
EXAMPLES_WITHOUT_FILES = EXAMPLES.replace("raw.files", "(select null as file_id, null as file_name)")


def examples(rule: str, rows: Iterable[tuple[str | None, str | None, str | None]]) -> tuple[str, ...]:
    """Lines on the rows that break a rule, at most 100 signs each, without addresses.

    Args:
        rule: Id of the rule.
        rows: key, detail and, where the key is a file, its name.
    """
    told = [(_name(key, file_name), detail) for key, detail, file_name in rows][:SHOWN]
    if rule in _CHANGES:
        return tuple(dict.fromkeys(_cut(_change(name, detail)) for name, detail in told))
    lines = [_cut(f"{name}: {detail}") for name, detail in told if name and detail]
    bare = [name for name, detail in told if name and not detail]
    return (*lines, *([_cut(f"e.g. {', '.join(bare)}")] if bare else []))


def _name(key: str | None, file_name: str | None) -> str:
    return _ADDRESS.sub("[address]", file_name or key or "")


def _change(name: str, detail: str | None) -> str:
    """``source:change:header`` as people read it; a source's name holds no colon."""
    source, change, header = [*(detail or "").split(":", 2), "", "", ""][:3]
    column = f" of column {header}" if header and not change.startswith("column") else f" {header}" if header else ""
    return f"source {source}: {change.replace('_', ' ')}{column} (file {name})"


def _cut(line: str) -> str:
    masked = " ".join(_ADDRESS.sub("[address]", line).split())
    return masked if len(masked) <= WIDTH else f"{masked[: WIDTH - 3]}..."
