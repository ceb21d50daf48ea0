"""Telephone numbers read by column: by the compiled table where that can prove its answer, else by the library."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from leadgrade.contacts import phone_book, phone_digits, phone_text
from leadgrade.contacts.phone_library import PARSE_FAULTS, Answer, ask_library
from leadgrade.contacts.phone_plan import table
from leadgrade.contacts.phone_plan.compile import LEAST_DIGITS, LEFT
from leadgrade.contacts.phone_plan.lookup import Contexts

Rows = npt.NDArray[np.intp]
_FAULTS = {name: row for row, name in PARSE_FAULTS.items()}  # the first rows of the table, by their error types
_OPEN = -1
_FIT = 18  # digits of a whole number that 64 bits hold


class Reading:
    """A column of numbers, and what is known of each so far.

    Args:
        count: How many numbers.
        hints: Context number of the region that each is read in (see ``Lookup``).

    Attributes:
        entry: Row of ``book`` of each number, -1 while it is open.
        national: National number as an integer, 0 where none was read.
        whole: The same with its calling code.
        too_long: National and whole number, by number, where they do not fit 64 bits.
    """

    def __init__(self, count: int, hints: Contexts) -> None:
        self.lookup = table.load()
        self.hints = hints
        self.entry = np.full(count, _OPEN, np.int32)
        self.national = np.zeros(count, np.uint64)
        self.whole = np.zeros(count, np.uint64)
        self._extensions: list[tuple[Rows, pl.Series]] = []
        self.too_long: dict[int, tuple[str, str]] = {}
        self._added: list[Answer] = []
        self._added_by: list[str] = []

    def look_up(self, read: phone_digits.Digits, certain: npt.NDArray[np.bool_]) -> None:
        """Answer the numbers whose digits are certain; what the table leaves to the library stays open."""
        if self.lookup is None:
            return
        # nearly all are: to look the others up as well costs less than to leave them out
        length = np.where(certain, read.length, np.uint8(LEAST_DIGITS))
        found = self.lookup.find(read.plus, self.hints, length, read.digits * certain)
        is_answer = certain & ~self.lookup.is_kind(found.outcome, LEFT)
        self.entry = np.where(is_answer, found.outcome, np.int32(_OPEN))
        self.national, self.whole = found.national * is_answer, found.whole * is_answer

    def _look_up_some(self, rows: Rows, read: phone_digits.Digits) -> None:
        assert self.lookup is not None  # nobody is taken apart without it
        found = self.lookup.find(read.plus, self.hints[rows], read.length, read.digits)
        self.entry[rows] = np.where(self.lookup.is_kind(found.outcome, LEFT), _OPEN, found.outcome)
        self.national[rows], self.whole[rows] = found.national, found.whole

    def take_apart(self, rows: Rows, texts: pl.Series) -> None:
        """Answer numbers with words before or an extension behind them, and texts that are no numbers."""
        if self.lookup is None or not rows.size:
            return
        parts = phone_text.take_apart(texts)
        read = phone_digits.read(parts["core"])
        self._look_up_some(rows[read.plain], phone_digits.only(read, read.plain))
        faults = parts["fault"].replace_strict(_FAULTS, default=_OPEN, return_dtype=pl.Int64).to_numpy()
        self.entry[rows] = np.where(faults >= 0, faults, self.entry[rows])
        extended = np.flatnonzero(parts["extension"].is_not_null().to_numpy() & (self.entry[rows] >= 0))
        has_number = self.whole[rows[extended]] > 0
        self._extensions.append((rows[extended[has_number]], parts["extension"].gather(extended[has_number])))

    def ask(self, rows: Rows, texts: pl.Series, regions: pl.Series) -> None:
        """Ask the library, each distinct pair of text and region once."""
        asked = pl.DataFrame({"text": texts, "region": regions}).with_row_index("at")
        groups = asked.group_by("text", "region", maintain_order=True).agg("at")
        for text, region, at in groups.iter_rows():
            self.add(rows[at], ask_library(text, region), "library")

    def add(self, rows: Rows, answer: Answer, by: str = "table") -> None:
        """Give numbers one answer that is not in the table: the library's, or one that needs neither."""
        first = self.lookup.plan.outcomes.height if self.lookup else 0
        self.entry[rows] = first + len(self._added)
        self._added.append(answer)
        self._added_by.append(by)
        whole = f"{answer.country_code}{answer.national_number}" if answer.national_number else ""
        fits = len(whole) <= _FIT
        self.national[rows] = int(answer.national_number or 0) if fits else 0
        self.whole[rows] = int(whole or 0) if fits else 0
        if answer.extension:
            self._extensions.append((rows, pl.Series([answer.extension]).new_from_index(0, len(rows))))
        if not fits:
            self.too_long.update(dict.fromkeys(rows.tolist(), (answer.national_number or "", whole)))

    def extensions(self) -> tuple[Rows, pl.Series]:
        """Numbers with an extension, and its digits."""
        nothing = (np.zeros(0, np.intp), pl.Series([], dtype=pl.String))
        rows, digits = zip(nothing, *self._extensions, strict=True)
        return np.concatenate(rows), pl.concat([d.rename("extension") for d in digits])

    def book(self) -> pl.DataFrame:
        """Every answer that was given, see :func:`leadgrade.contacts.phone_book.of_table`.

        Where there is no table to trust, all are the library's alone.
        """
        names = pl.Series(self._added_by if self.lookup else ["library_alone"] * len(self._added), dtype=pl.String)
        added = phone_book.of_library(self._added, names)
        return pl.concat([phone_book.of_table(self.lookup), added], rechunk=True) if self.lookup else added
