"""Names of people: without honorifics, in order, in readable case, and marked where they are none."""

from __future__ import annotations

import re
from functools import cache

import polars as pl

from leadgrade import arguments
from leadgrade.contacts import vocabulary

_PARTS = ("first_name", "last_name", "full_name")
_TEST_LEAD = r"(?i)<?test lead: dummy data"
_TAG = r"<[^<>]*>"
_CONTROL = r"[\p{Cc}\p{Cf}\p{Co}\x{fffd}]+"
_EMAIL = r"[^\s@]+@[^\s@]+\.[^\s@]+"
# pictures, and the marks that colour them
_PICTURES = r"[\p{So}\x{fe0f}\x{1f3fb}-\x{1f3ff}]+"
# Robert "Bob" Smith: what friends call him is no part of the name
_NICKNAME = r"""(\S)\s+(?:["“”„«][^"“”«»]{1,20}["“”»]|'[^']{2,20}'|\([^()]{1,20}\))(?:\s+|$)"""
_ASIAN = r"^([\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]+)\s+([\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]+)$"
_ENTITIES = {"&amp;": "&", "&#39;": "'", "&apos;": "'", "&quot;": '"', "&nbsp;": " ", "&lt;": "", "&gt;": ""}
# five letters without a vowel, eight consonants on end (Hirschsprung has seven), four times the same letter
_NO_LETTER = r"^\P{L}*[0-9]\P{L}*$"
_NO_VOWEL = r"(?:^|\s)[b-df-hj-np-tv-xz]{5,}(?:\s|$)"
_CONSONANTS = r"[b-df-hj-np-tv-xz]{8,}"
_SAME_LETTER = "|".join(f"{letter}{{4,}}" for letter in "abcdefghijklmnopqrstuvwxyz")
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _words(name: str) -> list[str]:
    return [str(w) for w in vocabulary.load("names")[name]]


@cache
def _pattern(name: str) -> str:
    """Words of a list as a regex group; dots in what is typed are optional."""
    return vocabulary.words_pattern(re.escape(w).replace(r"\ ", r"\s+") + r"\.?" for w in _words(name))


def _tidy(text: pl.Expr) -> pl.Expr:
    """No markup, control characters, quotes around or blanks twice; null where nothing is left."""
    plain = text.str.replace_many(list(_ENTITIES), list(_ENTITIES.values())).str.replace_all(_TAG, " ")
    plain = plain.str.normalize("NFC").str.replace_all(_CONTROL, " ").str.replace_all("[`´‘’]", "'")
    plain = plain.str.replace_all(_PICTURES, " ").str.replace(_NICKNAME, "$1 ")
    plain = plain.str.replace_all(r"\s+", " ").str.strip_chars(' ,;:|*"“”()[]{}_<>')
    return pl.when(plain != "").then(plain)


def _strip_titles(text: pl.Expr) -> pl.Expr:
    """Without honorifics before and letters after the name; one word alone stays."""
    before = rf"(?i)^(?:{_pattern('honorifics')}\s+)+(\S.*)$"
    after = rf"(?i)^(.*[^\s,])(?:\s*,\s*|\s+){_pattern('suffixes')}$"
    plain = pl.coalesce(text.str.extract(before), text)
    for _ in range(2):  # "MD, PhD"
        plain = pl.coalesce(plain.str.extract(after), plain)
    return plain.str.strip_chars(" ,")


def _in_order(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Turn "Last, First" round, and names in Chinese, Japanese and Korean script, where the family comes first.

    Step by step: in one expression the same patterns would run again for each mention of what they find.
    """
    frame = frame.with_columns(_strip_titles(pl.col(name)).alias(name))
    # few names stand in another order; what is null costs nothing
    other = pl.col(name).str.contains(",", literal=True) | pl.col(name).str.contains(_ASIAN)
    turned = pl.col(name).str.replace(r"^([^,]+?)\s*,\s*([^,]+)$", "$2 $1").str.replace(_ASIAN, "$2 $1")
    frame = frame.with_columns(pl.when(other).then(turned).alias("turned"))
    # "Smith Jr., John": what stood behind the family name stands at the end now
    return frame.with_columns(pl.coalesce(_strip_titles(pl.col("turned")), name).alias(name)).drop("turned")


@cache
def _split_pattern(tail: str = "") -> str:
    particles = vocabulary.words_pattern(re.escape(w) for w in _words("particles"))
    return rf"(?i)^(\S.*?)\s+((?:{particles}\s+)*\S+{tail})$"


def _part(name: pl.Expr, number: int) -> pl.Expr:
    """The given (1) or the family name (2) of a name in order; "Ortega y Gasset" is one family name."""
    joined = pl.when(name.str.contains(r"(?i)\S\s+\S+\s+y\s+\S")).then(name)
    return pl.coalesce(
        joined.str.extract(_split_pattern(r"\s+y\s+\S+"), number), name.str.extract(_split_pattern(), number)
    )


def _cased(text: pl.Expr) -> pl.Expr:
    """Title case where everything is upper or lower case; particles stay small; JP and AJ stay as they are."""
    one_case = (text == text.str.to_uppercase()) | (text == text.str.to_lowercase())
    titled = text.str.to_titlecase()
    after_mc = titled.str.slice(2, 1).str.to_uppercase() + titled.str.slice(3)
    titled = pl.when(titled.str.contains(r"^Mc\p{Ll}")).then(pl.lit("Mc") + after_mc).otherwise(titled)
    particles = {f" {word.title()} ": f" {word} " for word in _words("particles") if len(word) > 1}
    padded = pl.lit(" ") + titled
    for _ in range(2):  # neighbours share a blank
        padded = padded.str.replace_many(list(particles), list(particles.values()))
    initials = text.str.contains(r"^\p{Lu}{1,2}$")
    return pl.when(one_case & ~initials).then(padded.str.slice(1)).otherwise(text)


def _is_placeholder(text: pl.Expr) -> pl.Expr:
    words = pl.Series(_words("placeholders")).implode()
    plain = text.str.to_lowercase().str.strip_chars(" .!*<>()")
    return plain.is_in(words) | text.str.contains(_TEST_LEAD)


def _any(*tests: pl.Expr) -> pl.Expr:
    return pl.any_horizontal(*(test.fill_null(value=False) for test in tests))


@cache
def _company_pattern() -> str:
    ends = vocabulary.words_pattern(re.escape(w) for w in _words("company_words"))
    starts = [
        re.escape(w) + (r"\s" if w.isalpha() and len(w) < 4 and w[0] < "\u3000" else "")
        for w in _words("company_prefixes")
    ]
    return rf"(?i)\S[\s,]+(?:{ends})\.?$|^\s*{vocabulary.words_pattern(starts)}"


@cache
def mash_pattern() -> str:
    """A regular expression (RE2 and polars) that finds mashed keys in lower-case text.

    A word that is runs and neighbours on the keyboard but for a letter before and behind, or four times the same letter. A run
    inside a longer word is none: Asdfar may be somebody's name.
    """
    run = vocabulary.words_pattern(_words("keyboard_runs"))
    rows = (*_KEYS, *(row[::-1] for row in _KEYS))
    neighbours = vocabulary.words_pattern(row[at : at + 2] for row in rows for at in range(len(row) - 1))
    return rf"(?:^|\P{{L}})[a-z]?{neighbours}*{run}(?:{run}|{neighbours})*[a-z]?(?:\P{{L}}|$)|{_SAME_LETTER}"


def _is_gibberish(text: pl.Expr) -> pl.Expr:
    plain = text.str.to_lowercase()
    return plain.str.contains(f"{_NO_LETTER}|{_NO_VOWEL}|{_CONSONANTS}|{mash_pattern()}")


def _issues(frame: pl.DataFrame) -> pl.DataFrame:
    """Faults of the fields as they were typed, but for tidy blanks."""
    raw = tuple(pl.col(f"raw_{part}") for part in _PARTS)
    tidy = tuple(pl.col(part) for part in _PARTS)
    given, family = raw[0].str.to_lowercase(), raw[1].str.to_lowercase()
    both = pl.coalesce(pl.concat_str(given, family, separator=" "), raw[2].str.to_lowercase()).str.replace_all(
        r"\s+", " "
    )
    pair = both.str.strip_chars().is_in(pl.Series(_words("placeholder_pairs")).implode())
    alone = _words("placeholders_alone")
    said = [*_words("placeholders"), *alone, *(f"{word} {word}" for word in alone)]
    nothing = both.str.strip_chars().is_in(pl.Series(said).implode())
    cells = (*tidy, pl.concat_str(tidy[0], tidy[1], separator=" "))
    company = _any(*(t.str.contains(_company_pattern()) for t in cells))
    issue = (
        pl.when(_any(*(t.str.contains(_EMAIL) for t in raw)))
        .then(pl.lit("email"))
        .when(_any(pair, nothing, *(_is_placeholder(t) for t in raw)))
        .then(pl.lit("placeholder"))
        .when(company)
        .then(pl.lit("company"))
        .when(_any(*(_is_gibberish(t) for t in tidy)))
        .then(pl.lit("gibberish"))
    )
    return frame.with_columns(name_issue=issue, is_nothing=nothing.fill_null(value=False))


def _blank_faults(frame: pl.DataFrame) -> pl.DataFrame:
    """Fields that hold an address or stand for nothing become null."""
    blanks = [
        pl.when(~_any(pl.col("is_nothing"), raw.str.contains(_EMAIL), _is_placeholder(raw))).then(part)
        for part, raw in ((p, pl.col(f"raw_{p}")) for p in _PARTS)
    ]
    return frame.with_columns(b.alias(part) for b, part in zip(blanks, _PARTS, strict=True))


def _with_whole(frame: pl.DataFrame) -> pl.DataFrame:
    """``whole``: the name that is to be split, and ``name_from``: where it is found. A company is not taken apart."""
    first, last, full = (pl.col(part) for part in _PARTS)
    lone = pl.when(last.is_null() & full.is_null() & first.str.contains(" ", literal=True)).then(first)
    fields = first.is_not_null() | last.is_not_null()
    is_person = pl.col("name_issue").ne_missing("company")
    whole = pl.when(is_person).then(pl.coalesce(lone, pl.when(~fields).then(full)))
    found = pl.when(is_person & lone.is_not_null()).then(pl.lit("first_name")).when(fields).then(pl.lit("fields"))
    origin = found.when(full.is_not_null()).then(pl.lit("full_name"))
    return _in_order(frame.with_columns(whole=whole, name_from=origin), "whole")


def _split(frame: pl.DataFrame) -> pl.DataFrame:
    """First and last name from the full name, or from a first name that holds both."""
    frame = _with_whole(frame)
    whole = pl.col("whole")
    given = pl.coalesce(_part(whole, 1), whole)
    return frame.with_columns(
        first_name=pl.when(whole.is_not_null()).then(given).otherwise(_strip_titles(pl.col("first_name"))),
        last_name=pl.when(whole.is_not_null()).then(_part(whole, 2)).otherwise(_strip_titles(pl.col("last_name"))),
    )


def clean(frame: pl.DataFrame) -> pl.DataFrame:
    """Clean the names of people.

    Args:
        frame: first_name, last_name, full_name, as typed; a missing column counts as null.

    Returns:
        One row per row: first_name and last_name (no markup, honorifics or degrees; split from the full name where they are
        missing; title case where all letters were of one case), full_name (both together), name_from (fields, full_name,
        first_name: where they were found), name_issue (email, placeholder, company, gibberish or null). Fields that hold an
        address or a placeholder become null; gibberish and companies stay.

    Raises:
        TypeError: ``frame`` is no DataFrame, or a part holds lists or the like.
        ValueError: It has none of the parts.
    """
    frame = arguments.frame(frame, "frame")
    if not set(_PARTS) & set(frame.columns):
        raise ValueError(
            f"frame: expected one of {', '.join(_PARTS)}, found {', '.join(frame.columns) or 'no columns'}"
        )
    texts = [arguments.text(frame[p], p) if p in frame.columns else pl.lit(None, pl.String).alias(p) for p in _PARTS]
    plain = frame.select(pl.lit(0).alias("row"), *texts)
    plain = plain.with_columns(pl.col(part).alias(f"raw_{part}") for part in _PARTS)
    plain = plain.with_columns(vocabulary.by_value(plain[part], _tidy) for part in _PARTS)
    plain = _split(_blank_faults(_issues(plain)))
    cased = plain.with_columns(vocabulary.by_value(plain[part], _cased) for part in _PARTS[:2])
    blank_to_null = [pl.when(pl.col(p) != "").then(pl.col(p)).alias(p) for p in _PARTS[:2]]
    cased = cased.with_columns(blank_to_null)
    both = pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True)
    fallback = pl.when(pl.col("name_issue") == "company").then("full_name")
    full = pl.coalesce(pl.when(both != "").then(both), fallback)
    cased = cased.with_columns(full_name=full)
    origin = pl.when(pl.col("full_name").is_not_null()).then("name_from").alias("name_from")
    return cased.select(*_PARTS, origin, "name_issue")
