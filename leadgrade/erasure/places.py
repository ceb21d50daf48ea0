"""The places below a home that hold rows of people, and how each is cleared of those who are erased."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadgrade.erasure.databases import Rewritten, Why, beside, put, rewrite, settle
from leadgrade.erasure.mentions import mentions
from leadgrade.erasure.order import SCRATCH, Means
from leadgrade.erasure.search import can_be_opened
from leadgrade.erasure.tables import ERASED_ROWS, Kept
from leadgrade.erasure.traces import trace, traces
from leadgrade.publish.branch import abandoned_copies, newest_base
from leadgrade.publish.home import Home

Place = dict[str, Any]


def tidy(home: Home) -> None:
    """Remove what broken runs and erasures left: half-written files, spilled memory, unpacked members."""
    for pattern in ("*/spill", "*/intake-*", "*/*.part"):
        for path in home.runs.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for folder in abandoned_copies(home):
        if not home.work_file(folder.name).is_file():  # the others are cleared as work files, and counted
            shutil.rmtree(folder)
    for path in (*home.published.glob("*.part"), *filter(_is_left, home.root.glob(f"{SCRATCH}*"))):
        shutil.rmtree(path)
    partial = f".*{beside(Path('x')).suffix}"
    folders = (home.inbox, home.root / "retry", home.runs, home.published, home.reports)
    for path in (*home.root.glob(partial), *(path for folder in folders for path in folder.rglob(partial))):
        path.unlink()


def _is_left(scratch: Path) -> bool:
    return not _is_alive(scratch.name.removeprefix(SCRATCH).split("-")[0])


def _is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def work_files(home: Home) -> list[Path]:
    """The work files that are kept, that one last from which the next run starts."""
    base = newest_base(home)
    files = sorted(home.runs.glob("*/work.duckdb"))
    return sorted(files, key=lambda path: base is not None and path == base[1])


@dataclass(frozen=True, slots=True)
class Known:
    """What a work file knows of the files of the sources.

    Attributes:
        rows: Id of a file -> numbers of its rows that are theirs, or were those of anybody erased earlier.
        sources: Sources whose files hold rows of theirs.
        ids: Ids of their leads and of the people that these were.
    """

    rows: Mapping[str, frozenset[int]] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()


def known_rows(means: Means, work: Path) -> Known:
    """What a work file knows of the files of the sources."""
    found: dict[str, set[int]] = {}
    with means.open({"work": work}) as databases:
        trace(databases)
        before = f"union select file_id, row_number from work.{ERASED_ROWS}" if databases.find(ERASED_ROWS) else ""
        for file_id, number in databases.rows(f"select file_id, row_number from trace_rows {before}"):
            found.setdefault(file_id, set()).add(number)
        files = databases.find("raw.files", "source")
        told = (
            f"select source from {files} where file_id in (select file_id from trace_rows)"
            if files
            else "select '' limit 0"
        )
        sources = frozenset(source for (source,) in databases.rows(told))
        ids = frozenset(
            name for (name,) in databases.rows("select id from trace_leads union select id from trace_people")
        )
    return Known({file_id: frozenset(numbers) for file_id, numbers in found.items()}, sources, ids)


def clear_generation(means: Means, name: str, why: Why) -> Iterator[Place]:
    """Write the two databases of a generation anew, where they hold anything of them."""
    folder = means.home.published / name
    paths = {database: folder / f"{database}.duckdb" for database in ("private", "warehouse")}
    with means.open(paths) as databases:
        trace(databases)
        if not traces(databases) and not any(mentions(databases, Kept(t), means.redactor) for t in databases.tables):
            return
        results = {n: rewrite(databases, n, path, means.redactor, why, published=True) for n, path in paths.items()}
    for database, path in paths.items():
        put(path)
        yield told(f"published/{name}/{path.name}", results[database])
    _count_anew(folder / "manifest.json", results)


def _count_anew(path: Path, results: Mapping[str, Rewritten]) -> None:
    """The rows by table that the manifest of a generation tells."""
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for database, result in results.items():
        counts = manifest["row_counts"].get(database, {})
        counts |= {table: counts[table] - rows for table, rows in result.rows.items() if table in counts}
    target = beside(path)
    target.unlink(missing_ok=True)
    target.write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
    target.chmod(path.stat().st_mode & 0o777)
    put(path)


def clear_work_file(means: Means, path: Path, kept: set[str], why: Why) -> Place:
    """Write a work file anew; one that no generation needs, or that cannot be read, is removed with its folder.

    Args:
        means: What is needed.
        path: The work file.
        kept: Names of the runs whose generations are kept.
        why: Reason and time.
    """
    shown = f"runs/{path.parent.name}/{path.name}"
    if path.parent.name not in kept or not _settled(path):
        shutil.rmtree(path.parent)
        return {"place": f"runs/{path.parent.name}", "removed": True}
    with means.open({"work": path}) as databases:
        trace(databases)
        result = rewrite(databases, "work", path, means.redactor, why, published=False)
    put(path)
    return told(shown, result)


def _settled(path: Path) -> bool:
    settle(path)
    return can_be_opened(path)


def told(place: str, result: Rewritten) -> Place:
    """What was taken out of a database, for the certificate."""
    return {
        "place": place,
        "sha256_before": result.before,
        "sha256_after": result.after,
        "rows": _plain(result.rows),
        "mentions": _plain(result.mentions),
    }


def _plain(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in sorted(counts.items()) if count}
