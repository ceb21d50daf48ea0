"""Reads the configuration folder and names every fault at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from leadgrade.config.consent import ConsentConfig
from leadgrade.config.decay import DecayConfig
from leadgrade.config.lists import ListsConfig
from leadgrade.config.run import RunConfig
from leadgrade.config.scoring import ScoringConfig
from leadgrade.config.sources import Source, SourcesConfig, mode_faults, source_faults
from leadgrade.config.wording import shown, told
from leadgrade.errors import ConfigError, Fault, InputError

MODELS: dict[str, type[BaseModel]] = {
    "run": RunConfig,
    "sources": SourcesConfig,
    "scoring": ScoringConfig,
    "consent": ConsentConfig,
    "decay": DecayConfig,
    "lists": ListsConfig,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The checked configuration; ``sha256`` is the hash of the files as they lie in ``folder``."""

    run: RunConfig
    sources: SourcesConfig
    scoring: ScoringConfig
    consent: ConsentConfig
    decay: DecayConfig
    lists: ListsConfig
    folder: Path
    sha256: str


# libyaml where PyYAML has it: a tenth of the time, and every command reads these files
_SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _UniqueKeyLoader(_SafeLoader):  # type: ignore[misc, valid-type]
    """YAML itself lets a second key win in silence; here it is a fault."""


def _unique_mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if isinstance(key, list | dict):
            raise yaml.MarkedYAMLError(problem="a key is one word, no list", problem_mark=key_node.start_mark)
        if key in seen:
            raise yaml.MarkedYAMLError(problem=f"the key {key!r} stands twice", problem_mark=key_node.start_mark)
        seen.add(key)
    mapping: dict[Any, Any] = loader.construct_mapping(node, deep=True)
    return mapping


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
    except OSError as error:
        faults.append(Fault(path.name, "-", f"cannot be read: {error.strerror}", "look at its permissions"))
        return None
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


def _check(name: str, data: dict[str, Any], faults: list[Fault], file: str = "") -> BaseModel | None:
    try:
        return MODELS[name].model_validate(data)
    except ValidationError as error:
        for one in told(MODELS[name], error, data):
            key = ".".join(map(str, one.place)) or "-"
            faults.append(Fault(file or f"{name}.yaml", key, shown(one.problem, one.found), one.hint))
        return None


SourceCheck = Callable[[SourcesConfig], list[Fault]]


def _sources_faults(data: dict[str, Any] | None, checks: Sequence[SourceCheck], faults: list[Fault]) -> None:
    """Check what is sound of each source, whatever is wrong elsewhere; what was named already is not named again."""
    given = data.get("sources") if data else None
    if not isinstance(given, dict) or not given:
        return
    known = {fault.key for fault in faults if fault.file == "sources.yaml"}
    told = {str(name): _sound(source) for name, source in given.items()}
    config = SourcesConfig.model_construct(sources=told)
    faults += [fault for check in checks for fault in check(config) if not _named(fault.key, known)]


def _named(key: str, known: set[str]) -> bool:
    """True where the same key has a fault already, or its source as a whole."""
    return key in known or any(key.startswith(f"{one}.") for one in known if one.count(".") == 1)


def _sound(given: Any) -> Source:
    """A source without the keys that are at fault."""
    left = {key: value for key, value in given.items() if isinstance(key, str)} if isinstance(given, dict) else {}
    if isinstance(left.get("mapping"), dict):
        left["mapping"] = {
            h: name for h, name in left["mapping"].items() if isinstance(h, str) and isinstance(name, str)
        }
    try:
        return Source.model_validate(left)
    except ValidationError as error:
        at_fault = {item["loc"][0] for item in error.errors(include_url=False)}
        return Source.model_validate({"path": "-", **{key: left[key] for key in left if key not in at_fault}})


def load_model(path: Path) -> ScoringConfig:
    """Read and check one scoring model, as scoring.yaml is.

    Raises:
        ConfigError: with every fault of the file.
        InputError: there is no such file.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; give a scoring model, such as a changed copy of config/scoring.yaml")
    faults: list[Fault] = []
    data = _read(path, faults)
    model = _check("scoring", data, faults, path.name) if data is not None else None
    if faults:
        raise ConfigError(faults)
    assert isinstance(model, ScoringConfig)
    return model


def load_settings(folder: Path, source_checks: Sequence[SourceCheck] = (mode_faults, source_faults)) -> Settings:
    """Read and check the folder's six files.

    Args:
        folder: Where they lie.
        source_checks: What the sources are checked for beyond the model; each gets those keys that the model takes.

    Raises:
        ConfigError: with every fault of every file, each with file, key, problem and hint.
    """
    if not folder.is_dir():
        raise ConfigError(
            [Fault(str(folder), "-", "no such folder", f"it holds {', '.join(f'{name}.yaml' for name in MODELS)}")]
        )
    faults: list[Fault] = []
    digest = hashlib.sha256()
    models: dict[str, Any] = {}
    for name in MODELS:
        path = folder / f"{name}.yaml"
        data = _read(path, faults)
        if data is not None:
            digest.update(path.read_bytes())
            models[name] = _check(name, data, faults)
        if name == "sources":
            _sources_faults(data, source_checks, faults)
    if faults:
        raise ConfigError(faults)
    return Settings(**models, folder=folder, sha256=digest.hexdigest())
