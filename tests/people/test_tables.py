"""Tables of other kinds than leads: registers with families and years of birth, texts; levels of addresses and dates."""

from __future__ import annotations

import random

import polars as pl
import pytest

from leadgrade.engine import DuckDBEngine
from leadgrade.people import resolve
from leadgrade.people.compare import compare, compare_query
from leadgrade.people.kinds import as_input
from leadgrade.people.matching import build_features
from leadgrade.people.normalise import normalise

GIVEN = ["Anna", "Bernd", "Carla", "David", "Elena", "Fritz", "Greta", "Hans", "Ines", "Jonas", "Maria", "Nils", "Otto"]
STEMS = ["berg", "feld", "stein", "hof", "mann", "bach", "wald", "brand", "horn", "lund", "kamp", "thal", "rieth", "au"]


def voters(families: int, doubled: float, seed: int = 5) -> pl.DataFrame:
    """Families of one to four at an address, with years of birth only; some people are there again, half of them moved."""
    draw = random.Random(seed)
    rows: list[dict[str, object]] = []
    for number in range(families):
        home = {
            "street": f"{draw.choice(STEMS).title()}weg {draw.randint(1, 200)}",
            "zip": str(draw.randint(10000, 10150)),
        }
        surname = (draw.choice(STEMS) + draw.choice(STEMS)).title()
        for given in draw.sample(GIVEN, draw.randint(1, 4)):
            voter = {
                "first_name": given, "middle_name": draw.choice(GIVEN), "last_name": surname,
                "birth_year": str(draw.randint(1925, 2004)), **home, "truth": f"{number} {given}",
            }  # fmt: skip
            rows.append(voter)
            if draw.random() < doubled:
                new = {"street": f"Neue Gasse {draw.randint(1, 400)}", "zip": str(draw.randint(10000, 10150))}
                rows.append(voter | new if draw.random() < 0.5 else voter)
    return pl.DataFrame(rows).with_row_index("lead_id").with_columns(pl.col("lead_id").cast(pl.String))


def people(frame: pl.DataFrame, **options: object) -> pl.DataFrame:
    """Rows and true people of each person that was found."""
    found = resolve(frame.drop("truth"), **options).with_columns(frame["truth"])  # type: ignore[arg-type]
    return found.group_by("person_id").agg(pl.col("truth").n_unique(), pl.len())


def test_families_with_years_of_birth_stay_apart() -> None:
    # of two years of birth every tenth pair is one figure apart: as slips of the pen they made one person of a family
    frame = voters(800, doubled=0)
    assert people(frame).height >= frame.height - 2


def test_voters_who_moved_are_found() -> None:
    frame = voters(500, doubled=0.4)
    found = people(frame)
    assert found.filter(pl.col("truth") > 1).height <= 3
    assert found.filter(pl.col("len") == 2).height >= 0.9 * (frame.height - frame["truth"].n_unique())


def test_texts_without_people() -> None:
    draw = random.Random(4)
    words = ["".join(draw.choice(STEMS) for _ in range(3)) for _ in range(400)]
    titles = [" ".join(draw.sample(words, 5)) + f" {i % 7}" for i in range(150)]
    rows = [{"title": t, "truth": i} for i, t in enumerate(titles)]
    rows += [{"title": " ".join(reversed(t.split())), "truth": i} for i, t in enumerate(titles[:20])]
    rows += [{"title": t.replace("a", "", 1).upper(), "truth": i} for i, t in enumerate(titles[20:50], 20)]
    frame = pl.DataFrame(rows).unique("title").with_row_index("lead_id").with_columns(pl.col("lead_id").cast(pl.String))
    found = people(frame, columns={"title": "other"})
    assert found.filter(pl.col("truth") > 1).height <= 4
    assert found.filter(pl.col("len") == 2).height >= 30


def test_texts_with_other_figures_are_others() -> None:
    texts = [f"catalogue number {i} of many printed sheets {i * 7919 % 1000}" for i in range(250)]
    frame = pl.DataFrame({"title": texts, "truth": range(250)}).with_row_index("lead_id")
    assert people(frame, columns={"title": "other"}).height == 250


def test_people_of_few_names_at_numbered_firms_stay_apart() -> None:
    draw = random.Random(3)
    rows = []
    for i in range(1500):
        first, last, firm = draw.choice(STEMS), "".join(draw.sample(STEMS, 2)), draw.randrange(400)
        address = f"{first}.{last}{draw.choice(('', draw.randrange(100)))}@firm{firm}.example"
        born = f"{draw.randrange(1950, 1999)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}"
        rows.append(
            {
                "first_name": first, "last_name": last, "email": address, "company": f"Firm {firm}", "date_of_birth": born,
                "truth": i,
            }
        )  # fmt: skip
    frame = pl.DataFrame(rows).unique("email").with_row_index("lead_id")
    assert people(frame).height >= frame.height - 2


EMAILS = {
    ("ann.lee@acme.example", "ANN.LEE@acme.example"): "same",
    ("annlee7731@gmail.com", "annlee7731@yahoo.com"): "same_local",
    ("annlee77@gmail.com", "annlee77@yahoo.com"): "same_short",
    ("annlee773@gmail.com", "annlee773@yahoo.com"): "same_short",
    ("annlee773@gmail.com", "annlee774@gmail.com"): "other_figure_free",
    ("ann.leeman43@firm62.example", "ann.leeman42@firm682.example"): "different",
    ("ann.leeman@firm62.example", "ann.leema@firm682.example"): "different",
    ("ann.leeman@firm17.example", "bob.leeman@firm12.example"): "different",
    ("annlee774@gmail.com", "a.lee774@acme.example"): "same_figure",
    ("annlee31@gmail.com", "annlee78@gmail.com"): "other_figure_free",
    ("annlee31@acme.example", "annlee78@acme.example"): "other_figure",
    ("annlee@acme.example", "annlee78@acme.example"): "other_figure",
    ("annlee1@acme.example", "annlee2@acme.example"): "other_figure",
    ("annlee3178@acme.example", "annlee317@acme.example"): "typo",
    ("ann.lee@acme.example", "ann_lee@acme.example"): "typo",
    ("annlee524@gmail.com", "annlee804@hotmail.com"): "different",
    ("ann.lee@acme.example", "ann.lee@other.example"): "same_name",
    ("ann.lee@acme.example", "b.moe@acme.example"): "other_box",
    ("tom.baker@acme.example", "tim.baker@acme.example"): "other_box",
    ("lee@harrington.example", "lee@harringtn.example"): "typo",
    ("leeann@hudsonworks.example", "leean@hudsnwork.example"): "similar",
    ("info@acme.example", "ann.lee@acme.example"): "missing",
    ("ann.lee@acme.example", "x.moe@other.example"): "different",
}
BIRTHS = {
    ("1980", "1980"): "year_same",
    ("1980", "1981"): "year_slip",
    ("1980", "1985"): "year_near",
    ("1980", "1990"): "year_different",
    ("1980-02-03", "1980"): "year_same",
    ("1980-02-03", "1980-03-02"): "swapped",
    ("1980-02-03", "1981-02-03"): "slip",
}


@pytest.mark.parametrize(("column", "field", "cases"), [("email", "email", EMAILS), ("dob", "date_of_birth", BIRTHS)])
def test_levels(column: str, field: str, cases: dict[tuple[str, str], str]) -> None:
    values = [value for pair in cases for value in pair]
    ids = [f"{i:03}" for i in range(len(values))]
    with DuckDBEngine() as engine:
        engine.write("people.normalised", normalise(as_input(pl.DataFrame({"lead_id": ids, column: values}), None)))
        build_features(engine)
        engine.write(
            "people.chosen", pl.DataFrame({"record_a": range(1, len(ids), 2), "record_b": range(2, len(ids) + 1, 2)})
        )
        found = compare(engine.collect(compare_query("people.chosen"))).sort("record_a")
    assert dict(zip(cases, found[field], strict=True)) == cases
