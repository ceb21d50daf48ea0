"""What runs print on the console of the UI: warnings and failures. The event log in the UI holds the rest."""

from __future__ import annotations

import logging

import dagster as dg


@dg.logger(
    config_schema={"log_level": dg.Field(str, default_value="WARNING", description="Lines below it are not printed.")},
    description="Warnings and failures only; the event log holds the rest.",
)
def quiet_console(context: dg.InitLoggerContext) -> logging.Logger:
    """A logger to stderr that is silent while all is well."""
    logger = logging.Logger("leadgrade", level=context.logger_config["log_level"])
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    return logger
