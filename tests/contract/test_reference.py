"""The reference pages say what is there, and everything there is in them."""

import pytest

from leadgrade import contract
from leadgrade.config.loader import MODELS
from leadgrade.reference import DOCS, PAGES, config_keys


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_page_is_up_to_date(name):
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run: make docs"


@pytest.mark.parametrize("table", contract.tables())
def test_every_table_and_column_says_what_it_is(table):
    about = contract.table(table)
    assert about.grain
    assert about.about
    assert all(c.about for c in about.columns)
    assert all(c.flags <= {"pii", "free"} for c in about.columns)
    assert {c.type for c in about.columns} <= {"VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP"}


@pytest.mark.parametrize("name", MODELS)
def test_every_config_key_says_what_it_is(name):
    assert [path for path, about, _ in config_keys(MODELS[name]) if not about] == []


def test_an_unknown_table_is_named_with_those_there_are():
    with pytest.raises(KeyError, match=r"people\.golden"):
        contract.table("people.silver")
