"""The configuration: six YAML files, checked whole before a run starts."""

from leadgrade.config.loader import Settings, load_settings

__all__ = ["Settings", "load_settings"]
