"""What people typed in one text, and the language that it is in."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from leadgrade import arguments
from leadgrade.contacts import vocabulary

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# three words tell the language of half the texts, five of nearly all; a text is no clearer after some lines
_FEWEST_LETTERS = 20
_MOST_SIGNS = 300
# of 1,596 texts of random words in eleven languages, four to nine words each, 89 % are answered from here on, none wrongly
_LEAST_SURE = 0.7
# languages that forms are filled in, and "zxx" for what is none; the 139 that the model knows take each other's short texts
_LANGUAGES = [
    *(
        "ar",
        "bg",
        "bs",
        "ca",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "et",
        "fa",
        "fi",
        "fr",
        "he",
        "hi",
        "hr",
        "hu",
        "id",
        "is",
    ),
    *(
        "it",
        "ja",
        "ko",
        "la",
        "lt",
        "lv",
        "mk",
        "ms",
        "nl",
        "nn",
        "no",
        "pl",
        "pt",
        "ro",
        "ru",
        "sk",
        "sl",
        "sq",
        "sr",
        "sv",
    ),
    *("th", "tr", "uk", "vi", "zh", "zxx"),
]
# addresses, links, numbers and codes are of no language
_NO_WORDS = r"\S*[@/\\_=<>0-9]\S*|[|;{}\[\]]"


def together(frame: pl.DataFrame) -> pl.Series:
    """Use case, current solution, notes and answers in one text; of the answers the values, for questions are not theirs."""
    values = pl.col("answers").str.replace_all(r'"(?:[^"\\]|\\.)*"\s*:', " ").str.replace_all(r'[{}"\[\]]', " ")
    parts = [pl.col("use_case"), pl.col("current_solution"), pl.col("notes"), values]
    text = pl.concat_str(parts, separator=" | ", ignore_nulls=True).str.replace_all(r"\s+", " ").str.strip_chars()
    return frame.select(pl.when(text != "").then(text).alias("free_text"))["free_text"]


@cache
def _identifier() -> LanguageIdentifier:
    """The model that comes inside the package; loaded (0.5 s, 105 MB) when the first text is long enough."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  most runs of tools never need it

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_LANGUAGES)
    return identifier


def _language(text: str) -> str | None:
    code, sure = _identifier().classify(text)
    # longer codes are dialects, "zxx" is no language at all
    return str(code) if sure >= _LEAST_SURE and len(code) == 2 else None


def languages(texts: pl.Series) -> pl.Series:
    """Language of each text, ISO 639-1; each distinct text is looked at once.

    Returns:
        Null for texts of fewer than 20 letters once addresses, links and numbers are left out, and where the best guess is less
        than 70 % sure.
    """

    def answer(distinct: pl.Series) -> pl.DataFrame:
        words = pl.col("t").str.replace_all(_NO_WORDS, " ").str.replace_all(r"\s+", " ").str.slice(0, _MOST_SIGNS)
        is_long = words.str.count_matches(r"\p{L}") >= _FEWEST_LETTERS
        plain = pl.DataFrame({"t": distinct}).select(pl.when(is_long).then(words))["t"]
        found = [_language(t) if t else None for t in plain]
        return pl.DataFrame({"language": pl.Series(found, dtype=pl.String)})

    return vocabulary.over_distinct(arguments.series(texts, "texts"), answer)["language"]


def describe(frame: pl.DataFrame) -> pl.DataFrame:
    """Text and language of what people typed.

    Args:
        frame: use_case, current_solution, notes, answers (JSON), as typed.

    Returns:
        free_text and free_text_language, one row per row.
    """
    text = together(frame)
    return pl.DataFrame({"free_text": text, "free_text_language": languages(text)})
