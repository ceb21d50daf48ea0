"""Scores held against outcomes: what each rule is worth, what a score means as a probability, and what leaks.

Everything here works on frames and can be used alone; ``leadgrade.metrics.calibration_stage`` runs it every night.
scikit-learn is imported when a function needs it, so that importing this package costs nothing.
"""

from leadgrade.metrics.calibration.curves import WinCurve, fit_curve
from leadgrade.metrics.calibration.leaks import find_leaks
from leadgrade.metrics.calibration.lift import lift_of_counts, rule_lift
from leadgrade.metrics.calibration.prior import PriorModel, fit_prior_model
from leadgrade.metrics.calibration.proposal import propose
from leadgrade.metrics.calibration.reliability import Quality, quality, reliability
from leadgrade.metrics.calibration.tables import TableModel, fit_table

__all__ = [
    "PriorModel",
    "Quality",
    "TableModel",
    "WinCurve",
    "find_leaks",
    "fit_curve",
    "fit_prior_model",
    "fit_table",
    "lift_of_counts",
    "propose",
    "quality",
    "reliability",
    "rule_lift",
]
