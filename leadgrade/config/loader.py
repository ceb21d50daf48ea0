"""Reads the configuration folder and names every fault at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from leadgrade.config.consent import ConsentConfig
from leadgrade.config.decay import DecayConfig
from leadgrade.config.run import RunConfig
from leadgrade.config.scoring import ScoringConfig
from leadgrade.config.sources import SourcesConfig, mode_faults
from leadgrade.errors import ConfigError, Fault

MODELS: dict[str, type[BaseModel]] = {
    "run": RunConfig,
    "sources": SourcesConfig,
    "scoring": ScoringConfig,
    "consent": ConsentConfig,
    "decay": DecayConfig,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The checked configuration; ``sha256`` is the hash of the files as they lie in ``folder``."""

    run: RunConfig
    sources: SourcesConfig
    scoring: ScoringConfig
    consent: ConsentConfig
    decay: DecayConfig
    folder: Path
    sha256: str


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML itself lets a second key win in silence; here it is a fault."""


def _unique_mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if key in seen:
            raise yaml.MarkedYAMLError(problem=f"the key {key!r} stands twice", problem_mark=key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def _read(path: Path, faults: list[Fault]) -> dict[str, Any] | None:
    """The file as a mapping, or None with a fault added."""
    if not path.is_file():
        faults.append(
            Fault(path.name, "-", f"file missing in {path.parent}", "copy it from the project's config folder")
        )
        return None
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), _UniqueKeyLoader)  # noqa: S506  the loader is a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        faults.append(Fault(path.name, _mark(error), f"not YAML: {_reason(error)}"))
        return None
    if not isinstance(data, dict):
        faults.append(Fault(path.name, "-", f"expected a mapping of keys, found {type(data).__name__}"))
        return None
    return data


def _mark(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}" if mark else "-"


def _reason(error: Exception) -> str:
    return str(getattr(error, "problem", None) or type(error).__name__)


def _check(name: str, data: dict[str, Any], faults: list[Fault]) -> BaseModel | None:
    try:
        return MODELS[name].model_validate(data)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            key = ".".join(str(part) for part in item["loc"]) or "-"
            faults.append(Fault(f"{name}.yaml", key, _problem(item)))
        return None


def _problem(item: Any) -> str:
    """Pydantic's message with what was found, where it is short."""
    found = item.get("input")
    shown = f"; found {found!r}" if isinstance(found, str | int | float | bool) and len(str(found)) < 60 else ""
    return f"{item['msg']}{shown}"


def load_settings(folder: Path) -> Settings:
    """Read and check the folder's five files.

    Raises:
        ConfigError: with every fault of every file, each with file, key, problem and hint.
    """
    faults: list[Fault] = []
    digest = hashlib.sha256()
    models: dict[str, Any] = {}
    for name in MODELS:
        path = folder / f"{name}.yaml"
        data = _read(path, faults)
        if data is not None:
            digest.update(path.read_bytes())
            models[name] = _check(name, data, faults)
    if models.get("sources"):
        faults += mode_faults(models["sources"])
    if faults:
        raise ConfigError(faults)
    return Settings(**models, folder=folder, sha256=digest.hexdigest())
