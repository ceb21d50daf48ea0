"""The last look before publication: has every blocking rule passed on these very tables?"""

from __future__ import annotations

from leadgrade.audit.rules import load_rules
from leadgrade.errors import AuditFailed
from leadgrade.run import Run


def refuse_unless_passed(run: Run) -> None:
    """Raise unless the newest result of every blocking rule is a pass.

    Dagster already keeps the publication from starting when a blocking check fails. This holds, too, where somebody
    materialises the publication alone.

    Raises:
        AuditFailed: names the rules that failed or never ran, and where their rows are listed.
    """
    newest = run.engine.collect(
        "select rule, arg_max(passed, as_of) as passed, arg_max(failures, as_of) as failures "
        "from meta.rule_results group by rule"
    )
    known = {row["rule"]: row for row in newest.iter_rows(named=True)}
    faults = []
    for rule in (r for r in load_rules() if r.blocking):
        result = known.get(rule.rule)
        if result is None:
            faults.append(f"{rule.rule}: never ran")
        elif not result["passed"]:
            faults.append(f"{rule.rule}: {result['failures']} row(s) break it")
    if faults:
        raise AuditFailed(
            f"not published: {'; '.join(faults)}. The rows are listed in meta.rule_failures of the work file"
        )
