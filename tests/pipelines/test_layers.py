"""Imports run downward only: pipelines -> assets -> leadgrade."""

import ast
from importlib import import_module

import pytest

from tests.support import REPOSITORY

FORBIDDEN = {
    "leadgrade": {"assets", "pipelines", "dagster", "tests", "benchmarks"},
    "assets": {"pipelines", "tests", "benchmarks"},
    "pipelines": {"tests", "benchmarks"},
}


def imported(path):
    """First names of all modules that a file imports, inside functions, too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_imports_run_downward_only(layer):
    files = list((REPOSITORY / layer).rglob("*.py"))
    assert files
    upward = {str(p.relative_to(REPOSITORY)): set(imported(p)) & FORBIDDEN[layer] for p in files}
    assert {p: names for p, names in upward.items() if names} == {}


def test_modules_stay_readable():
    lengths = {
        str(p.relative_to(REPOSITORY)): len(p.read_text(encoding="utf-8").splitlines())
        for layer in FORBIDDEN
        for p in (REPOSITORY / layer).rglob("*.py")
    }
    assert {p: n for p, n in lengths.items() if n > 400} == {}


BENCHMARKS = {
    ".".join(p.relative_to(REPOSITORY).with_suffix("").parts): p for p in (REPOSITORY / "benchmarks").rglob("[!_]*.py")
}


@pytest.mark.parametrize("name", sorted(BENCHMARKS))
def test_a_benchmark_finds_what_it_measures(name):
    """They are run by hand: what one asks of the product and is no longer there would go unseen."""
    if "splink" in set(imported(BENCHMARKS[name])):
        assert "leadgrade" not in set(imported(BENCHMARKS[name])), "it runs where the product is not installed"
        return
    import_module(name)
