"""Another release of phonenumbers: the table is compiled anew, and no answer of the old one is left.

    python -m tests.contacts.differential.versions --versions 8.13.55 9.0.20 --stress 300000

Installs each release into a folder of its own, holds the table against it, and then grades the same home twice: under that
release and under the locked one. Needs a package index.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import duckdb


def _run(folder: Path | None, cache: Path, *command: str) -> None:
    """Run a program with the libraries of a folder before the installed ones."""
    first = {"PYTHONPATH": os.pathsep.join([str(folder), str(Path.cwd())])} if folder else {}
    environment = {**os.environ, **first, "LEADGRADE_CACHE": str(cache)}
    subprocess.run(command, check=True, env=environment)


def _answered_by(home: Path) -> set[str]:
    """Versions that the published answers carry."""
    with duckdb.connect(str(home / "published" / "private.duckdb"), read_only=True) as connection:
        rows = connection.execute("select distinct split_part(library_version, '+', 1) from contacts.phones").fetchall()
    return {row[0] for row in rows}


def _upgrade(folder: Path, cache: Path, release: str) -> bool:
    """Grade a home under the release, then under the locked one; true where each night carries one version alone."""
    home = folder / "home"
    leadgrade = str(Path(sys.executable).parent / "leadgrade")
    _run(None, cache, leadgrade, "demo", "--rows", "2000", "--seed", "3", "--out", str(home / "inbox"))
    seen = []
    for library in (folder / "library", None):
        _run(library, cache, leadgrade, "run", "--home", str(home), "--as-of", "2026-10-01")
        seen.append(_answered_by(home))
    return seen == [{release}, {version("phonenumbers")}]


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--versions", nargs="+", required=True)
    parser.add_argument("--stress", type=int, default=300_000)
    given = parser.parse_args()
    failed = []
    for release in given.versions:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            library, cache = folder / "library", folder / "cache"
            install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(library)]
            subprocess.run([*install, f"phonenumbers=={release}"], check=True)
            differential = [sys.executable, "-m", "tests.contacts.differential.phones", "--every", "10"]
            _run(library, cache, *differential, "--stress", str(given.stress))
            if not _upgrade(folder, cache, release):
                failed.append(release)
    sys.stdout.write(f"{len(given.versions)} releases, {len(failed)} whose answers were left behind: {failed}\n")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
