"""The reasons of the quarantine, in words for the people who work it: ``reasons.yaml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field

from leadgrade.config.base import Model


class Reason(Model):
    """Why a row or a file is refused."""

    of: Literal["row", "file"] = Field(description="What is refused.")
    shows: Literal["cells", "record", "nothing"] = Field(description="What the quarantine keeps of the row.")
    meaning: str = Field(description="What it means.")
    what_to_do: str = Field(description="What to do about it.")


UNKNOWN = Reason(of="row", shows="cells", meaning="see the detail", what_to_do="See the detail of the row.")


@cache
def reasons() -> dict[str, Reason]:
    """Every reason by its code."""
    text = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    return {code: Reason.model_validate(spec) for code, spec in yaml.safe_load(text).items()}


def reason(code: str) -> Reason:
    """One reason; a code that nobody described is still shown."""
    return reasons().get(code, UNKNOWN)
