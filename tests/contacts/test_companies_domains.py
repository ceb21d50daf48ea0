from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.contacts import companies, domains


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Acme GmbH & Co. KG", "acme"),
        ("ACME, Inc.", "acme"),
        ("The Acme Company Ltd.", "acme"),
        ("Acme S.A.", "acme"),
        ("Acme s.r.o.", "acme"),
        ("Acme Sp. z o.o.", "acme"),
        ("Acme S.A.B. de C.V.", "acme"),
        ("Acme Pty Ltd", "acme"),
        ("AB Volvo", "volvo"),
        ("ООО Ромашка", "ромашка"),
        ("Société Générale", "societe generale"),
        ("Groß AG", "gross"),
        ("amazon.com, Inc.", "amazon com"),
        ("AT&T Inc", "at and t"),
        ("Procter + Gamble", "procter and gamble"),
        ("A.B.C. Ltd", "abc"),
        ("Inc", "inc"),
        ("Self-employed", None),
        ("n/a", None),
        ("  ", None),
        (None, None),
    ],
)
def test_company_key(name: str | None, key: str | None) -> None:
    assert companies.normalise(pl.Series([name], dtype=pl.String))["company_key"].to_list() == [key]


def test_the_name_for_display_keeps_its_spelling() -> None:
    typed = pl.Series([" <b>IBM</b>  Deutschland\tGmbH ", "AT&amp;T", "eBay"])
    assert companies.normalise(typed)["company_name"].to_list() == ["IBM Deutschland GmbH", "AT&T", "eBay"]


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("abcdefg &.-'ltdincoö"), max_size=25))
def test_the_key_of_a_key_is_the_key(name: str) -> None:
    once = companies.normalise(pl.Series([name]))["company_key"]
    again = companies.normalise(once)["company_key"]
    assert again.to_list() == once.to_list()


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=30))
def test_never_raises(text: str) -> None:
    values = pl.Series([text, None], dtype=pl.String)
    assert companies.normalise(values).height == 2
    assert domains.company_domains(values).len() == 2


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.acme.co.uk/contact?x=1", "acme.co.uk"),
        ("HTTP://ACME.COM:80/", "acme.com"),
        ("acme.com", "acme.com"),
        ("shop.acme.com.br", "acme.com.br"),
        ("info@acme.com", "acme.com"),
        ("www.münchen.de", "xn--mnchen-3ya.de"),
        ("acme.github.io", "acme.github.io"),
        ("facebook.com/acme", None),
        ("https://de.linkedin.com/company/acme", None),
        ("gmail.com", None),
        ("example.com", None),
        ("acme", None),
        ("not a site", None),
        ("co.uk", None),
        ("", None),
        (None, None),
    ],
)
def test_company_domain(website: str | None, domain: str | None) -> None:
    assert domains.company_domains(pl.Series([website], dtype=pl.String)).to_list() == [domain]
