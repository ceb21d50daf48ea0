from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.contacts import free_text
from tests.support import REPOSITORY

CASES = [
    ("We are looking for a tool to grade our leads before the end of the quarter", "en"),
    ("please call me back next week regarding pricing", "en"),
    ("Wir suchen eine Lösung für die Bewertung unserer Leads", "de"),
    ("Bitte rufen Sie mich nächste Woche zurück", "de"),
    ("Nous cherchons un outil pour noter nos prospects avant la fin du trimestre", "fr"),
    ("Buscamos una herramienta para calificar nuestros clientes potenciales", "es"),
    ("Cerchiamo uno strumento per valutare i nostri contatti commerciali", "it"),
    ("Procuramos uma ferramenta para qualificar os nossos contactos", "pt"),
    ("Wij zoeken een hulpmiddel om onze leads te beoordelen", "nl"),
    ("Szukamy narzędzia do oceny naszych klientów", "pl"),
    ("Vi letar efter ett verktyg för att betygsätta våra kunder", "sv"),
    ("Мы ищем инструмент для оценки наших клиентов", "ru"),
    ("Potansiyel müşterilerimizi değerlendirmek için bir araç arıyoruz", "tr"),
    ("CRM", None),
    ("Salesforce | HubSpot | 50 | yes", None),
    ("Python; DuckDB; Snowflake; dbt", None),
    ("asdf qwer", None),
    ("12345 67890 12345 67890", None),
    ("https://www.acme.com/wir/suchen/eine/loesung?fuer=leads", None),
    ("", None),
    (None, None),
]


@pytest.mark.parametrize(("text", "language"), CASES)
def test_language(text: str | None, language: str | None) -> None:
    assert free_text.languages(pl.Series([text], dtype=pl.String)).to_list() == [language]


def test_each_distinct_text_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(free_text, "_language", lambda text: asked.append(text) or "en")
    texts = pl.Series(["We are looking for a tool"] * 3 + ["short", None])
    assert free_text.languages(texts).to_list() == ["en", "en", "en", None, None]
    assert len(asked) == 1


def test_the_model_is_loaded_only_for_a_text_that_is_long_enough() -> None:
    code = (
        "import sys, polars as pl\n"
        "from leadgrade.contacts import lead_fields, free_text\n"
        "free_text.languages(pl.Series(['CRM', None]))\n"
        "assert 'py3langid' not in sys.modules\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False).returncode == 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=80)), max_size=4))
def test_never_raises(texts: list[str | None]) -> None:
    found = free_text.languages(pl.Series(texts, dtype=pl.String))
    assert found.len() == len(texts)
    assert all(code is None or len(code) == 2 for code in found)
