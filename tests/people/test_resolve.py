"""resolve on odd tables, its promises about ids, and what it says of wrong calls."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadgrade.people import resolve
from leadgrade.people.kinds import KINDS
from leadgrade.people.names import groups, may_be_same
from leadgrade.people.normalise import INPUT, normalise

RESULT = {"lead_id": pl.String, "person_id": pl.String, "match_probability": pl.Float64}


def test_no_rows() -> None:
    found = resolve(pl.DataFrame({"lead_id": []}, schema={"lead_id": pl.String}))
    assert found.schema == pl.Schema(RESULT)
    assert found.height == 0


@pytest.mark.parametrize(
    "columns",
    [
        {"first_name": ["Ada"], "email": ["ada@x.example"]},
        {"first_name": [None, None, None], "last_name": [None, None, None], "email": [None, None, None]},
        {"first_name": ["", " ", "-"]},
        {"unknown": ["a", "a", "a"]},
        {"city": ["Ulm"] * 40},
        {"company": ["Acme"] * 40, "city": ["Ulm"] * 40},
    ],
)
def test_nothing_to_merge(columns: dict[str, list[str | None]]) -> None:
    rows = len(next(iter(columns.values())))
    frame = pl.DataFrame(columns).with_columns(lead_id=pl.Series([f"l{i}" for i in range(rows)]))
    found = resolve(frame)
    assert found.schema == pl.Schema(RESULT)
    assert found["lead_id"].to_list() == frame["lead_id"].to_list()
    assert found["person_id"].n_unique() == rows
    assert set(found["match_probability"]) == {1.0}


def test_equal_rows_are_one_person_however_many() -> None:
    row = {"first_name": "Ida", "last_name": "Krog", "email": "ida.krog@x.example", "phone": "+47 22 33 44 55"}
    found = resolve(pl.DataFrame([row | {"lead_id": f"l{i}"} for i in range(2000)]))
    assert found["person_id"].n_unique() == 1


def test_half_the_table_or_addresses_alone_are_who_they_are() -> None:
    row = {"first_name": "Ida", "last_name": "Krog", "dob": "1970-01-02", "zip": "10115"}
    found = resolve(pl.DataFrame([row | {"lead_id": f"l{i}"} for i in range(300)]))
    assert found["person_id"].n_unique() == 1
    boxes = pl.DataFrame({"lead_id": range(600), "email": [f"q{i // 2}w@one.example" for i in range(600)]})
    assert resolve(boxes)["person_id"].n_unique() == 300


def test_a_number_that_many_names_share_is_nobodys() -> None:
    frame = made_leads().drop("truth", "email", "phone", "company", "city").with_columns(ssn=pl.lit("078-05-1120"))
    assert resolve(frame.unique(["first_name", "last_name"]))["person_id"].n_unique() >= 200


def test_one_column_alone() -> None:
    found = resolve(
        pl.DataFrame({"lead_id": ["a", "b", "c"], "email": ["x1@q.example", "x1@q.example", "y@q.example"]})
    )
    assert found["person_id"].to_list()[0] == found["person_id"].to_list()[1] != found["person_id"].to_list()[2]


def test_kinds_given_by_the_caller() -> None:
    frame = pl.DataFrame({"lead_id": [7, 8], "wer": ["Krog, Ida", "Ida Krog"], "womit": ["i@x.example", "I@x.example"]})
    assert resolve(frame)["person_id"].n_unique() == 2
    assert resolve(frame, columns={"wer": "full_name", "womit": "email"})["person_id"].n_unique() == 1


@pytest.mark.parametrize(
    ("columns", "part"),
    [({"a": "forename"}, "first_name, last_name"), ({"b": "email"}, "does not have")],
)
def test_wrong_columns_are_named(columns: dict[str, str], part: str) -> None:
    with pytest.raises(ValueError, match=part):
        resolve(pl.DataFrame({"lead_id": ["1"], "a": ["x"]}), columns=columns)


@pytest.mark.parametrize(
    ("ids", "part"), [(["1", "1"], "not unique"), (["1", None], "is missing in 1"), (None, "needs a column lead_id")]
)
def test_wrong_ids_are_named(ids: list[str | None] | None, part: str) -> None:
    frame = pl.DataFrame({"name": ["x", "y"]} | ({"lead_id": ids} if ids else {}))
    with pytest.raises(ValueError, match=part):
        resolve(frame)


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.5])
def test_wrong_threshold(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        resolve(pl.DataFrame({"lead_id": ["1"]}), threshold=threshold)


def made_leads(people: int = 300) -> pl.DataFrame:
    """People of twelve companies, every fifth of them twice, the second time with another address."""
    first = ("Ada", "Bert", "Cleo", "Dirk", "Eva", "Finn", "Gina", "Hugo", "Iris", "Jan", "Kira", "Leo", "Mona")
    last = (
        "Abel",
        "Busch",
        "Cohen",
        "Dorn",
        "Ernst",
        "Falk",
        "Gross",
        "Horn",
        "Iser",
        "Jung",
        "Kern",
        "Lang",
        "Moor",
        "Nagel",
        "Oster",
        "Pohl",
        "Quast",
    )
    rows = []
    for i in range(people):
        f, n, firm = first[i % 13], last[(i * 7) % 17], i % 12
        row = {
            "first_name": f,
            "last_name": n,
            "company": f"Firm {firm}",
            "city": f"Town {firm % 5}",
            "phone": f"+49 30 {5550000 + (firm if i % 3 else 100 + i)}",
            "email": f"{f}.{n}{i}@firm{firm}.example".lower(),
            "truth": i,
        }
        rows.append(row)
        if i % 5 == 0:
            rows.append(row | {"email": f"{f}{i}@mail.example".lower(), "phone": f"+49 171 {7000000 + i}"})
            rows.append(row | {"first_name": f[0], "company": None})
    return pl.DataFrame(rows).with_columns(lead_id=pl.Series([f"l{i:05d}" for i in range(len(rows))]))


def test_order_of_rows_and_columns_does_not_matter() -> None:
    frame = made_leads()
    plain = resolve(frame.drop("truth")).sort("lead_id")
    shuffled = frame.drop("truth").sample(fraction=1.0, shuffle=True, seed=1)
    assert resolve(shuffled.select(reversed(shuffled.columns))).sort("lead_id").equals(plain)


def test_ids_come_from_the_smallest_lead() -> None:
    frame = made_leads(40).drop("truth")
    found = resolve(frame)
    smallest = found.group_by("person_id").agg(pl.col("lead_id").min()).sort("lead_id")
    alone = resolve(frame.join(smallest, on="lead_id", how="semi")).sort("lead_id")
    assert alone["person_id"].to_list() == smallest["person_id"].to_list()


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {name: st.none() | st.text(max_size=20) for name in INPUT if name not in {"lead_id", "email_is_role"}}
        ),
        min_size=1,
        max_size=4,
    )
)
def test_normalise_never_fails(rows: list[dict[str, str | None]]) -> None:
    frame = pl.DataFrame([row | {"lead_id": str(i)} for i, row in enumerate(rows)], schema_overrides=INPUT)
    found = normalise(frame)
    assert found.height == len(rows)
    for column in ("first", "last", "email", "company", "city"):
        assert not found[column].is_in([""]).any()


def test_nicknames() -> None:
    assert len(groups()) > 100
    assert may_be_same("robert", "bob")
    assert may_be_same("b", "bob")
    assert not may_be_same("robert", "richard")


def test_every_kind_is_documented() -> None:
    assert all(kind in (resolve.__doc__ or "") for kind in KINDS if kind != "other")


@pytest.mark.real_data
@pytest.mark.skipif("LEADGRADE_REAL_DATA" not in os.environ, reason="LEADGRADE_REAL_DATA is not set")
@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("leads_20000.parquet", 0.95),
        ("fake_1000.csv", 0.955),
        ("febrl3.csv", 0.9995),
        ("historical_50k.csv", 0.93),
        ("pseudopeople_mix.csv", 0.985),
    ],
)
def test_accuracy_on_labelled_sets(name: str, least: float) -> None:
    path = Path(os.environ["LEADGRADE_REAL_DATA"]) / "people" / name
    leads = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
    leads = leads.rename({"uid": "lead_id"})
    found = resolve(leads.drop("truth")).with_columns(truth=leads["truth"])

    def pairs(*by: str) -> int:
        return int(
            found.group_by(*by).len().select((pl.col("len").cast(pl.Int64) * (pl.col("len") - 1) // 2).sum()).item()
        )

    both = pairs("truth", "person_id")
    precision, recall = both / pairs("person_id"), both / pairs("truth")
    assert 2 * precision * recall / (precision + recall) >= least
