"""In which forms an address, a number or a profile page stands in a text, and the one form of each that is compared.

The patterns are those of RE2, which Python's ``re`` reads alike: DuckDB searches tables with them, Python searches files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import duckdb
import phonenumbers

from leadgrade import keys
from leadgrade.contacts.email_match import dotless_providers

# what an erased row or value is replaced by
MARK = "[erased]"
# signs that stand around an address in lists, quotes, links and JSON are none of it
_LOCAL = r"""[^\s@<>"(),:;\[\]\\|=&?/%{}*`]"""
_DOMAIN = r"""[^\s@<>"'(),:;\[\]\\|=&?/%{}*`!]"""
ADDRESS = rf"{_LOCAL}+(?:@|%40){_DOMAIN}+\.{_DOMAIN}+"
# blanks, hyphens of every length, brackets, dots and slashes between the digits
_BETWEEN = r"[-0-9 ().\/\x{a0}\x{2010}-\x{2013}]"
# digits beside letters are those of a hash
NUMBER = rf"\+?\b[0-9]{_BETWEEN}{{5,28}}[0-9]\b"
PROFILE = r"(?i)linkedin\.com/(?:in|pub)/[^/?#\s\"',;|<>]+"
# what a text is searched for
PATTERNS = {"email": ADDRESS, "phone": NUMBER, "profile": PROFILE}
SEPARATOR = chr(31)
_TRUNKS = ("0", "8")
_FEWEST, _MOST = 7, 18  # digits of a number, with all that may stand before it
_SHORTEST = 9  # digits of a national number that stands for somebody without its country
# words of a name that is looked for: two at least, for one alone is nobody's
MOST_WORDS = 4
_PURPOSE = "erasure"


def python(pattern: str) -> re.Pattern[str]:
    """A pattern for Python: code points are written in another way, and no text is so long that it takes for ever."""
    return re.compile(re.sub(r"\\x\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), _linear(pattern)), re.ASCII)


def of_bytes(pattern: str) -> re.Pattern[bytes]:
    """The same over bytes; every byte beyond ASCII is a sign, and only blanks and hyphens of ASCII stand in numbers."""
    return re.compile(re.sub(r"-?\\x\{([0-9a-f]+)\}", "", _linear(pattern)).encode("ascii"))


def _linear(pattern: str) -> str:
    """A run of signs without an @ is looked at once, not from each of its signs on."""
    return pattern.replace(f"{_LOCAL}+", f"(?<!{_LOCAL}){_LOCAL}++")


def number_forms(numbers: Iterable[str]) -> list[str]:
    """The digits under which numbers may be written: international, national, with the prefixes of trunk and abroad.

    Args:
        numbers: E.164. A national number of less than nine digits is only known with its country.
    """
    forms: set[str] = set()
    for number in numbers:
        parsed = phonenumbers.parse(number, None)
        code, national = str(parsed.country_code), phonenumbers.national_significant_number(parsed)
        typed = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        forms |= {f"{abroad}{code}{trunk}{national}" for abroad in ("", "00", "011") for trunk in ("", "0")}
        alone = {national, re.sub(r"\D", "", typed), *(trunk + national for trunk in _TRUNKS)}
        forms |= {form for form in alone if len(national) >= _SHORTEST}
    return sorted(forms)


def _folded_sql() -> str:
    """What is left of the dots of an address whose provider ignores them, and the domain that it is folded into."""
    dotless = " ".join(
        f"when ends_with(plain, {quoted('@' + name)}) then replace(split_part(plain, '@', 1), '.', '') || {quoted('@' + main)}"
        for name, main in dotless_providers().items()
    )
    return f"case {dotless} else plain end"


def macros(secret: str) -> list[str]:
    """Statements that make the functions of this module known to a connection; the key stays out of every file.

    ``erasure_key(kind, form)``: keyed fingerprint, 32 hex digits. ``erasure_name(txt)``: words in small letters, no accents.
    The others are parts of what :func:`told` puts together.
    """
    message = f"encode(kind || chr({ord(SEPARATOR)}) || form)"
    key = keys.hmac_sql(keys.derived(secret, _PURPOSE), message)
    digits = "array_to_string(groups[i:j], '')"
    spans = f"flatten([[{digits} for j in range(i, len(groups) + 1)] for i in range(1, len(groups) + 1)])"
    bodies = {
        "erasure_key(kind, form)": f"substr({key}, 1, {keys.FINGERPRINT_DIGITS})",
        "erasure_plain(token)": r"rtrim(ltrim(replace(lower(trim(token)), '%40', '@'), '''.'), '.')",
        "erasure_untagged(token)": r"""
            case
                when contains(token, '+') then regexp_replace(erasure_plain(token), '^([^+]+)\+[^@]*@', '\1@')
                else erasure_plain(token)
            end
        """,
        "erasure_folded(plain)": _folded_sql(),
        # several numbers in a row: every span of their groups may be one
        "erasure_spans(groups)": f"[s for s in {spans} if length(s) between {_FEWEST} and {_MOST}]",
        "erasure_digits(token)": f"""
            case
                when length(token) <= {_MOST} then [regexp_replace(token, '[^0-9]', '', 'g')]
                else erasure_spans(regexp_extract_all(token, '[0-9]+'))
            end
        """,
        "erasure_words(txt)": r"regexp_extract_all(strip_accents(lower(txt)), '\pL+')",
        "erasure_name(txt)": "array_to_string(erasure_words(txt), ' ')",
        "erasure_names(words)": f"""flatten([
            [array_to_string(words[i:j], ' ') for j in range(i + 1, least(i + {MOST_WORDS}, len(words) + 1))]
            for i in range(1, len(words))
        ])""",
    }
    return [f"create or replace temp macro {head} as {body}" for head, body in bodies.items()]


def told(kind: str, text: str, source: str, *keep: str) -> str:
    """A query of the forms of a kind that a text holds, an address as :func:`leadgrade.contacts.email_match.match_form` has it.

    Args:
        kind: ``email``, ``phone``, ``profile``; ``word``, ``name`` (words that follow each other).
        text: SQL of the text.
        source: What stands behind ``from``.
        keep: Columns of the source that stand beside ``form``.
    """
    kept = "".join(f"{column}, " for column in keep)
    if kind in {"word", "name"}:
        words = f"erasure_words({text})"
        return f"select {kept}unnest({words if kind == 'word' else f'erasure_names({words})'}) as form from {source}"
    tokens = f"select {kept}unnest(regexp_extract_all({text}, {quoted(PATTERNS[kind])})) as token from {source}"
    if kind == "email":
        plain = f"select {kept}erasure_untagged(token) as plain from ({tokens})"
        return f"select {kept}erasure_folded(plain) as form from ({plain})"
    form = "unnest(erasure_digits(token))" if kind == "phone" else "lower(token)"
    return f"select {kept}{form} as form from ({tokens})"


def make_known(connection: duckdb.DuckDBPyConnection, secret: str) -> None:
    """Make the functions known to a connection."""
    for statement in macros(secret):
        connection.execute(statement)


def quoted(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"
