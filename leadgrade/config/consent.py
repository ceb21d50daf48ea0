"""consent.yaml."""

from __future__ import annotations

from leadgrade.config.base import Model


class ConsentConfig(Model):
    """consent.yaml."""
