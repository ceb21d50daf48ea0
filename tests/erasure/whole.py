"""The long form: ``python -m tests.erasure.whole [--rows 20000] [--home DIR]``.

A demo set, two nights of it, then one person of several leads is erased by the commands that people use: killed at random
places and asked for again, rebuilt, verified. Then an old export comes again, in another format too, and the next nights must
not know the person. Everything that the home holds is read without the code under test. CPU seconds are printed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import polars as pl
from click import echo

from leadgrade.publish import Home
from tests.erasure.world import all_texts
from tests.support import REPOSITORY

CALL = "from pipelines.cli import main; main()"
ACCOUNTING = """
    select count(*) from (
        select files.file_id, files.rows_read,
            files.rows_accepted + files.rows_quarantined + coalesce(files.rows_erased, 0) as told,
            count(ledger.row_number) as placed, count(distinct ledger.row_number) as different
        from raw.files as files left join raw.row_ledger as ledger on files.file_id = ledger.file_id
        group by all
    ) where rows_read <> told or rows_read <> placed or placed <> different
"""
PERSON = """
    select golden.person_id, golden.email, golden.phone_e164, golden.full_name
    from people.golden as golden
    where golden.leads >= 3 and golden.email is not null and golden.phone_e164 is not null
        and (select count(*) from people.golden as others where others.full_name = golden.full_name) = 1
        and (select count(*) from people.golden as others where others.phone_e164 = golden.phone_e164) = 1
    order by golden.person_id limit 1
"""


def cpu() -> float:
    """CPU seconds of this process and of those that it waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def command(*arguments: str, code: int = 0, kill_after: float | None = None) -> bool:
    """Run a command in a process of its own; killed without a warning after so many seconds. True where it ended by itself."""
    start = cpu()
    process = subprocess.Popen(
        [sys.executable, "-c", CALL, *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said, _ = process.communicate(timeout=kill_after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        echo(f"  {' '.join(arguments[:2])}: killed after {kill_after:.1f} s")
        return False
    assert process.returncode == code, said
    echo(f"  {' '.join(arguments[:2])}: exit {code}, {cpu() - start:.1f} CPU seconds")
    return True


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    """The result of a query."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def traces(home: Path, words: list[str]) -> dict[str, list[str]]:
    """Place -> which of the words, by number, stand there."""
    found: dict[str, list[str]] = {}
    for place, text in all_texts(home):
        for number, word in enumerate(words):
            if word in text:
                found.setdefault(place, []).append(str(number))
    return found


def check(home: Path, words: list[str], person: str, title: str) -> None:
    """Nothing of the person anywhere, and every count adds up."""
    found = traces(home, words)
    assert not found, f"{title}: {found}"
    here = Home(home)
    for name in here.generations():
        warehouse = here.published / name / "warehouse.duckdb"
        assert rows(warehouse, ACCOUNTING) == [(0,)], f"{title}: the counts of {name} do not add up"
        assert rows(warehouse, f"select count(*) from people.members where person_id = '{person}'") == [(0,)], title
    echo(f"  {title}: nothing found, all counts add up")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        whole(Path(folder) / "home", given.rows, given.seed)


def whole(home: Path, size: int, seed: int) -> None:
    """The whole story."""
    at = ("--home", str(home))
    command("demo", "--rows", str(size), "--seed", "1", "--out", str(home / "inbox"), "--as-of", "2026-10-01")
    shutil.rmtree(home / "inbox_truth", ignore_errors=True)
    command("run", *at, "--as-of", "2026-10-01")
    command("run", *at, "--as-of", "2026-10-02")
    old = {p: p.read_bytes() for p in sorted((home / "inbox").rglob("*.csv"))}
    [(person, email, phone, name)] = rows(Home(home).private, PERSON)
    national = str(phone)[-9:]
    words = [str(email).lower(), national, str(name).lower()]
    held = {place.split("/")[0] for place in traces(home, words)}
    assert {"inbox", "runs", "published"} <= held, held
    asked = home.parent / "asked.txt"
    asked.write_text(f"{email}\n")
    command("erase", *at, "--from", str(asked), "--dry-run")
    # where it came to its end, nobody is left who has what is asked for
    command("erase", *at, "--from", str(asked), code=2 if kill_it(at, asked, seed) else 0)
    check(home, words, str(person), "after the erasure")
    for path in Home(home).erasures.glob("*.json"):
        assert json.loads(path.read_text())["cleared_at"], "a broken-off erasure was not finished"
    newest = max(Home(home).erasures.glob("*.json"))
    command("erase", *at, "--verify", str(newest))
    come_again(home, old, words)
    command("run", *at, "--as-of", "2026-10-03")
    [(came,)] = rows(
        Home(home).warehouse, "select count(*) from raw.row_ledger where disposition = 'erased' and lead_id is null"
    )
    echo(f"  {came} rows turned away or erased")
    found = {place.split("/")[0] for place in traces(home, words)}
    assert found == {"inbox"}, found
    command("erase", *at, "--verify", str(newest), code=1)
    command("erase", *at, "--sweep")
    check(home, words, str(person), "after the sweep")
    command("run", *at, "--as-of", "2026-10-04")
    check(home, words, str(person), "after another night")


def kill_it(at: tuple[str, str], asked: Path, seed: int) -> bool:
    """Kill the erasure a few times, each time a little later or earlier; true where it came to its end before."""
    dice = random.Random(seed)
    for _ in range(4):
        start = time.monotonic()
        if command("erase", *at, "--from", str(asked), "--no-run", kill_after=dice.uniform(4, 40)):
            echo(f"  it was done after {time.monotonic() - start:.0f} s")
            return True
    return False


def come_again(home: Path, old: dict[Path, bytes], words: list[str]) -> None:
    """The old exports once more: as they were, under other names, and as parquet with another address beside."""
    for path, content in old.items():
        if words[0].encode() in content.lower():
            path.with_name(f"{path.stem}_again.csv").write_bytes(content + b"\n")
    leads = next(path for path in old if "salesforce" in str(path))
    frame = pl.read_csv(old[leads], infer_schema=False, truncate_ragged_lines=True)
    frame.write_parquet(leads.with_name("leads_parquet.csv"))


if __name__ == "__main__":
    main()
