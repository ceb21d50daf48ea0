"""The stages in their order, and the configuration that each hands to its SQL."""

from __future__ import annotations

from leadgrade.contacts import config_tables as contacts_config
from leadgrade.erasure import config_tables as erasure_config
from leadgrade.hygiene import config_tables as hygiene_config
from leadgrade.metrics import config_tables as metrics_config
from leadgrade.raw import config_tables as raw_config
from leadgrade.run import Run
from leadgrade.scores import config_tables as scores_config


def load_config_tables(run: Run) -> None:
    """Write the tables of the schema ``config`` from the run's settings, so that SQL can join them."""
    for stage in (erasure_config, raw_config, contacts_config, hygiene_config, scores_config, metrics_config):
        stage.load(run)
