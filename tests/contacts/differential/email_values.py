"""Makes addresses for the differential test: realistic, damaged, and as odd as they come."""

# ruff: noqa: SIM905  lists of words are read more easily as text

from __future__ import annotations

import random
from collections.abc import Callable

from email_validator import SPECIAL_USE_DOMAIN_NAMES
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

_FIRST = (
    "anna john maria thomas jose li priya olga pierre giulia hans fatima kenji lars sofia ahmed chloe diego elif ivan "
    "jürgen zoë françois søren łukasz"
).split()
_LAST = (
    "smith müller garcia rossi dubois tanaka nguyen kumar ivanov andersson lee brown wilson kowalski silva o'neil van-dyk "
    "mueller yilmaz haddad novak costa"
).split()
_FREE = (
    "gmail.com googlemail.com yahoo.com yahoo.co.uk hotmail.com outlook.com gmx.de web.de icloud.com orange.fr mail.ru"
).split()
_WORDS = "acme nordic blue city data green first global metal royal sun tech urban west".split()
_KINDS = "tech soft group media labs bau consult works systems partners".split()
_ENDINGS = "com com com com de co.uk io fr com.br it nl edu com.au ac.uk gov org net co ch at se pl es jp".split()
_TYPOS = "gmial.com gmail.con hotmial.com yaho.com gmail,com outlok.com acme.con".split()
_DUMMIES = ("none", "n/a", "test", "noemail", "-", "", "  ", "x", "unknown", "test@test.com", "none@none.com")

# punctuation, blanks, controls, combining marks, look-alikes of @ and dot, letters of many scripts, unassigned and private
_ODD = list(
    "@@@..--__++''\"\"<>()[]\\,;:!#$%&*/=?^`{|}~ \t\n\r\x00\x1c\x1d\x1e\x1f\x7f\x80\x85\xa0\xad\u200b\u200d\u200e\u202e\u2028"
    "\u3000\ufeff＠﹫．。｡․①⒈ﬁﬀ½²ßẞςσİıKÅΩåäöüéñçøđŁžжяЖאבعربदि日本語ｱｲ漢한글\u0301\u0338\u0327\u0345\u1fef\u037e\u0387\ue000\U0001f600"
    "\U000e0001\u0378\u0660\u06f0·'׳・ــ\u0640"
)
_LABELS = [
    *"acme a 1 a1 1a a-b -a a- a--b ab--c xn--a xn--mnchen-3ya XN--MNCHEN-3YA xn--80ak6aa92e xn--- xn--55qx5d xn--4dbc".split(),
    *"münchen MÜNCHEN faß ﬁrm 例え א1 אב é e\u0301 ① a_b a\u200db www mail x".split(),
    *("a" * 62, "b" * 63, "c" * 64, "ü" * 40, ""),
]
_TLDS = [
    *"com COM de c 1 a1 1a co.uk museum xn--p1ai рф 日本 test local localhost invalid onion arpa LOCAL Test example".split(),
    *("alt", "internal", "com.", "com-", "-com", "con", "d" * 63, "d" * 64),
]
# the last two: the library's message quotes what stands in the brackets, and the class is read off the message
_BRACKETS = (
    *("[127.0.0.1]", "[IPv6:::1]", "[IPv6:x]", "[1.2.3]", "[x:y]", "[]", "[", "[IPv6:fe80::1%e]", "[a]b"),
    *("[IPv6:special-use]", "[IPv6:too long]"),
)


def person(rng: random.Random, number: int = 0) -> str:
    """A local part as people have them."""
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    if rng.random() < 0.95:
        first, last = (name.encode("ascii", "ignore").decode() or "x" for name in (first, last))
    form = rng.randrange(6)
    name = (f"{first}.{last}", f"{first[0]}{last}", f"{first}_{last}", f"{first}{last}", f"{last}.{first}", first)[form]
    tail = str(number or rng.randrange(10_000)) if number or rng.random() < 0.4 else ""
    return f"{name}{tail}" + ("+" + rng.choice(_WORDS) if rng.random() < 0.03 else "")


def company(rng: random.Random) -> str:
    """A domain as companies have them; half a million different ones."""
    name = rng.choice(_WORDS) + rng.choice(("", "-")) + rng.choice(_KINDS) + str(rng.randrange(2000))
    return f"{'mail.' if rng.random() < 0.03 else ''}{name}.{rng.choice(_ENDINGS)}"


def _case(rng: random.Random, text: str) -> str:
    return rng.choice((text.upper(), text.title(), text.capitalize()))


def realistic(rng: random.Random) -> str:
    """An address as forms and CRMs hold them: about three in a hundred are no address."""
    if rng.random() < 0.005:
        return rng.choice(_DUMMIES)
    local = rng.choice([*CASE_INSENSITIVE_MAILBOX_NAMES, "hr", "office"]) if rng.random() < 0.04 else person(rng)
    domain = rng.choice(_FREE) if rng.random() < 0.35 else company(rng)
    if rng.random() < 0.01:
        domain = rng.choice(_TYPOS)
    text = f"{local}@{domain}"
    if rng.random() < 0.1:
        text = _case(rng, text)
    return damaged(rng, text) if rng.random() < 0.025 else text


def damaged(rng: random.Random, text: str) -> str:
    """One thing gone wrong that people do."""
    at = text.find("@")
    return rng.choice((
        lambda: text.replace("@", ""),
        lambda: text.replace(".", ","),
        lambda: text.replace("@", " @ "),
        lambda: text.replace(".", ".."),
        lambda: f" {text}",
        lambda: text[: at + 1] + text[at + 1 :].split(".", maxsplit=1)[0],
        lambda: f"{text}.",
        lambda: f"{text[:at]}.{text[at:]}",
        lambda: text.replace("@", "@@"),
        lambda: f"<{text}>",
        lambda: f"mailto:{text}",
        lambda: text[:at],
        lambda: text[at:],
        lambda: text.replace("@", " at "),
        lambda: f"Ann Lee <{text}>",
        lambda: f"{text};{text}",
        lambda: text.replace("@", "＠"),
    ))()  # fmt: skip


def mutated(rng: random.Random) -> str:
    """A realistic address with one to three characters inserted, replaced, removed or swapped."""
    letters = list(realistic(rng)) or ["x"]
    for _ in range(rng.randint(1, 3)):
        place, what = rng.randrange(len(letters)), rng.randrange(4)
        if what == 0:
            letters.insert(place, rng.choice(_ODD))
        elif what == 1:
            letters[place] = rng.choice(_ODD)
        elif what == 2 and len(letters) > 1:
            del letters[place]
        else:
            other = rng.randrange(len(letters))
            letters[place], letters[other] = letters[other], letters[place]
    return "".join(letters)


def _odd_local(rng: random.Random) -> str:
    form = rng.randrange(8)
    odd = "".join(rng.choices(_ODD + list("abcXYZ019."), k=rng.randint(0, 8)))
    return (
        lambda: odd,
        lambda: f'"{odd}"',
        lambda: '"' + odd.replace('"', '\\"') + '"',
        lambda: _case(rng, rng.choice(CASE_INSENSITIVE_MAILBOX_NAMES)),
        lambda: "".join(rng.choices("!#$%&'*+-/=?^_`{|}~.aZ9", k=rng.randint(1, 10))),
        lambda: rng.choice("aü日") * rng.choice((1, 60, 63, 64, 65, 66)),
        lambda: person(rng).replace("a", rng.choice("äéжлא日e\u0301")),
        lambda: person(rng),
    )[form]()


def _odd_domain(rng: random.Random) -> str:
    form = rng.randrange(8)
    if form == 0:
        return rng.choice(_BRACKETS)
    if form == 1:
        name = rng.choice(tuple(SPECIAL_USE_DOMAIN_NAMES))
        return rng.choice(("", "a.", "x", "a-", "mail.a.")) + rng.choice((name, name.upper(), name.title()))
    if form == 2:
        return _case(rng, company(rng))
    if form == 3:
        return "".join(rng.choices(_ODD + list("abc.com-"), k=rng.randint(1, 10))) + rng.choice((".com", ""))
    if form == 4:
        return ".".join("a" * rng.randint(1, 63) for _ in range(rng.randint(1, 6))) + ".com"
    return ".".join([*rng.choices(_LABELS, k=rng.randint(1, 3)), rng.choice(_TLDS)])


def _near_a_limit(rng: random.Random) -> str:
    """Around 254 bytes in all, 253 after the @, 63 a label; in one byte a character or more."""
    domain = ".".join(rng.choice("aü") * rng.choice((10, 50, 62, 63, 64)) for _ in range(rng.randint(1, 4))) + ".com"
    if rng.random() < 0.3:
        size = rng.randint(250, 256)
        domain = ("a." * 130)[: size - 3].rstrip(".") + ".co"
    left = max(1, 254 - len(domain.encode()) - 1 + rng.randint(-3, 3))
    return rng.choice(("a", "a", "ü", "日"))[:1] * left + "@" + domain


def stress(rng: random.Random) -> str:
    """Whatever may break a rule of the library."""
    form = rng.random()
    if form < 0.1:
        return _near_a_limit(rng)
    if form < 0.2:
        return "".join(rng.choices(_ODD + list("ab@.c"), k=rng.randint(0, 12)))
    if form < 0.25:
        return f"{_odd_local(rng)}{rng.choice(('', ' '))}<{realistic(rng)}>{rng.choice(('', ' ', 'x'))}"
    local = _odd_local(rng) if form < 0.7 else person(rng)
    domain = _odd_domain(rng) if form > 0.5 else company(rng)
    return f"{local}@{domain}"


GENERATORS: dict[str, Callable[[random.Random], str]] = {
    "realistic": realistic,
    "mutated": mutated,
    "stress": stress,
}
