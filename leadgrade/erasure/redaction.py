"""Takes what belongs to erased people out of the texts of others: a note that mentions them, the name of a deal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from leadgrade.erasure import forms
from leadgrade.erasure.fingerprints import SEARCHED, Finder

_PATTERNS = {kind: forms.python(pattern) for kind, (pattern, _) in SEARCHED.items()}
_DIGITS = re.compile(r"[0-9]+")
_WORD = re.compile(r"[^\W\d_]+")
Hits = dict[str, set[str]]  # kind -> addresses, numbers, profile pages as they stand in a text


def name_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Finds names of two words or more, as they were written or without accents, given name or family name first."""
    written: set[str] = set()
    for words in (_WORD.findall(text) for name in names for text in _spellings(name)):
        if len(words) > 1:
            given, family = r"[ \xa0.'-]+".join(words[:-1]), words[-1]
            # lists have the family name first
            written |= {rf"{given}[ \xa0.'-]+{family}", rf"{family},?[ \xa0]+{given}"}
    if not written:
        return None
    return re.compile(rf"(?<![^\W\d_])(?:{'|'.join(sorted(written, key=len, reverse=True))})(?![^\W\d_])", re.IGNORECASE)


def _spellings(name: str) -> tuple[str, ...]:
    """A name as written and without accents."""
    return (name, _unaccented(name))


def _unaccented(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def rarest_words(names: Iterable[str]) -> list[str]:
    """The longest word of each name in small letters, as written and without accents: a text without it holds no name."""
    longest = {max(_WORD.findall(text), key=len) for name in names for text in _spellings(name) if _WORD.search(text)}
    return sorted(word.lower() for word in longest)


class Redactor:
    """Replaces what belongs to erased people by a mark.

    Args:
        finder: Knows their fingerprints.
        names: Their names, where nobody else bears them.

    Attributes:
        finder: Knows their fingerprints.
        kinds: Kinds of fingerprint that are looked for.
        words: A text that holds none of them in small letters holds no name.
    """

    def __init__(self, finder: Finder, names: Sequence[str] = ()) -> None:
        self.finder = finder
        self.kinds = finder.kinds
        self._names = name_pattern(names)
        self.words = rarest_words(names)

    def found_names(self, text: str) -> set[str]:
        """The names that the text holds, as they stand there."""
        return {found[0] for found in self._names.finditer(text)} if self._names else set()

    def names_in_bytes(self, data: bytes) -> set[str]:
        """The names that bytes hold as UTF-8 or in an encoding of one byte a sign."""
        low = data.lower()
        if not any(word.encode(codec, "replace") in low for word in self.words for codec in ("utf-8", "latin-1")):
            return set()
        return self.found_names(data.decode("utf-8", "replace")) | self.found_names(data.decode("latin-1"))

    def redacted(self, texts: Sequence[str]) -> list[str]:
        """The texts with marks; those as they are that hold nothing of theirs."""
        hits = self._hits(texts)
        return [self._redacted(text, hits) for text in texts]

    def _hits(self, texts: Sequence[str]) -> Hits:
        found = {kind: {t for text in texts for t in _PATTERNS[kind].findall(text)} for kind in self.finder.kinds}
        return {kind: self.finder.hits(kind, of_kind) for kind, of_kind in found.items() if of_kind}

    def _redacted(self, text: str, hits: Hits) -> str:
        for kind, of_kind in hits.items():
            mark = self._numbers if kind == "phone" else lambda _: forms.MARK
            if any(token in text for token in of_kind):
                text = _PATTERNS[kind].sub(lambda f, of=of_kind, m=mark: m(f[0]) if f[0] in of else f[0], text)  # type: ignore[misc]
        return self._names.sub(forms.MARK, text) if self._names else text

    def _numbers(self, token: str) -> str:
        """Of several numbers in a row those groups of digits that are theirs, the longest first."""
        groups = list(_DIGITS.finditer(token))
        spans = [(i, j) for i in range(len(groups)) for j in range(len(groups), i, -1)]
        digits = {span: "".join(group[0] for group in groups[slice(*span)]) for span in spans}
        theirs = self.finder.hits("phone", digits.values())
        first, last = next((span for span in spans if digits[span] in theirs), (0, len(groups)))
        start, end = groups[first].start(), groups[last - 1].end()
        rest = token[end:]
        return token[:start].rstrip("+(") + forms.MARK + (self._redacted(rest, self._hits([rest])) if rest else "")
