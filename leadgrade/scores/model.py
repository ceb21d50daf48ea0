"""The scoring model of a run: the rules that hold for the profile, the identity of the content, and the bounds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from leadgrade.config.scoring import DIMENSIONS, Rule, ScoringConfig
from leadgrade.yaml_files import read_yaml

_ANY: tuple[str | None, ...] = (None,)
_HERE = Path(__file__).resolve()
# in a checkout the folder lies beside the package, in a wheel inside it
_DEFAULTS = (_HERE.parents[2] / "config" / "scoring.yaml", _HERE.parents[1] / "defaults" / "scoring.yaml")


@dataclass(frozen=True)
class ScoringModel:
    """A scoring.yaml under a profile.

    Attributes:
        config: The checked scoring.yaml.
        profile: b2b or b2c; rules that do not name it are off.
    """

    config: ScoringConfig
    profile: str = "b2b"

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Rules that hold for the profile, by id."""
        active = (rule for rule in self.config.rules if self.profile in rule.profiles)
        return tuple(sorted(active, key=lambda rule: rule.id))

    @cached_property
    def definition(self) -> str:
        """The model as JSON with sorted keys: equal models have equal text, whatever comments or order the YAML had."""
        content = self.config.model_dump(mode="json", by_alias=True, exclude_none=True)
        # what the base gave stands in the content; keys that a release added are told where they say something, so that ids stay
        content.pop("base", None)
        content["allow_sensitive"] = content["allow_sensitive"] or False
        for name in ("checklists", "checklist_gates"):
            if getattr(self.config, name) == ScoringConfig.model_fields[name].get_default(call_default_factory=True):
                content.pop(name)
        content["rules"].sort(key=lambda rule: rule["id"])
        return json.dumps({**content, "profile": self.profile}, sort_keys=True, ensure_ascii=False)

    @cached_property
    def sha256(self) -> str:
        """Hash of the definition."""
        return hashlib.sha256(self.definition.encode()).hexdigest()

    @property
    def model_id(self) -> str:
        """Name and first 12 hex digits of the hash."""
        return f"{self.config.model.name}-{self.sha256[:12]}"

    @cached_property
    def caps(self) -> dict[str, int]:
        """Cap of each scored dimension."""
        return {name: getattr(self.config.dimensions, name).cap for name in DIMENSIONS}

    @property
    def score_most(self) -> int:
        """Largest score that the rules and caps allow; 145 with the default model."""
        return sum(min(cap, self.points_most(name)) for name, cap in self.caps.items())

    def points_most(self, dimension: str) -> int:
        """Sum of the dimension's rules before the cap, each at its largest count."""
        return sum(rule.points * rule.max_count for rule in self.rules if rule.dimension == dimension)

    def lookback(self, rule: Rule) -> int:
        """How far back the rule's events count, in days."""
        return rule.lookback_days or self.config.lookback_days

    @cached_property
    def lookbacks(self) -> tuple[int, ...]:
        """Every lookback that the rules use, in days."""
        used = {self.lookback(rule) for rule in self.rules}
        return tuple(sorted(used | {self.config.lookback_days}))

    @cached_property
    def events_asked(self) -> tuple[tuple[str, str | None, int], ...]:
        """What rules and checklists ask of events: type, page class (None: any) and lookback in days, none within another."""
        items = (condition for items in self.config.checklists.values() for condition in items.values())
        asked = [(rule.when, self.lookback(rule)) for rule in self.rules]
        asked += [(condition, self.config.lookback_days) for condition in items]
        found: set[tuple[str, str | None, int]] = {
            (kind, page, days)
            for condition, days in asked
            for part in condition.walk()
            for kind in part.event or []
            for page in (part.page_class or _ANY)
        }
        widest = [one for one in found if one[1] is None or (one[0], None, one[2]) not in found]
        return tuple(sorted(widest, key=lambda one: (one[0], one[1] or "", one[2])))


def default_model() -> ScoringConfig:
    """The scoring.yaml that comes with the project."""
    path = next(path for path in _DEFAULTS if path.is_file())
    return ScoringConfig.model_validate(read_yaml(path))
