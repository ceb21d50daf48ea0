"""SQL that takes addresses and numbers out of text that came from outside, before anybody may read it."""

from __future__ import annotations

EMAIL = r"[^\s@<>]+@[^\s@<>]+"
NUMBER = r"\+?[0-9][-0-9 ().\/]{6,}[0-9]"
# whatever of the two may be in a text, and an @ alone
CONTACT = r"@|[0-9][-0-9 ().\/]{6,}[0-9]"
# what the verification of a generation looks for
ADDRESS = EMAIL + r"\.[A-Za-z]{2,}"
E164 = r"\+[0-9]{8,15}\b"
# the same and whatever else stands around an @, but for the signs of JSON
_AROUND_AT = r"""[^\s@<>"\x27,;]*@[^\s@<>"\x27,;]*"""


def masked(name: str) -> str:
    """Text that people typed: addresses and long runs of digits are masked, the rest is kept."""
    shown = f"regexp_replace(regexp_replace({name}, '{EMAIL}', '[e-mail]', 'g'), '{NUMBER}', '[number]', 'g')"
    return f"case when regexp_matches({name}, '{CONTACT}') then {shown} else {name} end"


def withheld(name: str) -> str:
    """Text that should be no address and no number: where it is one all the same, a mark stands for it.

    One odd id or header must neither be shown nor keep a night from being published.
    """
    shown = f"regexp_replace({name}, '{_AROUND_AT}|{E164}', '[withheld]', 'g')"
    return f"case when contains({name}, '@') or contains({name}, '+') then {shown} else {name} end"
