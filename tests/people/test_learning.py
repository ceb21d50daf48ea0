"""What a table teaches: learned shares, calibration, clusters of weighed pairs, the explanation of a pair."""

from __future__ import annotations

import io
import math
import random
from importlib import import_module
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from rich.console import Console

from leadgrade.engine import DuckDBEngine
from leadgrade.errors import InputError
from leadgrade.people import decide, decisions, resolve
from leadgrade.people.build import build_all
from leadgrade.people.cluster import cluster
from leadgrade.people.decide import Named
from leadgrade.people.explain import explain_pair, render
from leadgrade.people.kinds import as_input, kind_of
from leadgrade.people.learn import _learned_field, learned_odds
from leadgrade.people.likelihood import usual_shares
from leadgrade.people.model import MOVED, PERSON, class_spec, family, fields, levels, prior_model, settings
from leadgrade.people.model_table import from_frame, to_frame
from pipelines.cli import main
from tests.people.nights import OBJECTS, ada, bo, lead
from tests.support import AS_OF, make_run, make_table

GIVEN = [
    "anna",
    "bernd",
    "carla",
    "david",
    "elena",
    "fritz",
    "greta",
    "hans",
    "ines",
    "jonas",
    "karla",
    "linus",
    "maria",
    "nils",
]
STEMS = ["berg", "feld", "stein", "hof", "mann", "bach", "wald", "brand", "horn", "lund", "kamp", "thal"]


def register(people: int, doubled: int, seed: int = 3) -> pl.DataFrame:
    """A register without addresses and numbers; every `doubled`-th person is there twice, with a slip in one field."""
    draw = random.Random(seed)
    rows = []
    for i in range(people):
        row = {
            "first_name": draw.choice(GIVEN),
            "last_name": draw.choice(STEMS) + draw.choice(STEMS),
            "dob": f"{draw.randint(1930, 2004)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
            "postcode": f"{draw.randint(10000, 10400)}",
            "truth": i,
        }
        rows.append(row)
        if doubled and i % doubled == 0:
            field = draw.choice(["first_name", "last_name", "dob", "postcode"])
            at = draw.randrange(len(str(row[field])) - 1)
            text = str(row[field])
            rows.append(row | {field: text[:at] + text[at + 1 :]})
    return pl.DataFrame(rows).with_row_index("lead_id").with_columns(pl.col("lead_id").cast(pl.String))


def test_a_register_without_addresses_finds_its_people() -> None:
    frame = register(2000, 5)
    found = resolve(frame.drop("truth")).with_columns(truth=frame["truth"])
    together = found.group_by("person_id").agg(pl.col("truth").n_unique(), pl.len())
    assert together.filter(pl.col("truth") > 1).height <= 2
    assert together.filter(pl.col("len") == 2).height >= 0.97 * 400


def test_no_duplicates_in_hardly_any_out() -> None:
    # one given name in fourteen and one postal code in four hundred are alike by chance: nothing to learn from
    assert resolve(register(3000, 0).drop("truth"))["person_id"].n_unique() >= 2998


def test_parts_of_a_date_of_birth_make_one() -> None:
    frame = pl.DataFrame(
        {"lead_id": ["1", "2"], "birth_day": [3, 28], "birth_month": [2, 11], "birth_year": [1980, 1975]}
    )
    assert as_input(frame, None)["date_of_birth"].to_list() == ["19800203", "19751128"]


def test_a_second_given_name_is_a_middle_name() -> None:
    frame = pl.DataFrame({"lead_id": ["1"], "a": ["Eva"], "b": ["Maria"]})
    made = as_input(frame, {"a": "first_name", "b": "first_name"})
    assert made.select("first_name", "middle_name").row(0) == ("Eva", "Maria")


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("fname", "first_name"),
        ("Address1", "street"),
        ("zip.code", "postal_code"),
        ("Sex", "gender"),
        ("created", None),
    ],
)
def test_names_of_columns(column: str, kind: str | None) -> None:
    assert kind_of(column) == kind


def test_addresses_are_known_by_their_look() -> None:
    rows = [{"lead_id": str(i), "contact_point": f"p{i // 2}@x.example"} for i in range(40)]
    assert resolve(pl.DataFrame(rows))["person_id"].n_unique() == 20


@pytest.mark.parametrize("name", [PERSON, MOVED, "workplace", "household"])
def test_shares_of_the_prior_add_up(name: str) -> None:
    model = prior_model(1000, {}, {"company", "street"})
    for i, field in enumerate(fields()):
        if name != PERSON and field not in class_spec(name):
            continue
        spec = settings()["fields"][field]
        sums: dict[str, float] = {}
        for j, level in enumerate(levels(field)[:-1]):
            if "bits" not in spec[level]:
                sums[family(level)] = sums.get(family(level), 0.0) + 2 ** float(model.tables[name][i][j])
        assert sums == {key: pytest.approx(1.0, abs=0.03) for key in sums}, field


def test_many_leads_of_a_person_do_not_make_its_values_common() -> None:
    model = prior_model(5000, {"last_name": 12.0}, {"company"})
    last = fields().index("last_name")
    before = usual_shares(model)[last]
    model.odds[PERSON] = math.log2(10 / 5000)  # ten further leads a person
    assert model.own_leads(last) == pytest.approx(1 + 10 * 0.83, abs=0.01)
    assert usual_shares(model)[last] < before - 1


def test_a_value_that_all_have_who_have_one_is_common_however_few_they_are() -> None:
    city = fields().index("city")
    whole = prior_model(10_000, {"city": 10_000.0}, {"company"})
    half = prior_model(10_000, {"city": 5_000.0}, {"company"}, {"city": 5_000.0})
    assert usual_shares(half)[city] == pytest.approx(usual_shares(whole)[city], abs=0.01)
    assert usual_shares(half)[city] > -0.1


def test_a_home_has_an_end_and_a_workplace_may_have_all() -> None:
    prior = prior_model(1000, {}, {"company", "street"})
    half = np.array([300_000.0])
    found = {name: np.array([1.0]) for name in prior.odds}
    odds = learned_odds(prior, found, half)
    assert odds["household"] == pytest.approx(math.log2(2 * 5 / 999))
    assert odds["workplace"] == -1


def test_the_model_survives_its_table() -> None:
    model = prior_model(1000, {"city": 12.0}, {"company"}, {"city": 700.0})
    again = from_frame(to_frame(model).sample(fraction=1.0, shuffle=True, seed=1))
    assert again.odds == model.odds
    assert again.leads == 1000
    assert (again.averages == model.averages).all()
    assert (again.filled == model.filled).all()
    assert all(
        (a == b).all() for name in model.tables for a, b in zip(model.tables[name], again.tables[name], strict=True)
    )


def weighed(*pairs: tuple[int, int, float]) -> pl.DataFrame:
    rows = [
        {"record_a": a, "record_b": b, "match_weight": w, "match_probability": 1 / (1 + 2**-w), "is_related": False}
        for a, b, w in pairs
    ]
    return pl.DataFrame(rows)


def groups(pairs: pl.DataFrame, threshold: float = 0.7) -> set[tuple[int, ...]]:
    found = cluster(pairs, threshold).group_by("cluster").agg(pl.col("record").sort())
    return {tuple(r) for r in found["record"].to_list()}


def test_no_chain_through_a_contradiction() -> None:
    assert groups(weighed((1, 2, 6.0), (2, 3, 5.0), (1, 3, -9.0))) == {(1, 2), (3,)}


def test_a_lead_joins_on_the_word_of_many() -> None:
    assert groups(weighed((1, 2, 6.0), (2, 3, 1.5), (1, 3, -0.1))) == {(1, 2, 3)}


def test_colleagues_are_not_joined_by_a_third() -> None:
    pairs = weighed((1, 2, 9.0), (2, 3, 9.0), (1, 3, -2.0))
    assert groups(pairs) == {(1, 2, 3)}
    assert groups(pairs.with_columns(is_related=pl.col("match_weight") < 0)) == {(1, 2), (3,)}


def test_the_order_of_pairs_does_not_matter() -> None:
    draw = random.Random(1)
    pairs = weighed(
        *((a, b, round(draw.uniform(-6, 6), 1)) for a in range(20) for b in range(a + 1, 20) if draw.random() < 0.4)
    )
    assert groups(pairs) == groups(pairs.sample(fraction=1.0, shuffle=True, seed=2))


@pytest.fixture(scope="module")
def work_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    path = folder / "work.duckdb"
    with DuckDBEngine(path) as engine:
        run = make_run(folder, engine)
        rows = [ada("a1"), ada("a2", first_name="A"), bo("b1"), lead("c1", first_name="Cleo", last_name="Zander")]
        parts = [Named(name, (name,), "p") for name in ("a2", "b1")]
        decide.split(folder, parts, by="kim", reason="brothers", now=AS_OF)
        make_table(engine, "contacts.leads", [{"row_number": i + 1} | r for i, r in enumerate(rows)])
        for table in ("contacts.emails", "contacts.phones", "contacts.blocked_leads", "raw.files", "raw.leads", "raw.quarantine",
                      "raw.erased_rows", "raw.versions", "raw.accounts", *(f"raw.{o}" for o in OBJECTS)):  # fmt: skip
            make_table(engine, table)
        build_all(run)
    return path


def test_a_pair_is_explained_field_by_field(work_file: Path) -> None:
    found = explain_pair(work_file, "a2", "a1")
    assert found.leads == ("a1", "a2")
    assert found.people[0] == found.people[1]
    steps = {step.field: step for step in found.weighed.steps}
    assert steps["email"].level == "same"
    assert steps["email"].bits > 3 > steps["before"].bits
    assert sum(step.bits for step in found.weighed.steps) == pytest.approx(found.weighed.weight)
    paper = io.StringIO()
    Console(file=paper, width=100).print(render(found))
    text = paper.getvalue()
    assert "one person" in text
    assert "krog" not in text.lower()


def test_strangers_are_explained_too(work_file: Path) -> None:
    found = explain_pair(work_file, "a1", "b1")
    assert not found.is_compared
    assert found.weighed.probability < 0.01


def test_decisions_that_count_instead_are_told(work_file: Path) -> None:
    decided = decisions.read(work_file.parent)
    later = decisions.Decision(2, "merge", (("a1",), ("c1",)), AS_OF, "kim", "a new name")
    undone = decisions.Decision(2, "undo", (), AS_OF, "kim", "wrong", 1)
    told = {
        "followed": explain_pair(work_file, "a2", "b1", decided),
        "undone": explain_pair(work_file, "a2", "b1", [*decided, undone]),
        "nearby": explain_pair(work_file, "a1", "b1", decided),
        "pending": explain_pair(work_file, "a1", "c1", [*decided, later]),
    }
    split = tuple(decided)
    assert {name: (found.followed, found.pending, found.nearby) for name, found in told.items()} == {
        "followed": (split, None, ()),
        "undone": (split, (), ()),
        "nearby": ((), None, split),
        "pending": ((), (later,), ()),
    }
    lines = {
        "followed": "whatever the evidence: 1 (2026-10-01): they are two: brothers",
        "undone": "Taken back since",
        "nearby": "other leads of theirs: 1 (2026-10-01): they are two: brothers",
        "pending": "the next run follows it: 2 (2026-10-01): they are one person: a new name",
    }
    for name, line in lines.items():
        paper = io.StringIO()
        Console(file=paper, width=100).print(render(told[name]))
        assert line in " ".join(paper.getvalue().split()), name


@pytest.mark.parametrize(("a", "b", "part"), [("a1", "nobody", "no lead and no person"), ("a1", "a1", "one lead")])
def test_wrong_ids_are_named(work_file: Path, a: str, b: str, part: str) -> None:
    with pytest.raises(InputError, match=part):
        explain_pair(work_file, a, b)


def test_explain_without_a_publication(tmp_path: Path) -> None:
    answer = CliRunner().invoke(main, ["people", "explain", "a", "b", "--home", str(tmp_path)])
    assert answer.exit_code == 2


def test_little_memory_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = register(300, 5).drop("truth")
    plain = resolve(frame)
    monkeypatch.setattr(import_module("leadgrade.people.resolve"), "_MEMORY", 80_000_000)
    assert resolve(frame).equals(plain)


HELD = [
    (field, level, spec["most"])
    for field, of_field in settings()["fields"].items()
    for level, spec in of_field.items()
    if isinstance(spec, dict) and "most" in spec
]


@pytest.mark.parametrize(("field", "level", "most"), HELD, ids=[f"{field}.{level}" for field, level, _ in HELD])
def test_no_table_teaches_that_one_persons_values_differ_as_a_rule(field: str, level: str, most: float) -> None:
    """A big table without duplicates has very many pairs of namesakes in one town, of whom everything else differs."""
    prior = prior_model(1_000_000, {}, set()).tables[PERSON][fields().index(field)]
    at = levels(field).index(level)
    codes, ones = np.full(100_000, at), np.ones(100_000)
    learned = _learned_field(prior, codes, field, PERSON, (ones, ones))
    assert 2.0 ** float(learned[at]) == pytest.approx(most)


def test_companies_addresses_and_numbers_are_held() -> None:
    assert {"company", "email", "phone"} <= {field for field, _, _ in HELD}
