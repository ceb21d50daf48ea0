"""decay.yaml."""

from __future__ import annotations

from leadgrade.config.base import Model


class DecayConfig(Model):
    """decay.yaml."""
