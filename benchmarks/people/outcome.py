"""What a child process leaves for the parent, and what it cost. Needs no library, so both virtual environments can import it.

``default.parquet`` and ``cut_<cut>.parquet`` have lead_id and person_id, ``pairs.parquet`` lead_id_a, lead_id_b and
match_probability of every scored pair from LEAST on, ``usage.json`` what :func:`save_usage` writes.
"""

from __future__ import annotations

import json
import resource
from pathlib import Path

CUTS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)
# pairs below this probability are left out of the calibration
LEAST = 0.001


def save_usage(folder: Path, default: float) -> None:
    """Write down CPU seconds (imports included) and peak MiB of the process so far, and the default cut-off that was used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    found = {"cpu": used.ru_utime + used.ru_stime, "mib": used.ru_maxrss / 1024, "default": default}
    (folder / "usage.json").write_text(json.dumps(found))
