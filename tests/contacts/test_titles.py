from __future__ import annotations

from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.contacts import titles

CASES = [
    ("CEO", "c_level", "executive"),
    ("C.E.O.", "c_level", "executive"),
    ("Chief Revenue Officer", "c_level", "sales"),
    ("Chief operating officer", "c_level", "operations"),
    ("CTO - Acme", "c_level", "engineering"),
    ("CIO", "c_level", "it"),
    ("President", "c_level", "executive"),
    ("Managing Director", "c_level", "executive"),
    ("Geschäftsführer", "c_level", "executive"),
    ("Directrice Générale", "c_level", "executive"),
    ("Gerente General", "c_level", "executive"),
    ("Board Member", "c_level", "executive"),
    ("Founder", "owner", "executive"),
    ("Co-Founder & CTO", "owner", "engineering"),
    ("Owner", "owner", "executive"),
    ("Business Owner", "owner", "executive"),
    ("Senior Partner", "owner", "executive"),
    ("Inhaber", "owner", "executive"),
    ("VP Marketing", "vp", "marketing"),
    ("SVP, Sales", "vp", "sales"),
    ("Vice-President of Operations", "vp", "operations"),
    ("VP of Student Affairs", "vp", "education"),
    ("Head of Sales", "director", "sales"),
    ("Director, IT", "director", "it"),
    ("Director of Student Services", "director", "education"),
    ("Director, Office of the CEO", "director", None),
    ("Directeur Marketing", "director", "marketing"),
    ("Leiter Einkauf", "director", "procurement"),
    ("General Manager", "director", "executive"),
    ("Executive Director", "director", "executive"),
    ("Chief of Staff", "director", "executive"),
    ("Marketing Manager", "manager", "marketing"),
    ("International Sales Manager", "manager", "sales"),
    ("Product Manager", "manager", "product"),
    ("Gerente de Ventas", "manager", "sales"),
    ("Team Lead", "manager", None),
    ("Vice Principal", "manager", "education"),
    ("Software Engineer", "ic", "engineering"),
    ("Lead Engineer", "ic", "engineering"),
    ("Entwicklungsingenieur", "ic", "engineering"),
    ("Account Executive", "ic", "sales"),
    ("Sales Executive", "ic", "sales"),
    ("Product Owner", "ic", "product"),
    ("HR Business Partner", "ic", "hr"),
    ("Compliance Officer", "ic", "legal"),
    ("Internal Auditor", "ic", "finance"),
    ("Buyer", "ic", "procurement"),
    ("Student Advisor", "ic", "education"),
    ("Director of First Impressions", "ic", None),
    ("Art Director", "ic", None),
    ("Head Chef", "ic", None),
    ("Assistant to the CEO", "ic", None),
    ("Executive Assistant to the Chief Financial Officer", "ic", None),
    ("EA to CEO", "ic", None),
    ("Assistentin der Geschäftsführung", "ic", None),
    ("Founder's Associate", "ic", "executive"),
    ("Customer Success Manager", "manager", "support"),
    ("Intern", "intern", None),
    ("Marketing Intern", "intern", "marketing"),
    ("Werkstudentin Marketing", "intern", "marketing"),
    ("Stagiaire", "intern", None),
    ("Student", "student", "education"),
    ("PhD student", "student", "education"),
    ("Former CEO", None, "executive"),
    ("Principal", None, "education"),
    ("Other", None, None),
    ("Example-Job-title", None, None),
    ("Chief", None, None),
    (None, None, None),
]


@cache
def classified() -> dict[str | None, dict[str, str | None]]:
    found = titles.classify(pl.Series([title for title, _, _ in CASES], dtype=pl.String))
    return {title: row for (title, _, _), row in zip(CASES, found.iter_rows(named=True), strict=True)}


@pytest.mark.parametrize(("title", "seniority", "department"), CASES)
def test_titles(title: str | None, seniority: str | None, department: str | None) -> None:
    assert classified()[title] == {"seniority": seniority, "department": department}


def test_case_and_blanks_do_not_matter() -> None:
    typed = pl.Series([f"  {t.upper()}  " for t, _, _ in CASES if t])
    assert titles.classify(typed)["seniority"].to_list() == [level for t, level, _ in CASES if t]


@pytest.mark.parametrize(
    ("stated", "level"),
    [("C suite", "c_level"), ("VP", "vp"), ("Entry", "ic"), ("c_suite", "c_level"), ("x", None), (None, None)],
)
def test_seniority_in_the_words_of_a_source(stated: str | None, level: str | None) -> None:
    assert titles.source_seniority(pl.Series([stated], dtype=pl.String)).to_list() == [level]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=30)), max_size=5))
def test_never_raises_and_stays_in_the_closed_set(values: list[str | None]) -> None:
    found = titles.classify(pl.Series(values, dtype=pl.String))
    assert set(found["seniority"].drop_nulls()) <= set(titles.SENIORITIES)
    assert found.height == len(values)
