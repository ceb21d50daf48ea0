"""Files for other systems, drawn from one published generation: exclusions and conversions for ad platforms, grades for CRMs."""

from leadgrade.export.files import write_export
from leadgrade.export.left_out import why_nothing
from leadgrade.export.queries import EXPORTS, PLATFORMS, SYSTEMS, export_query

__all__ = ["EXPORTS", "PLATFORMS", "SYSTEMS", "export_query", "why_nothing", "write_export"]
