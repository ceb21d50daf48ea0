"""The configuration: every fault at once, each with file, key, problem and hint."""

import shutil

import pytest

from leadgrade.config import load_settings
from leadgrade.config.sources import SourcesConfig, mode_faults, source_faults
from leadgrade.errors import ConfigError
from leadgrade.raw.headers import mapping_faults
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


BROKEN = """
sources:
  crm: {path: inbox/, objekt: leads, country: Germany, of: nobody}
  two: {path: 'ftp://x/*.csv', country: XX, object: lead, mapping: {E-Mail: email, e_mail: phone, x: colour, 1: email}}
  web: {path: '', system: hubspt, mode: deletions, country: NO, drift: {row: warn}}
  .hid: {path: x}
  a/b: {path: x, mode: snapshots}
  2: {path: x}
  bare: 7
"""


def test_sources_are_checked_as_far_as_they_are_sound(folder):
    (folder / "sources.yaml").write_text(BROKEN)
    (folder / "run.yaml").write_text("schedulle: my-secret\nmemory_limit: lots\n")
    with pytest.raises(ConfigError) as raised:
        load_settings(folder, (mode_faults, source_faults, mapping_faults))
    found = {f.key: f"{f.problem} {f.hint}" for f in raised.value.faults}
    expected = {
        "schedulle": "unknown key did you mean schedule?",
        "memory_limit": "a size such as 4GB",
        "sources.crm.objekt": "did you mean object?",
        "sources.crm.country": "two capital letters such as DE",
        "sources.crm.of": "unknown source 'nobody'",
        "sources.crm.path": "is a folder",
        "sources.two.path": "'ftp://'",
        "sources.two.country": "unknown country 'XX'",
        "sources.two.object": "did you mean leads?",
        "sources.two.mapping.e_mail": "the same header as 'E-Mail'",
        "sources.two.mapping.x": "unknown field 'colour'",
        "sources.two.mapping.1.[key]": "put the key in quotes",
        "sources.web.path": "the path is empty",
        "sources.web.system": "unknown system 'hubspt'",
        "sources.web.country": '"NO"',
        "sources.web.object": "a list of ids does not tell",
        "sources.web.drift.row": "did you mean rows?",
        "sources..hid": "cannot be called '.hid'",
        "sources.a/b": "cannot be called 'a/b'",
        "sources.a/b.mode": "did you mean snapshot?",
        "sources.2.[key]": "put the key in quotes",
        "sources.bare": "found 7",
    }
    assert set(found) == set(expected)
    assert {key: found[key] for key, words in expected.items() if words not in found[key]} == {}
    assert "my-secret" not in str(raised.value)


@pytest.mark.parametrize("path", ["x.csv", "in box/*.csv", "s3://b/x*.csv", "/abs/x", "C/**/*", "az://c/x?k=a/"])
@pytest.mark.parametrize("name", ["crm", "Mein CRM 2", "a.b-c_d", "2", "größe"])
def test_plain_names_and_paths_are_no_faults(name, path):
    assert source_faults(SourcesConfig.model_validate({"sources": {name: {"path": path, "country": "GB"}}})) == []


@pytest.mark.parametrize("text", ["[a]: b\n", "{a: 1}: b\n"])
def test_a_key_that_is_no_word_is_a_fault(folder, text):
    (folder / "run.yaml").write_text(text)
    assert faults(folder) == [("run.yaml", "line 1")]
