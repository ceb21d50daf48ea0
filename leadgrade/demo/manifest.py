"""The manifest: what a folder was made with, so that it is made once."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from leadgrade.errors import InputError

VERSION = 3  # raise it when the same arguments come to make other files
PATTERNS = (
    "hubspot/contacts*.csv", "hubspot/companies*.csv", "hubspot/deals*.csv", "hubspot/activities*.csv", "salesforce/leads*.csv",
    "marketo/leads*.csv", "meta/leads*.csv", "events/web_events*.csv", "consents/consents*.csv", "suppressions/suppressions*.csv",
    "sales_decisions/sales_decisions*.csv", "intent/intent*.csv", "spend/spend*.csv",
)  # fmt: skip


@dataclass(frozen=True)
class DemoReport:
    """What a demo set holds.

    Attributes:
        rows: Rows by file, relative to the folder of the set.
        people: True people behind the lead rows; test leads, spam and mashed keys count as one each.
        leads: Lead rows over all lead files.
        truth: Folder of the truth files.
        reused: The files were there already and nothing was written.
    """

    rows: dict[str, int]
    people: int
    leads: int
    truth: Path
    reused: bool = False


def truth_folder(out: Path) -> Path:
    """Folder of the truth, beside the exports and never in them."""
    return out.parent / f"{out.name}_truth"


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return content if isinstance(content, dict) else None


def find_made(out: Path, arguments: dict[str, Any]) -> DemoReport | None:
    """The report of a finished set of these arguments whose files all have their sizes; else null."""
    truth = truth_folder(out)
    made = _read(truth / "manifest.json")
    if not made or not made.get("complete") or made["arguments"] != arguments:
        return None
    for root, files in ((out, made["files"]), (truth, made["truth_files"])):
        for name, facts in files.items():
            path = root / name
            if not path.is_file() or path.stat().st_size != facts["bytes"]:
                return None
    rows = {name: int(facts["rows"]) for name, facts in made["files"].items()}
    return DemoReport(rows, made["people"], made["leads"], truth, reused=True)


def clear(out: Path, arguments: dict[str, Any]) -> None:
    """Remove an older set and leave word that a new one is being made.

    Raises:
        InputError: The folder holds exports that were not made here; they are left alone.
    """
    truth = truth_folder(out)
    found = [path for pattern in PATTERNS for path in out.glob(pattern)]
    made = _read(truth / "manifest.json")
    own = [path for path in found if not _is_made(str(path.relative_to(out)), made)]
    if own:
        raise InputError(
            f"{out} holds {len(own)} export(s) that the demo did not make (such as {own[0].relative_to(out)}); "
            "name an empty folder, or move them away"
        )
    for path in found:
        path.unlink()
    truth.mkdir(parents=True, exist_ok=True)
    _write(truth, {"complete": False, "arguments": arguments})


def _is_made(name: str, made: dict[str, Any] | None) -> bool:
    """True for a file of an older set; of one that was broken off by its name."""
    if made is None or made.get("complete"):
        return name in (made or {}).get("files", {})
    stems = {pattern.replace("*.csv", "") for pattern in PATTERNS}
    return re.sub(r"(_\d{3,})?\.csv$", "", name) in stems


def save(report: DemoReport, arguments: dict[str, Any], files: dict[str, Any], truth_files: dict[str, Any]) -> None:
    """Write the manifest of a finished set."""
    counts = {key: value for key, value in asdict(report).items() if key in {"people", "leads"}}
    content = {"complete": True, "arguments": arguments, **counts, "files": files, "truth_files": truth_files}
    _write(report.truth, content)


def _write(truth: Path, content: dict[str, Any]) -> None:
    draft = truth / "manifest.json.part"
    draft.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(truth / "manifest.json")
