"""From cleaned fields to the forms that are compared: folded text, digits, sound keys, names read out of addresses."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import polars as pl

from leadgrade.contacts import companies, vocabulary
from leadgrade.contacts.email_kinds import disposable_domains, free_domains
from leadgrade.contacts.email_persons import is_role

# what normalise() is given: text as it came or cleaned by the stage contacts; null where unknown
INPUT: dict[str, pl.DataType] = {
    name: pl.String()
    for name in (
        "lead_id", "first_name", "last_name", "full_name", "middle_name", "gender", "email", "phone", "mobile",
        "company", "company_domain", "job_title", "street", "city", "region", "postal_code", "country",
        "date_of_birth", "identifier", "other",
    )
} | {"email_is_role": pl.Boolean()}  # fmt: skip

_LETTERS = {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"}
# a name of two scripts is one name: as passports write it, in the order of the alphabets
_SCRIPTS = (
    (
        "абвгдежзиклмнопрстуфхцчшщъыьэюяіє",
        "a b v g d e zh z i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya i e",
    ),
    ("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o"),
)
_LATIN = _LETTERS | {
    letter: latin.strip("-") for alphabet, row in _SCRIPTS for letter, latin in zip(alphabet, row.split(), strict=True)
}
_HONORIFICS = r"^(?:mr|mrs|ms|miss|dr|prof|sir|herr|frau|mme|sr|sra|rev|capt|lt|sgt|pvt|lord|lady)\s+"
_AFTER_NAMES = r"(?i)[\s,]+(?:jr|sr|junior|senior|ii|iii|iv|ph\.?d|m\.?d|esq|dds|mba|cpa)\.?\s*$"
# surname, given name, patronymic: so lists of Russian and Ukrainian names stand
_PATRONYMIC_LAST = r"^(\S+) (\S+) (\S+(?:ovich|evich|ovych|evych|yevich|ilich|ovna|evna|yevna|ivna|yivna|ichna))$"
# letters that sound alike; doubles fall together and vowels after the first letter go
_SOUNDS = {"ph": "f", "ck": "k", "gh": "g", "th": "t", "sh": "s", "sch": "s", "tz": "z", "dt": "t", "qu": "k", "c": "k", "z": "s",
           "v": "f", "w": "f", "y": "i", "j": "i", "d": "t", "x": "ks"}  # fmt: skip
_ABBREVIATIONS = {"street": "st", "road": "rd", "avenue": "ave", "lane": "ln", "drive": "dr", "court": "ct", "place": "pl",
                  "boulevard": "blvd", "highway": "hwy", "strasse": "str", "north": "n", "south": "s", "east": "e",
                  "west": "w", "route": "rt", "parkway": "pkwy", "terrace": "ter", "circle": "cir"}  # fmt: skip
# providers that leave out what stands between a plus and the @
_PLUS = r"gmail\.com|googlemail\.com|outlook\.com|hotmail\.com|icloud\.com|fastmail\.com|proton\.me|protonmail\.com"
_PLUS_DOMAINS = rf"^[^@]+@(?:{_PLUS})$"


def _filled(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.len_chars() > 0).then(text)


def folded(text: pl.Expr) -> pl.Expr:
    """Lower case, no accents, one blank between words, null where nothing is left."""
    plain = vocabulary.fold_expr(text.str.replace_all(r"['’`.]", ""))
    return _filled(plain.str.replace_many(list(_LATIN), list(_LATIN.values())))


def sound(name: pl.Expr) -> pl.Expr:
    """A rough sound key of a folded name: consonants by class, doubled letters and later vowels dropped, six characters."""
    plain = name.str.replace_all(" ", "").str.replace_many(list(_SOUNDS), list(_SOUNDS.values()), leftmost=True)
    head, tail = plain.str.slice(0, 1), plain.str.slice(1).str.replace_all("[aeiouh]", "")
    key = head + tail
    for letter in "bfgklmnprst":
        key = key.str.replace_all(f"{letter}{letter}+", letter)
    return _filled(key.str.slice(0, 6))


def _name(text: pl.Expr) -> pl.Expr:
    return folded(text).str.replace(_HONORIFICS, "")


def _whole_name(text: pl.Expr) -> pl.Expr:
    """Words of a full name without what stands after it; "Last, First" and surnames before patronymics turned round."""
    alone = text.str.replace(_AFTER_NAMES, "").str.replace(r"^\s*([^,]+?)\s*,\s*([^,]+?)\s*$", "$2 $1")
    return _name(alone).str.replace(_PATRONYMIC_LAST, "$2 $3 $1")


def _street(text: pl.Expr) -> pl.Expr:
    """Words of a street, the usual ones short; with two blanks between them each word has its own."""
    words = pl.concat_str(pl.lit(" "), folded(text).str.replace_all(" ", "  ", literal=True), pl.lit(" "))
    short = words.str.replace_many([f" {w} " for w in _ABBREVIATIONS], [f" {s} " for s in _ABBREVIATIONS.values()])
    return short.str.replace_all("  ", " ", literal=True).str.strip_chars(" ")


def _postal(text: pl.Expr) -> pl.Expr:
    """A postal code without blanks, the four figures after a ZIP code, and the zeros in front that spreadsheets take away."""
    area = text.str.replace(r"^(\d{5})-\d{4}$", "$1")
    return _filled(folded(area).str.replace_all(" ", "").str.replace("^0+(.)", "$1"))


def _date(text: pl.Expr) -> pl.Expr:
    """Digits of a date of birth, year first where it can be told."""
    swapped = text.str.replace(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$", "$3-$1-$2")
    swapped = swapped.str.replace(r"^(\d{4})[/.-](\d)[/.-]", "$1-0$2-").str.replace(
        r"^(\d{4}-\d{2})[/.-](\d)$", "$1-0$2"
    )
    return _filled(swapped.str.replace_all(r"[^0-9]", "").str.slice(0, 8))


# column of the input -> column of people.normalised and its form; many leads share a value, so each is read once
_FORMS: dict[str, tuple[str, Callable[[pl.Expr], pl.Expr]]] = {
    "first_name": ("first_name", _name),
    "last_name": ("last_name", _name),
    "full_name": ("full_name", _whole_name),
    "middle_name": ("middle", folded),
    "gender": ("gender", lambda text: folded(text).str.slice(0, 1)),
    "job_title": ("title", folded),
    "street": ("street", _street),
    "city": ("city", folded),
    "region": ("region", folded),
    "postal_code": ("postal", _postal),
    "country": ("country", folded),
    "date_of_birth": ("dob", _date),
    "identifier": ("identifier", lambda text: _filled(folded(text).str.replace_all(r"[^\p{L}0-9]", ""))),
    "other": ("other", folded),
}


def _form(values: pl.Series, form: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """A form of each value; most tables lack some columns, and nothing is the form of nothing."""
    return values if values.null_count() == len(values) else vocabulary.by_value(values, form)


def _read(frame: pl.DataFrame) -> pl.DataFrame:
    forms = [_form(frame[column], form).alias(name) for column, (name, form) in _FORMS.items()]
    return frame.with_columns(*forms, companies.normalise(frame["company"])["company_key"].alias("company"))


def _names(frame: pl.LazyFrame) -> pl.LazyFrame:
    """First and last, from their fields or from the full name."""
    lone = pl.col("first_name").is_null() & pl.col("last_name").is_null()
    first = pl.coalesce("first_name", pl.when(lone).then(pl.col("full_name").str.extract(r"^(\S+)")))
    last = pl.coalesce("last_name", pl.when(lone).then(pl.col("full_name").str.extract(r"\s(\S+)$")))
    frame = frame.with_columns(first.alias("first"), last.alias("last"))
    return frame.with_columns(pl.coalesce("middle", _between()).alias("middle"))


def _between() -> pl.Expr:
    """Words of the full name that are neither the given name nor the surname."""
    is_whole = pl.col("full_name").is_not_null()
    names = pl.concat_str(
        pl.when(is_whole).then("first"), pl.when(is_whole).then("last"), separator=" ", ignore_nulls=True
    )
    words = pl.col("full_name").str.split(" ").list.set_difference(names.str.split(" "))
    return _filled(words.list.join(" "))


def _email(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The address for matching, its letters before the @, and whether it belongs to a function."""
    plain = pl.col("email").str.to_lowercase().str.strip_chars()
    plain = pl.when(plain.str.contains(_PLUS_DOMAINS)).then(plain.str.replace(r"\+[^@]*@", "@")).otherwise(plain)
    frame = frame.with_columns(pl.when(plain.str.contains(r"^[^@\s]+@[^@\s]+$")).then(plain).alias("email"))
    local, domain = pl.col("email").str.extract(r"^([^@]+)@"), pl.col("email").str.extract(r"@(.+)$")
    role = pl.coalesce("email_is_role", is_role(local)).fill_null(value=False)
    return frame.with_columns(
        role.alias("email_is_role"),
        pl.when(~role)
        .then(_filled(vocabulary.fold_expr(local).str.replace_all(r"[^\p{L} ]", "").str.replace_all(r"\s+", " ")))
        .alias("_words"),
        domain.alias("email_domain"),
    ).with_columns(_filled(pl.col("_words").str.replace_all(" ", "")).alias("local"))


def _names_from_email(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Fill a missing part of the name, or one given as an initial, from an address such as first.last@."""
    no_first, no_last = pl.col("first").is_null(), pl.col("last").is_null()
    # most leads have both names: theirs need not be looked for
    is_open = no_first | no_last | (pl.col("first").str.len_chars() == 1)
    words, local = pl.when(is_open).then("_words"), pl.when(is_open).then("local")
    front, back = words.str.extract(r"^(\p{L}{2,}) \p{L}{2,}$"), words.str.extract(r"^\p{L}{2,} (\p{L}{2,})$")
    ends = local.str.ends_with(pl.col("last")) & (pl.col("last").str.len_chars() >= 3)
    starts = local.str.starts_with(pl.col("first")) & (pl.col("first").str.len_chars() >= 3)
    before_last = pl.when(ends).then(local.str.strip_suffix(pl.col("last")))
    after_first = pl.when(starts).then(local.str.strip_prefix(pl.col("first")))
    guess = pl.coalesce(pl.when(back == pl.col("last")).then(front), pl.when(no_last).then(front), before_last)
    is_longer = guess.str.starts_with(pl.col("first")) & (pl.col("first").str.len_chars() == 1)
    first = pl.when(no_first & ~(no_last & front.is_null())).then(guess).when(is_longer).then(guess).otherwise("first")
    last = pl.when(no_last & (no_first | (front == pl.col("first")))).then(back).when(no_last).then(
        pl.when(after_first.str.len_chars() >= 3).then(after_first)).otherwise("last")  # fmt: skip
    return frame.with_columns(_filled(first).alias("first"), _filled(last).alias("last"))


def _digits(column: str) -> pl.Expr:
    """Last ten digits of a number: the same with and without country code or trunk zero; null below seven."""
    digits = pl.col(column).str.replace_all(r"[^0-9]", "").str.strip_chars_start("0")
    return pl.when(digits.str.len_chars() >= 7).then(digits.str.slice(-10))


@cache
def _of_nobody() -> pl.Series:
    """Domains that are no company's."""
    return pl.Series(sorted(free_domains() | disposable_domains()), dtype=pl.String).implode()


def _numbers_and_domain(frame: pl.LazyFrame) -> pl.LazyFrame:
    own_domain = pl.when(~pl.col("email_domain").is_in(_of_nobody())).then("email_domain")
    return frame.with_columns(
        pl.coalesce("company_domain", own_domain).str.to_lowercase().alias("domain"),
        _digits("phone").alias("phone"),
        _digits("mobile").alias("mobile"),
    )


def normalise(frame: pl.DataFrame) -> pl.DataFrame:
    """Bring leads into the forms that blocking and comparison read.

    Args:
        frame: Columns of :data:`INPUT`; a missing column counts as null.

    Returns:
        The columns of ``people.normalised``, one row per row.
    """
    texts = [pl.col(c).cast(t) if c in frame.columns else pl.lit(None, t).alias(c) for c, t in INPUT.items()]
    plain = _numbers_and_domain(_names_from_email(_email(_names(_read(frame.select(texts)).lazy())))).collect(
        engine="in-memory"
    )
    spoken = [vocabulary.by_value(plain[c], sound) for c in ("first", "last")]
    # who has one name only may have the surname in the wrong box
    plain = plain.with_columns(spoken[0].alias("first_sound"), pl.coalesce(spoken[1], spoken[0]).alias("last_sound"))
    # names put into the wrong boxes meet under one key
    ordered = pl.col("first") <= pl.col("last")
    return plain.select(
        "lead_id", "first", "last", "middle", "gender", "first_sound", "last_sound",
        pl.when(ordered).then(pl.concat_str("first", pl.lit(" "), "last"))
        .when(~ordered).then(pl.concat_str("last", pl.lit(" "), "first")).alias("name_key"),
        "email", "local", "email_is_role", "phone",
        pl.when(pl.col("mobile").ne_missing(pl.col("phone"))).then("mobile").alias("mobile"),
        "company", "domain", "title", "street", "city", "region", "postal", "country", "dob", "identifier", "other",
    )  # fmt: skip
