"""sources.yaml: how the files of a source follow each other."""

from __future__ import annotations

import pytest

from leadgrade.config import load_settings
from leadgrade.config.sources import SourcesConfig, mode_faults
from leadgrade.errors import ConfigError
from tests.support import REPOSITORY

CRM = {"path": "x", "object": "leads"}


def faults(**sources):
    config = SourcesConfig.model_validate({"sources": {"crm": CRM} | sources})
    return {(f.key, f.problem) for f in mode_faults(config)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"mode": "snapshot"}, set()),
        ({"mode": "deletions", "of": "crm", "object": "leads"}, set()),
        ({"mode": "deletions", "object": "leads"}, set()),
        ({"of": "crm"}, {("sources.s.of", "a source of mode append names no other one")}),
        ({"mode": "deletions", "of": "crn", "object": "leads"}, {("sources.s.of", "unknown source 'crn'")}),
        (
            {"mode": "deletions", "of": "crm"},
            {("sources.s.object", "a list of ids does not tell what they are ids of")},
        ),
        ({"mode": "deletions", "of": "crm", "object": "orders"}, {("sources.s.object", "'crm' has leads, not orders")}),
        ({"mode": "deletions", "of": "s", "object": "leads"}, set()),
    ],
)
def test_modes(source, expected):
    assert faults(s={"path": "y"} | source) == expected


def test_a_list_of_deletions_of_a_list_of_deletions():
    lists = {"mode": "deletions", "path": "y", "object": "leads"}
    assert faults(a=lists | {"of": "crm"}, b=lists | {"of": "a"}) == {
        ("sources.b.of", "'a' is a list of deletions itself")
    }


def test_all_faults_come_out_at_once_with_those_of_other_files(tmp_path):
    for file in (REPOSITORY / "config").glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "sources.yaml").write_text("sources: {s: {path: x, of: t}, u: {path: x, mode: deletions}}")
    (tmp_path / "run.yaml").write_text("schedulle: never")
    with pytest.raises(ConfigError) as raised:
        load_settings(tmp_path)
    found = [(f.file, f.key) for f in raised.value.faults]
    assert sorted(found) == [("run.yaml", "schedulle"), ("sources.yaml", "sources.s.of"),
                             ("sources.yaml", "sources.s.of"), ("sources.yaml", "sources.u.object")]  # fmt: skip
