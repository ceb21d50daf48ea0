"""Writes the reference pages from what they describe: ``python -m leadgrade.reference``.

docs/tables.md comes from the table contract, docs/rules.md from the rules of the audit, docs/configuration.md from the
configuration models, docs/features.md from docs/features.yaml. A test fails when a page is behind.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from leadgrade import contract
from leadgrade.audit import load_rules
from leadgrade.config.loader import MODELS
from leadgrade.yaml_files import read_yaml

DOCS = Path(__file__).resolve().parents[1] / "docs"
_MADE = "<!-- written by `make docs`; edit what it describes instead -->\n"


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _audience(table: contract.Table) -> str:
    if table.internal:
        return "work file only"
    places = [
        name
        for name, columns in (("warehouse", table.warehouse_columns), ("private", table.private_columns))
        if columns
    ]
    return " and ".join(places)


def tables_page() -> str:
    """docs/tables.md: every table and column."""
    lines = ["# The tables", _MADE]
    lines.append(
        "Times are UTC. `warehouse.duckdb` has no personal data: columns marked *private* are in `private.duckdb` alone, "
        "in columns marked *typed* addresses and numbers are masked there.\n"
    )
    for table in contract.tables().values():
        lines += [f"## {table.name}", f"{table.about} One row per {table.grain}. In: {_audience(table)}.\n"]
        lines += ["| column | type | meaning | |", "|---|---|---|---|"]
        for c in table.columns:
            mark = "*private*" if c.is_pii else "*typed*" if c.is_free_text else ""
            lines.append(f"| `{c.name}` | {c.type} | {_cell(c.about)} | {mark} |")
        lines.append("")
    return "\n".join(lines)


def rules_page() -> str:
    """docs/rules.md: every rule of the audit."""
    lines = ["# The rules of the audit", _MADE]
    lines.append(
        "Each rule is a check on its asset in Dagster and a row of `meta.rules`; `meta.rule_results` holds its outcome night by "
        "night, `meta.rule_failures` the keys of the rows that broke it, and since when. A failing *blocking* rule stops the "
        "publication.\n"
    )
    for stage in contract.STAGES:
        rules = [r for r in load_rules() if r.stage == stage]
        if rules:
            lines += [f"## {stage}", "| rule | table | severity | allowed | what must hold |", "|---|---|---|---|---|"]
        for r in rules:
            severity = "error, blocking" if r.blocking else r.severity
            allowed = f"{r.max_share:.0%} of the rows" if r.max_share is not None else f"{r.max_failures} rows"
            lines.append(f"| `{r.rule}` | {r.table} | {severity} | {allowed} | {_cell(r.sentence)} |")
        lines.append("")
    return "\n".join(lines)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Configuration models that an annotation mentions, in any nesting."""
    if (
        isinstance(annotation, type)
        and not isinstance(annotation, types.GenericAlias)
        and issubclass(annotation, BaseModel)
    ):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models_in(argument)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    return "" if isinstance(value, BaseModel) or value in ({}, [], (), None) else f"`{_cell(value)}`"


def config_keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Every key below a model as (path, meaning, default), depth first. A model inside itself is shown once."""
    yield from _keys(model, prefix, ())


def _keys(model: type[BaseModel], prefix: str, above: tuple[type[BaseModel], ...]) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        yield path, field.description or "", _default(field)
        for inner in dict.fromkeys(_models_in(field.annotation)):
            if inner not in (*above, model):
                yield from _keys(inner, f"{path}.{'*.' if _is_collection(field) else ''}", (*above, model))


def _is_collection(field: FieldInfo) -> bool:
    return any(word in str(field.annotation) for word in ("dict[", "list[", "tuple["))


def configuration_page() -> str:
    """docs/configuration.md: every key of every file."""
    lines = ["# The configuration", _MADE]
    lines.append(
        "Six YAML files in `config/`. `leadgrade check` names every fault at once. `*` stands for a name or a list item.\n"
    )
    for name, model in MODELS.items():
        lines += [f"## {name}.yaml", "| key | meaning | default |", "|---|---|---|"]
        lines += [f"| `{path}` | {_cell(about)} | {default} |" for path, about, default in config_keys(model)]
        lines.append("")
    return "\n".join(lines)


def features_page() -> str:
    """docs/features.md: what is asked of a lead grading system, and what carries it, from docs/features.yaml."""
    lines = ["# What is asked, and what carries it", _MADE]
    lines.append(
        "Each line names the table, column, rule, configuration key or command that carries it; what nothing carries says why. "
        "A test fails when one of them does not exist.\n"
    )
    for section, rows in read_yaml(DOCS / "features.yaml").items():
        lines += [f"## {section}", "| id | what | carried by |", "|---|---|---|"]
        for name, (what, *carriers) in rows.items():
            lines.append(f"| {name} | {_cell(what)} | {'; '.join(_carrier(c) for c in carriers)} |")
        lines.append("")
    return "\n".join(lines)


def _carrier(text: str) -> str:
    kind, _, rest = text.partition(":")
    if kind == "not":
        return f"not carried:{rest}"
    words = {"rule": "rule ", "audit": "audit rule ", "config": "key "}.get(kind)
    return f"{words}`{rest}`" if words else text if text.startswith("`") else f"`{text}`"


PAGES = {
    "tables.md": tables_page,
    "rules.md": rules_page,
    "configuration.md": configuration_page,
    "features.md": features_page,
}


def main() -> None:
    """Write the pages."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
