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
SEPARATOR = chr(31)
_TRUNKS = ("0", "8")
_FEWEST, _MOST = 7, 18  # digits of a number, with all that may stand before it
_SHORTEST = 9  # digits of a national number that stands for somebody without its country
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
    """An address in the form that is compared: as :func:`leadgrade.contacts.email_match.match_form`, of any text."""
    domain, local = "split_part(plain, '@', -1)", "left(plain, length(plain) - length(split_part(plain, '@', -1)) - 1)"
    untagged = f"coalesce(nullif(split_part({local}, '+', 1), ''), {local})"
    dotless = " ".join(
        f"when {domain} = {quoted(name)} then replace({untagged}, '.', '') || {quoted('@' + main)}"
        for name, main in dotless_providers().items()
    )
    return f"case {dotless} when contains(plain, '+') then {untagged} || '@' || {domain} else plain end"


def macros(secret: str) -> list[str]:
    """Statements that make the functions of this module known to a connection; the key stays out of every file.

    ``erasure_key(kind, form)``: keyed fingerprint, 32 hex digits. ``erasure_addresses(text)``, ``erasure_numbers(text)``,
    ``erasure_profiles(text)``: the forms that a text holds. ``erasure_name(text)``: words in small letters, no accents.
    """
    message = f"encode(kind || chr({ord(SEPARATOR)}) || form)"
    key = keys.hmac_sql(keys.derived(secret, _PURPOSE), message)
    digits = "array_to_string(groups[i:j], '')"
    spans = f"flatten([[{digits} for j in range(i, len(groups) + 1)] for i in range(1, len(groups) + 1)])"
    bodies = {
        "erasure_key(kind, form)": f"substr({key}, 1, {keys.FINGERPRINT_DIGITS})",
        "erasure_folded(plain)": _folded_sql(),
        "erasure_plain(token)": r"rtrim(ltrim(replace(lower(trim(token)), '%40', '@'), '''.'), '.')",
        "erasure_address(token)": "erasure_folded(erasure_plain(token))",
        "erasure_addresses(txt)": f"""
            [erasure_folded(p) for p in [erasure_plain(t) for t in regexp_extract_all(txt, {quoted(ADDRESS)})]]
        """,
        # several numbers in a row: every span of their groups may be one
        "erasure_spans(groups)": f"[s for s in {spans} if length(s) between {_FEWEST} and {_MOST}]",
        "erasure_digits(token)": f"""
            case
                when length(token) <= {_MOST} then [regexp_replace(token, '[^0-9]', '', 'g')]
                else erasure_spans(regexp_extract_all(token, '[0-9]+'))
            end
        """,
        "erasure_numbers(txt)": f"flatten([erasure_digits(t) for t in regexp_extract_all(txt, {quoted(NUMBER)})])",
        "erasure_profiles(txt)": f"[lower(t) for t in regexp_extract_all(txt, {quoted(PROFILE)})]",
        "erasure_name(txt)": r"trim(regexp_replace(strip_accents(lower(txt)), '[^\pL]+', ' ', 'g'))",
    }
    return [f"create or replace temp macro {head} as {body}" for head, body in bodies.items()]


def make_known(connection: duckdb.DuckDBPyConnection, secret: str) -> None:
    """Make the functions known to a connection."""
    for statement in macros(secret):
        connection.execute(statement)


def quoted(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"
