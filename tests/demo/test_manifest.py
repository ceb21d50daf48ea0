"""A folder of exports is made once, and nothing in it that the demo did not make is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadgrade.demo import generate
from leadgrade.errors import InputError
from tests.demo.test_generate import AS_OF, SEED


def test_exports_of_others_are_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "inbox/hubspot").mkdir(parents=True)
    (tmp_path / "inbox/hubspot/contacts.csv").write_text("theirs", encoding="utf-8")
    with pytest.raises(InputError, match=r"hubspot/contacts\.csv"):
        generate(10, SEED, tmp_path / "inbox", AS_OF)
    assert (tmp_path / "inbox/hubspot/contacts.csv").read_text(encoding="utf-8") == "theirs"


def test_an_export_beside_a_demo_set_stays_when_the_set_is_made_anew(tmp_path: Path) -> None:
    out = tmp_path / "inbox"
    generate(10, SEED, out, AS_OF)
    own = out / "hubspot/contacts_may.csv"
    own.write_text("theirs", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"1 export\(s\) that the demo did not make \(such as hubspot/contacts_may\.csv"
    ):
        generate(20, SEED, out, AS_OF)
    manifest = tmp_path / "inbox_truth/manifest.json"
    manifest.write_text('{"complete": false}', encoding="utf-8")  # of a set that was broken off
    with pytest.raises(InputError, match="contacts_may"):
        generate(20, SEED, out, AS_OF)
    own.unlink()
    assert generate(20, SEED, out, AS_OF).leads == 20
