"""The rules that stand between a run and its publication."""

from leadgrade.audit.gate import refuse_unless_passed
from leadgrade.audit.refusal import Refusal, refusals
from leadgrade.audit.rules import Rule, load_rules
from leadgrade.audit.runner import RuleResult, check_table

__all__ = ["Refusal", "Rule", "RuleResult", "check_table", "load_rules", "refusals", "refuse_unless_passed"]
