"""The stage ``contacts``: can we reach them? E-mails, phones, names, titles, companies, countries.

Each module is usable alone, on a polars series or frame; ``build`` makes the tables of the stage from them.
"""

from importlib import import_module
from types import ModuleType

_MODULES = ("emails", "phones")


def __getattr__(name: str) -> ModuleType:
    """``contacts.emails`` and ``contacts.phones`` without an import of their own; loaded when they are asked for."""
    if name in _MODULES:
        return import_module(f"leadgrade.contacts.{name}")
    raise AttributeError(f"module 'leadgrade.contacts' has no attribute {name!r}; import it by its full name")
