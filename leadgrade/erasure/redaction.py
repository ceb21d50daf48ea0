"""Takes what belongs to erased people out of the texts of others: a note that mentions them, the name of a deal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from leadgrade.erasure import forms
from leadgrade.erasure.fingerprints import Finder

_PATTERNS = {kind: forms.python(pattern) for kind, pattern in forms.PATTERNS.items()}
_DIGITS = re.compile(r"[0-9]+")
_WORD = re.compile(r"[^\W\d_]+")
_SEVERAL = re.compile(r"[^\W\d_][ \xa0.,'-]{1,3}[^\W\d_]")
# what may stand between the words of a name; no sign that parts cells
_BETWEEN = re.compile(r"[ \xa0.'-]{1,3}|, ?")
Hits = dict[str, set[str]]  # kind -> addresses, numbers, profile pages as they stand in a text
Span = tuple[int, int]


class Redactor:
    """Replaces what belongs to erased people by a mark.

    Attributes:
        finder: Knows their fingerprints.
        kinds: Kinds of fingerprint that are looked for in a text.
    """

    def __init__(self, finder: Finder) -> None:
        self.finder = finder
        self.kinds = finder.kinds

    def redacted(self, texts: Sequence[str]) -> list[str]:
        """The texts with marks; those as they are that hold nothing of theirs."""
        hits, named = self._hits(texts), self.named(texts)
        marked = [self._marked(text, hits) for text in texts]
        return [self._without_names(new) if text in named else new for text, new in zip(texts, marked, strict=True)]

    def named(self, texts: Iterable[str]) -> set[str]:
        """Those of the texts that hold a name of theirs."""
        if not self.finder.has_names:
            return set()
        return self.finder.hits("name", self.finder.hits("word", filter(_SEVERAL.search, texts)))

    def _hits(self, texts: Sequence[str]) -> Hits:
        found = {kind: {t for text in texts for t in _PATTERNS[kind].findall(text)} for kind in self.kinds}
        return {kind: self.finder.hits(kind, of_kind) for kind, of_kind in found.items() if of_kind}

    def _marked(self, text: str, hits: Hits) -> str:
        for kind, of_kind in hits.items():
            mark = self._numbers if kind == "phone" else lambda _: forms.MARK
            if any(token in text for token in of_kind):
                text = _PATTERNS[kind].sub(lambda f, of=of_kind, m=mark: m(f[0]) if f[0] in of else f[0], text)  # type: ignore[misc]
        return text

    def _numbers(self, token: str) -> str:
        """Of several numbers in a row those groups of digits that are theirs, the longest first."""
        groups = list(_DIGITS.finditer(token))
        spans = [(i, j) for i in range(len(groups)) for j in range(len(groups), i, -1)]
        digits = {span: "".join(group[0] for group in groups[slice(*span)]) for span in spans}
        theirs = self.finder.hits("phone", digits.values())
        first, last = next((span for span in spans if digits[span] in theirs), (0, len(groups)))
        start, end = groups[first].start(), groups[last - 1].end()
        rest = token[end:]
        return token[:start].rstrip("+(") + forms.MARK + (self._marked(rest, self._hits([rest])) if rest else "")

    def _without_names(self, text: str) -> str:
        slices = {span: text[slice(*span)] for span in _spans(text)}
        theirs = self.finder.names(slices.values())
        parts, end = list[str](), 0
        # the fewest words that make the name, and the first of those that overlap
        for start, stop in sorted(span for span, told in slices.items() if told in theirs):
            if "\0" not in text[start:stop]:
                text = text[:start] + "\0" * (stop - start) + text[stop:]
        for found in re.finditer("\0+", text):
            parts += [text[end : found.start()], forms.MARK]
            end = found.end()
        return "".join([*parts, text[end:]])


def _spans(text: str) -> list[Span]:
    """Where two words or more stand that may be a name."""
    words = list(_WORD.finditer(text))
    found: list[Span] = []
    for i in range(len(words)):
        for j in range(i + 1, min(i + forms.MOST_WORDS, len(words))):
            if not _BETWEEN.fullmatch(text[words[j - 1].end() : words[j].start()]):
                break
            found.append((words[i].start(), words[j].end()))
    return found
