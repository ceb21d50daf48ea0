"""What people answer in forms: when they will buy, and what they gave leave for."""

from __future__ import annotations

import polars as pl

from leadgrade.contacts import vocabulary
from leadgrade.raw.cells.values import names_day, to_boolean

_UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}
_UNITS = {
    "day": r"d|days?|tag(?:e|en)?|jours?|dias?|giorn[oi]|dag(?:en)?",
    "week": r"w|wks?|weeks?|wochen?|semaines?|semanas?|settiman[ae]|weken",
    "month": r"m|mos?|mths?|months?|monat(?:e|en)?|mois|mes(?:es)?|mes[ei]|maand(?:en)?",
    "quarter": r"quarters?|quartale?|trimestres?",
    "year": r"y|yrs?|years?|jahr(?:e|en)?|ans?|annees?|anos?|ann[oi]|jaar",
}
_NUMBER_WORDS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "nine": 9,
    "twelve": 12,
    "ein": 1,
    "eine": 1,
    "einem": 1,
    "zwei": 2,
    "drei": 3,
    "sechs": 6,
    "un": 1,
    "une": 1,
    "deux": 2,
    "trois": 3,
    "dos": 2,
    "tres": 3,
}
_UNIT = "|".join(_UNITS.values())
_COUNT = r"[0-9]{1,4}|" + "|".join(_NUMBER_WORDS)
# the last number before a unit is the upper end: "1-3 months"
_SPAN = rf"(?:^|[^a-z0-9])({_COUNT})\s*\+?\s*({_UNIT})(?:[^a-z]|$)"
_NOW = (
    r"\b(?:immediate(?:ly)?|asap|as soon as possible|now|right away|urgent(?:ly)?|today|sofort|ab sofort"
    r"|schnellstmoglich|dringend|immediatement|des que possible|inmediat[oa](?:mente)?|ya|ahora|subito|immediatamente)\b"
)
_NAMED = {
    r"\b(?:this|diese|cette|esta) (?:week|woche|semaine|semana)\b": 7,
    r"\b(?:this|current) month\b|\bdiesen monat\b|\bce mois\b|\beste mes\b": 30,
    r"\bnext week\b": 14,
    r"\bnext month\b": 60,
    r"\bthis quarter\b": 90,
    r"\bnext quarter\b": 180,
    r"\b(?:this|within the|end of the) year\b": 365,
}
_OPEN = (
    r"(?:>|\bmore than\b|\bover\b|\blonger than\b|\bmehr als\b|\bplus de\b|\bmas de\b"
    r"|\boltre\b|\bafter\b|\bbeyond\b|[0-9]\s*\+)"
)
_NO_ANSWER = (
    r"\bq[1-4]\b|\bno (?:timeline|plans?|timeframe|rush)\b|\bnot sure\b|\bunsure\b|\bunknown\b|\bnever\b|\bnot now\b"
)


def _unit_days(unit: pl.Expr) -> pl.Expr:
    return pl.coalesce(
        pl.when(unit.str.contains(f"^(?:{words})$")).then(pl.lit(_UNIT_DAYS[name])) for name, words in _UNITS.items()
    )


def timeline_days(values: pl.Series) -> pl.Series:
    """Days until they say they will buy.

    "Within 3 months" is 90, "1-3 months" 90 (its end), "more than 6 months" 181 (past it), "immediately" 0, "30 days" and a
    bare "30" 30; a month counts 30 days, a year 365. Null where no span is named ("Q1 next year", "just looking").
    """

    def answer(distinct: pl.Series) -> pl.DataFrame:
        plain = pl.col("v").str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}+", "")
        frame = pl.DataFrame({"v": distinct.cast(pl.String)}).select(
            v=plain.str.replace_all(r"\s+", " ").str.strip_chars()
        )
        text = pl.col("v")
        count = text.str.extract(_SPAN, 1)
        number = pl.coalesce(
            count.replace_strict(_NUMBER_WORDS, default=None, return_dtype=pl.Int64), count.cast(pl.Int64, strict=False)
        )
        past = pl.when(text.str.contains(_OPEN)).then(1).otherwise(0)
        span = number * _unit_days(text.str.extract(_SPAN, 2)) + past
        bare = text.str.extract(r"^([0-9]{1,4})$").cast(pl.Int64)
        named = pl.coalesce(pl.when(text.str.contains(p)).then(pl.lit(days)) for p, days in _NAMED.items())
        now = pl.when(text.str.contains(_NOW)).then(pl.lit(0))
        return frame.select(days=pl.when(~text.str.contains(_NO_ANSWER)).then(pl.coalesce(span, bare, named, now)))

    return vocabulary.over_distinct(values, answer)["days"].cast(pl.Int64).alias(values.name)


_OPTED_OUT = (
    "opted out",
    "opt out",
    "optout",
    "opt_out",
    "unsubscribed",
    "unsubscribe",
    "out",
    "do not contact",
    "do not email",
    "do not call",
    "abgemeldet",
    "desabonne",
    "dnc",
    "blocked",
    "global unsubscribe",
)
_NOT_BOUNCED = ("none", "not bounced", "ok", "delivered", "valid", "no bounce", "never", "deliverable")
_CLAIMED = (
    "marketing contact",
    "subscribed",
    "opted in",
    "opt in",
    "opted_in",
    "granted",
    "given",
    "consented",
    "active",
    "confirmed",
    "consent given",
    "express",
    "explicit",
    "double opt in",
    "single opt in",
)
_DENIED = (
    "unsubscribed",
    "no_consent",
    "no consent",
    "denied",
    "refused",
    "withdrawn",
    "revoked",
    "opted out",
    "opt out",
    "opted_out",
    "declined",
    "objected",
    "do not contact",
    "consent denied",
    "consent withdrawn",
    "widerrufen",
    "widersprochen",
    "abgelehnt",
    "verweigert",
)
# a lead status of people who want no mail, and no calls
_NO_MAIL = ("unsubscribed", "opted_out", "opt_out", "do_not_contact", "do_not_email", "nicht_kontaktieren")
_NO_CALLS = ("do_not_contact", "do_not_call", "dnc", "nicht_kontaktieren")


def _plain(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"[\s-]+", " ").str.strip_chars()


def opt_out(text: pl.Expr) -> pl.Expr:
    """True where the source says opted out, else null: "No" in an opt-out column is no consent and no information.

    A day in such a column is the day on which it happened.
    """
    said = to_boolean(text).fill_null(value=False) | _plain(text).is_in(_OPTED_OUT)
    return pl.when(said | names_day(text)).then(pl.lit(value=True))


def status_says(status: pl.Expr, *, calls: bool) -> pl.Expr:
    """True where a lead status (lower case, under scores) says that somebody wants no mail (``calls``: no calls), else null."""
    return pl.when(status.is_in(_NO_CALLS if calls else _NO_MAIL)).then(pl.lit(value=True))


def bounced(text: pl.Expr) -> pl.Expr:
    """True for a true flag and for any reason of a bounce, else null."""
    flag, plain = to_boolean(text), _plain(text)
    reason = flag.is_null() & ~plain.is_in(_NOT_BOUNCED) & (plain != "")
    return pl.when(flag.fill_null(value=False) | reason).then(pl.lit(value=True))


def consent_status(text: pl.Expr) -> pl.Expr:
    """``claimed`` for a flag that says yes, ``denied`` for an explicit refusal, else null: a bare "No" is an unticked box."""
    plain = _plain(text)
    return (
        pl.when(plain.is_in(_DENIED))
        .then(pl.lit("denied"))
        .when(to_boolean(text).fill_null(value=False) | plain.is_in(_CLAIMED))
        .then(pl.lit("claimed"))
    )
