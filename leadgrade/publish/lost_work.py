"""What a run goes on from where the work file of the generation that readers have is gone; it is said before anything is done."""

from __future__ import annotations

import logging

from leadgrade.engine import DuckDBEngine
from leadgrade.hygiene.ledger.going_on import go_on_from
from leadgrade.publish.home import Home

_progress = logging.getLogger("leadgrade.progress")
_ANEW = (
    "the work files of all published generations are gone from %s (readers have %s): this run begins anew, with the files "
    "that lie in the inbox now. The history of scores and figures, what was learnt, and refused rows of files that are no "
    "longer there begin anew, and a person may get another person_id. %s. To keep all of it, stop here, bring back %s "
    "from a backup and run again"
)
_EARLIER = (
    "the work file of %s, which readers have, is gone from %s: this run goes on from %s, and takes in once more what "
    "came since and still lies in the inbox. %s"
)
_GOES_ON = "The ledger of consent goes on from the published warehouse, where it is whole"
_LEDGER_ANEW = (
    "The ledger of consent begins anew, too, for the published warehouse has no whole one: what people refused in files "
    "that are no longer there is forgotten"
)
_LEDGER_EARLIER = "So does the ledger of consent, for the published warehouse has no whole one"


def ledger_before(home: Home, engine: DuckDBEngine, secret: str, current: str, copied: str | None) -> str | None:
    """Let the ledger of consent go on from the published warehouse, if it can, and tell what the loss means.

    Args:
        home: The installation.
        engine: The new work file.
        secret: The content of ``secret.key``.
        current: The generation that readers have.
        copied: The earlier generation of which the new work file is a copy; None: it is empty.

    Returns:
        The generation whose ledger goes on; None: it begins anew.
    """
    goes_on = go_on_from(engine, home.published / current / "warehouse.duckdb", secret)
    if copied is None:
        lost = home.work_file(current.partition("-")[2])
        _progress.warning(_ANEW, home.runs, current, _GOES_ON if goes_on else _LEDGER_ANEW, lost)
    else:
        _progress.warning(_EARLIER, current, home.runs, copied, _GOES_ON if goes_on else _LEDGER_EARLIER)
    return current if goes_on else copied
