"""The fold of consent against a short reference: random histories over twelve jurisdictions, zero differences.

    python -m benchmarks.consent                      100,000 people, whose records arrive in two nights
    python -m benchmarks.consent --people 5000 --seed 3

Each person has up to two leads with addresses and numbers of their own, bare flags, and a history of consents, suppressions
and unsubscriptions: proven and not, expired, future, undated, at the same moment, superseded, deleted at the source, about
this or another address, arriving in any order. The SQL of the stage reads them from its ledger; benchmarks/consent/reference.py
walks through them one by one. A short form of this runs with the tests.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.consent.compare import differences
from benchmarks.consent.crowd import PLACES, people
from benchmarks.consent.stage import SECRET
from leadgrade.config import load_settings
from leadgrade.hygiene.ledger.verify import verify

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Simulate, compare, verify the ledger, print; exit code 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.process_time()
    crowd = people(options.people, options.seed)
    with tempfile.TemporaryDirectory(prefix="leadgrade-consent-") as folder:
        path = Path(folder) / "work.duckdb"
        wrong = differences(crowd, load_settings(ROOT / "config").consent, path)
        verdict = verify(path, SECRET)
    records = sum(len(p.records) for p in crowd)
    print(f"{len(crowd):,} people in {len(PLACES)} jurisdictions, {records:,} records: {len(wrong):,} differences")
    print(f"ledger: {verdict.events:,} events of {verdict.subjects:,} subjects, {verdict.broken:,} broken links")
    print(f"{time.process_time() - began:.1f} CPU s")
    for row in wrong[:10]:
        print(row)
    sys.exit(0 if verdict.is_whole and not wrong else 1)


if __name__ == "__main__":
    main()
