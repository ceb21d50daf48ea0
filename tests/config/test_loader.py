"""The configuration: every fault at once, each with file, key, problem and hint."""

import shutil

import pytest

from leadgrade.config import load_settings
from leadgrade.errors import ConfigError
from tests.support import REPOSITORY


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(REPOSITORY / "config", tmp_path / "config")


def faults(folder):
    with pytest.raises(ConfigError) as raised:
        load_settings(folder)
    return [(f.file, f.key) for f in raised.value.faults]


def test_the_shipped_configuration_is_sound(folder):
    settings = load_settings(folder)
    assert settings.run.time_zone == "UTC"
    assert len(settings.sha256) == 64


def test_every_fault_of_every_file_is_named_at_once(folder):
    (folder / "run.yaml").write_text("time_zone: Mars/Base\nkeep_generations: 0\nmemory: 4GB\n")
    (folder / "sources.yaml").write_text("sources:\n  crm: {path: 7, object: persons, country: Germany}\n")
    (folder / "decay.yaml").unlink()
    assert faults(folder) == [
        ("run.yaml", "time_zone"),
        ("run.yaml", "keep_generations"),
        ("run.yaml", "memory"),
        ("sources.yaml", "sources.crm.path"),
        ("sources.yaml", "sources.crm.object"),
        ("sources.yaml", "sources.crm.country"),
        ("decay.yaml", "-"),
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("time_zone: UTC\ntime_zone: UTC\n", "line 2"),
        ("time_zone: [\n", "line 2"),
        ("- a\n- b\n", "-"),
        ("", "-"),
    ],
)
def test_what_is_no_mapping_is_named_with_its_line(folder, text, key):
    (folder / "run.yaml").write_text(text)
    assert faults(folder) == [("run.yaml", key)]


def test_the_message_reads_as_a_list(folder):
    (folder / "run.yaml").write_text("match_threshold: 2\n")
    with pytest.raises(ConfigError) as raised:
        load_settings(folder)
    text = str(raised.value)
    assert text.startswith("1 fault(s) in the configuration:\n  - run.yaml: match_threshold: ")
    assert "found 2" in text


def test_the_hash_follows_the_content(folder):
    before = load_settings(folder).sha256
    with (folder / "run.yaml").open("a") as file:
        file.write("# a remark\n")
    assert load_settings(folder).sha256 != before
