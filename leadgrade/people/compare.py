"""Levels of agreement of candidate pairs, field by field, whole batches at a time."""

from __future__ import annotations

from collections.abc import Container
from functools import cache
from types import MappingProxyType

import polars as pl

from leadgrade.engine import DuckDBEngine
from leadgrade.people.similar import Texts, alike, edits, same_words, with_similarity

FIELDS = (
    "first_name", "last_name", "middle_name", "gender", "email", "phone", "company", "job_title", "street", "postal_code",
    "city", "region", "country", "date_of_birth", "identifier", "other",
)  # fmt: skip
# columns of people.features that a comparison reads, for either lead
_TEXTS = (
    "first", "last", "middle", "gender", "email", "local", "phone", "mobile", "company", "domain", "title", "street", "city",
    "region", "postal", "country", "dob", "identifier", "other",
)  # fmt: skip
# how many share a value that both have need not be asked of the second lead, too
_ONCE = ("email_names", "phone_names", "mobile_names", "domain_records", "identifier_names")
_BOTH = (
    "name_records", "first_records", "last_records", "company_records", "street_records", "city_records", "postal_records",
    "title_records", "dob_records", "other_records",
)  # fmt: skip
_HAS_FIGURE = "regexp_matches(f.email, '[0-9].*@')"
# what of an address its comparison reads: taken apart once a lead, not once a pair
_OF_EMAIL = {
    "at": "substr(f.email, instr(f.email, '@') + 1)",
    # only a local part with a figure in it is somebody's own; john.smith@ says no more than the name
    "own": f"case when {_HAS_FIGURE} then split_part(f.email, '@', 1) end",
    "figure": f"case when {_HAS_FIGURE} then regexp_replace(split_part(f.email, '@', 1), '[^0-9]+', '', 'g') end",
    "at_figure": "nullif(regexp_replace(substr(f.email, instr(f.email, '@') + 1), '[^0-9]+', '', 'g'), '')",
}
# columns of people.features that are read
READ = (*_TEXTS, "email_is_role", *_BOTH, *_ONCE)
FEATURES = (*_TEXTS, *_OF_EMAIL, "email_is_role", *_BOTH, *_ONCE)
# from so many characters and four words on, a column of no special kind holds a text: a title, a description
LONG_TEXT = 20
# a number or address under which names with this many initials appear is shared: a switchboard, an office, a placeholder
SHARED_PHONE = 3
SHARED_EMAIL = 4
SHARED_IDENTIFIER = 5
# years of birth that were guessed, or taken from ages told at different times, lie up to so many years apart
NEAR_YEARS = 5


def filled_texts(engine: DuckDBEngine) -> frozenset[str]:
    """The texts of ``people.features`` that some lead has, for :func:`side_query`."""
    counts = ", ".join(f"count(f.{text}) as {text}" for text in _TEXTS)
    row = engine.collect(f"select {counts} from people.features as f").row(0, named=True)
    return frozenset(text for text, leads in row.items() if leads)


def features_of(side: str) -> list[str]:
    """What is read of the first lead (a) and of the second (b)."""
    return [feature for feature in FEATURES if side == "a" or feature not in _ONCE]


def side_query(side: str, filled: Container[str], features: str = "people.features") -> str:
    """What is read of a lead; of a text that nobody has only that it is missing: every column that is joined costs."""
    texts = [f"f.{text}" if text in filled else f"cast(null as varchar) as {text}" for text in _TEXTS]
    texts += [f"{part if 'email' in filled else 'cast(null as varchar)'} as {name}" for name, part in _OF_EMAIL.items()]
    counts = [f"cast(f.{count} as integer) as {count}" for count in ((*_BOTH, *_ONCE) if side == "a" else _BOTH)]
    return f"(select f.record, {', '.join((*texts, 'f.email_is_role', *counts))} from {features} as f) as {side}"


def compare_query(pairs: str = "people.candidates", further: str = "", features: str = "people.features") -> str:
    """Candidate pairs with the features of both leads, as columns ``<feature>_a`` and ``<feature>_b``.

    Args:
        pairs: Table of record_a and record_b.
        further: Columns of it (alias p) that are wanted beside them, each after a comma.
        features: Table of the features of both leads.
    """
    sides = [f"{side}.{f} as {f}_{side}" for side in "ab" for f in features_of(side)]
    return f"""
select p.record_a, p.record_b{further}, {", ".join(sides)}
from {pairs} as p
inner join {side_query("a", _TEXTS, features)} on p.record_a = a.record
inner join {side_query("b", _TEXTS, features)} on p.record_b = b.record"""


def _levels(*cases: tuple[pl.Expr, str], otherwise: str = "different") -> pl.Expr:
    """The first case that holds; a comparison with null does not hold."""
    chain = pl.when(cases[0][0].fill_null(value=False)).then(pl.lit(cases[0][1]))
    for condition, level in cases[1:]:
        chain = chain.when(condition.fill_null(value=False)).then(pl.lit(level))  # type: ignore[assignment]
    return chain.otherwise(pl.lit(otherwise))


def _missing(*columns: str) -> tuple[pl.Expr, str]:
    absent = [pl.all_horizontal(pl.col(f"{c}_{side}").is_null() for c in columns) for side in "ab"]
    return absent[0] | absent[1], "missing"


def _same(column: str) -> pl.Expr:
    return pl.col(f"{column}_a") == pl.col(f"{column}_b")


def _shorter(column: str) -> pl.Expr:
    return pl.min_horizontal(pl.col(f"{column}_a").str.len_chars(), pl.col(f"{column}_b").str.len_chars())


def _begins(column: str) -> pl.Expr:
    a, b = pl.col(f"{column}_a"), pl.col(f"{column}_b")
    return a.str.starts_with(b) | b.str.starts_with(a)


def _has_word(column: str) -> pl.Expr:
    """One of the two is a word of the other: Garcia and Garcia Lopez."""
    a, b = (pl.concat_str(pl.lit(" "), pl.col(f"{column}_{side}"), pl.lit(" ")) for side in "ab")
    return (a.str.contains(b, literal=True) | b.str.contains(a, literal=True)) & (_shorter(column) >= 3)


def _is_other_part() -> pl.Expr:
    """Somebody with one name only, and it is the other's surname."""
    first, last = ([pl.col(f"{f}_{side}") for side in "ab"] for f in ("first", "last"))
    return (last[0].is_null() & (first[0] == last[1])) | (last[1].is_null() & (first[1] == last[0]))


def _first_level() -> pl.Expr:
    initial = _begins("first") & (_shorter("first") == 1)
    return _levels(
        _missing("first"),
        (_same("first"), "same"),
        (pl.col("is_swapped"), "swapped"),
        (pl.col("is_nickname"), "nickname"),
        (initial, "initial"),
        (_begins("first") & (_shorter("first") >= 3), "prefix"),
        (edits("first", 1) & (_shorter("first") >= 3), "typo"),
        (alike("first", 0.9) | (edits("first", 2) & (_shorter("first") >= 6)), "similar"),
        (_is_other_part(), "other_part"),
        (alike("first", 0.8), "loose"),
    )


def _last_level() -> pl.Expr:
    return _levels(
        _missing("last"),
        (_same("last"), "same"),
        (pl.col("is_swapped"), "swapped"),
        (_begins("last") & (_shorter("last") == 1), "initial"),
        (edits("last", 1) & (_shorter("last") >= 3), "typo"),
        (_has_word("last"), "contained"),
        (alike("last", 0.92) | (edits("last", 2) & (_shorter("last") >= 6)), "similar"),
        (alike("last", 0.82), "loose"),
    )


def _middle_level() -> pl.Expr:
    return _levels(
        _missing("middle"),
        (_same("middle") & (_shorter("middle") == 1), "same_initial"),
        (_same("middle"), "same"),
        (_begins("middle") & (_shorter("middle") == 1), "initial"),
        (_has_word("middle"), "contained"),
    )


def _date_level() -> pl.Expr:
    """Day and month in each other's place, one slip of the pen, two slips or one part of three, another date; or years."""
    a, b = pl.col("dob_a"), pl.col("dob_b")
    crossed = a.str.slice(0, 4) + a.str.slice(6, 2) + a.str.slice(4, 2)
    parts = [(a.str.slice(at, n) == b.str.slice(at, n)).cast(pl.Int8) for at, n in ((0, 4), (4, 2), (6, 2))]
    is_near = edits("dob", 2) | (pl.sum_horizontal(parts) >= 2)
    # of two years every tenth pair is one figure apart: slips are told by the distance
    years = [side.str.slice(0, 4).cast(pl.Int32, strict=False) for side in (a, b)]
    is_year = (a.str.len_chars() == 4) | (b.str.len_chars() == 4)
    return _levels(
        _missing("dob"),
        (is_year & (years[0] == years[1]), "year_same"),
        (is_year & ((years[0] - years[1]).abs() <= 1), "year_slip"),
        (is_year & ((years[0] - years[1]).abs() <= NEAR_YEARS), "year_near"),
        (is_year, "year_different"),
        (_same("dob"), "same"),
        (crossed == b, "swapped"),
        (edits("dob", 1), "slip"),
        (is_near, "near"),
    )


def _email_level(frame: pl.DataFrame) -> pl.Series:
    """Levels of all pairs; two addresses are taken apart only where there are two."""
    is_shared = pl.col("email_is_role_a") | (pl.col("email_names_a") >= SHARED_EMAIL)
    quick = _levels(_missing("email"), (_same("email") & is_shared, "same_shared"), (_same("email"), "same"))
    level = frame.select(quick.alias("email")).to_series()
    differing = (level == "different").arg_true()
    parts = ("email", "email_is_role", "domain", "local", "first", "last", *_OF_EMAIL)
    two = frame.select(*(f"{part}_{side}" for part in parts for side in "ab"), "email_edits")[differing]
    return level.scatter(differing, two.select(_two_addresses()).to_series())


@cache
def _two_addresses() -> pl.Expr:
    length = pl.min_horizontal(pl.col(f"email_{side}").str.len_chars() for side in "ab")
    one_firm = _same("at") & (pl.col("at_a") == pl.col("domain_a"))
    # gmail.com and hotmail.com are no slips of each other
    other_provider = ~_same("at") & pl.any_horizontal(pl.col(f"at_{s}").eq_missing(pl.col(f"domain_{s}")) for s in "ab")
    # smith1@ and smith2@ are numbered; of namesakes with three figures one in forty is an edit away, in longer ones it is a slip
    figures = pl.max_horizontal(pl.col(f"figure_{side}").str.len_chars() for side in "ab")
    is_slip = (edits("email", 1) & (figures >= 4)).fill_null(value=False)
    is_numbered = _same("local") & _same("at") & pl.col("figure_a").ne_missing(pl.col("figure_b")) & ~is_slip
    two_figures = (pl.col("figure_a") != pl.col("figure_b")).fill_null(value=False)
    # smith43@firm62 and smith42@firm682: no slips, for figures are what tells people and firms apart
    two_firms = (pl.col("at_figure_a") != pl.col("at_figure_b")).fill_null(value=False)
    is_other = (~_same("at") & two_figures) | two_firms
    # tom.baker@ and tim.baker@ of one firm: the boxes differ as the names do
    other_name = pl.any_horizontal(
        (pl.col(f"{n}_a") != pl.col(f"{n}_b")).fill_null(value=False) for n in ("first", "last")
    )
    return _levels(
        (pl.col("email_is_role_a") | pl.col("email_is_role_b"), "missing"),
        (_same("own") & (_shorter("figure") >= 4), "same_local"),
        (_same("own"), "same_short"),
        (is_numbered & one_firm, "other_figure"),
        (is_numbered, "other_figure_free"),
        (_same("figure") & (_shorter("figure") >= 3), "same_figure"),
        (_same("local") & _same("at"), "typo"),
        (_same("local") & (_shorter("local") >= 5) & ~two_figures, "same_name"),
        (one_firm & other_name, "other_box"),
        (edits("email", 2) & ((_shorter("local") >= 6) | other_provider) & ~is_other, "typo"),
        (
            other_provider
            & edits("email", 5)
            & (pl.col("email_edits") * 4 <= length)
            & ~(_same("local") & two_figures)
            & ~is_other,
            "similar",
        ),
        (one_firm, "other_box"),
    )


def _phone_pairs() -> list[tuple[str, str]]:
    return [(a, b) for a in ("phone", "mobile") for b in ("phone", "mobile")]


def _phone_level() -> pl.Expr:
    same = pl.any_horizontal((pl.col(f"{a}_a") == pl.col(f"{b}_b")).fill_null(value=False) for a, b in _phone_pairs())
    same_own = pl.any_horizontal(
        ((pl.col(f"{a}_a") == pl.col(f"{b}_b")) & (pl.col(f"{a}_names_a") < SHARED_PHONE)).fill_null(value=False)
        for a, b in _phone_pairs()
    )
    return _levels(
        (same_own, "same"),
        (same, "same_shared"),
        _missing("phone", "mobile"),
        (edits("phone", 1) & (_shorter("phone") >= 9), "typo"),
    )


@cache
def _quick_company_level() -> pl.Expr:
    return _levels(
        (_same("company"), "same"),
        (_same("domain"), "same_domain"),
        (alike("company", 0.92) | (_begins("company") & (_shorter("company") >= 5)), "similar"),
        _missing("company"),
    ).alias("company")


def _company_level(frame: pl.DataFrame) -> pl.Series:
    """Levels of all pairs; where two names are nearly the same their figures have to be: Firm 12 is not Firm 17."""
    level = frame.select(_quick_company_level()).to_series()
    similar = (level == "similar").arg_true()
    figures = [frame[f"company_{side}"][similar].str.replace_all("[^0-9]", "") for side in "ab"]
    return level.scatter(similar.filter(figures[0] != figures[1]), "different")


def _street_level() -> pl.Expr:
    return _levels(
        _missing("street"),
        (_same("street"), "same"),
        (alike("street", 0.88), "similar"),
        (alike("street", 0.75), "loose"),
    )


def _postal_level() -> pl.Expr:
    a, b = pl.col("postal_a"), pl.col("postal_b")
    is_near = edits("postal", 2) | (a.str.slice(0, 3) == b.str.slice(0, 3))
    return _levels(_missing("postal"), (_same("postal"), "same"), (edits("postal", 1), "similar"), (is_near, "loose"))


def _identifier_level() -> pl.Expr:
    is_near = edits("identifier", 3) & (_shorter("identifier") >= 7)
    return _levels(
        _missing("identifier"),
        (_same("identifier") & (pl.col("identifier_names_a") >= SHARED_IDENTIFIER), "same_shared"),
        (_same("identifier"), "same"),
        (edits("identifier", 2), "similar"),
        (is_near, "loose"),
    )


def _text_level(column: str, threshold: float) -> pl.Expr:
    return _levels(_missing(column), (_same(column), "same"), (alike(column, threshold), "similar"))


def _other_level() -> pl.Expr:
    """Short values (a category, a colour) and texts: two texts of four words are hardly ever alike by chance."""
    is_text = pl.all_horizontal(
        (pl.col(f"other_{side}").str.len_chars() >= LONG_TEXT) & (pl.col(f"other_{side}").str.count_matches(" ") >= 3)
        for side in "ab"
    )
    is_similar = alike("other", 0.9) | same_words("other", 0.9)
    # the second edition is not the first
    figures = [pl.col(f"other_{side}").str.extract_all(r"[0-9]+").list.sort().list.join(" ") for side in "ab"]
    other_figures = (figures[0] != figures[1]) & (figures[0] != "") & (figures[1] != "")
    return _levels(
        _missing("other"),
        (is_text & _same("other"), "text_same"),
        (is_text & same_words("other", 0.85) & ~other_figures, "text_similar"),
        (is_text & same_words("other", 0.65), "text_loose"),
        (is_text, "text_different"),
        (_same("other"), "same"),
        (is_similar, "similar"),
    )


def _records() -> dict[str, pl.Expr]:
    """How many leads share the agreed value (of what belongs to somebody: people); where values are close, the more frequent."""

    def most(column: str) -> pl.Expr:
        return pl.max_horizontal(f"{column}_records_a", f"{column}_records_b")

    company = pl.when(_same("company")).then(pl.col("company_records_a")).when(_same("domain")).then("domain_records_a")
    return {
        "full_name": most("name"), "first_name": most("first"), "last_name": most("last"), "email": pl.col("email_names_a"),
        "phone": pl.max_horizontal("phone_names_a", "mobile_names_a"), "company": company.otherwise(most("company")),
        "job_title": most("title"), "street": most("street"), "postal_code": most("postal"), "city": most("city"),
        "date_of_birth": most("dob"), "identifier": pl.col("identifier_names_a"), "other": most("other"),
    }  # fmt: skip


@cache
def _told() -> list[pl.Expr]:
    """What is told of a pair, the levels of address and company apart; making the expressions costs as much as a small batch."""
    return [
        _first_level().alias("first_name"),
        _last_level().alias("last_name"),
        _middle_level().alias("middle_name"),
        _levels(_missing("gender"), (_same("gender"), "same")).alias("gender"),
        _phone_level().alias("phone"),
        _text_level("title", 0.9).alias("job_title"),
        _street_level().alias("street"),
        _postal_level().alias("postal_code"),
        _text_level("city", 0.88).alias("city"),
        _levels(_missing("region"), (_same("region"), "same")).alias("region"),
        _levels(_missing("country"), (_same("country"), "same")).alias("country"),
        _date_level().alias("date_of_birth"),
        _identifier_level().alias("identifier"),
        _other_level().alias("other"),
        *(expression.alias(f"{field}_records") for field, expression in _records().items()),
    ]


def compare(frame: pl.DataFrame, texts: Texts = MappingProxyType({})) -> pl.DataFrame:
    """Compare candidate pairs.

    Args:
        frame: Rows of :func:`compare_query`.
        texts: Columns of the frame as texts of Python, those that somebody holds.

    Returns:
        record_a, record_b, one column a field of :data:`FIELDS` with its level of agreement ("missing" is neither for nor
        against), and ``<field>_records``: how many leads share the value that they agree in.
    """
    scored = with_similarity(frame, texts)
    return scored.select("record_a", "record_b", _email_level(scored), _company_level(scored), *_told())
