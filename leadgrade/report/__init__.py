"""The quality report and the summary of a publication. Both read the published warehouse alone."""

from leadgrade.report.page import render, write
from leadgrade.report.summary import Summary, summary

__all__ = ["Summary", "render", "summary", "write"]
