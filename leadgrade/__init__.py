"""leadgrade grades sales leads and shows why. Usable alone; imports neither Dagster nor the pipeline."""

from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"
_STAGES = ("contacts", "hygiene", "people", "scores")


def __getattr__(name: str) -> ModuleType:
    """``leadgrade.people`` and the other stages without an import of their own; loaded when they are asked for."""
    if name in _STAGES:
        return import_module(f"leadgrade.{name}")
    raise AttributeError(f"module 'leadgrade' has no attribute {name!r}; the stages are {', '.join(_STAGES)}")
