"""A file that a source offers, and the visit to the place where it lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from leadgrade.config.sources import Source
from leadgrade.raw.inbox import archives
from leadgrade.raw.inbox.memory import location
from leadgrade.raw.inbox.places import Place, PlaceLost, lost


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that a source offers.

    Attributes:
        name: Path below the source's folder, with the member of an archive and the sheet of a workbook behind it.
        location: Where it lies, as in ``raw.offers``.
        source_name: Name of the source.
        source: What sources.yaml says of it.
        file_id: sha256 of the content; of a further sheet, of the workbook's hash and the sheet's name.
        bytes: Size (of a member: unpacked; of a sheet: of its workbook).
        sheet: Which sheet of the workbook; None: the first one with a filled cell, and every other format.
        refused: Why it is no table: ``empty`` or ``unreadable``. Then there is nothing to open.
        detail: The same for people.
        is_retry: Corrected rows of the quarantine, from ``retry/<source>/``.
        number: Number of the run that offers it.
    """

    name: str
    location: str
    source_name: str
    source: Source
    file_id: str
    bytes: int
    sheet: str | None = None
    refused: str | None = None
    detail: str = ""
    is_retry: bool = False
    number: int = 0
    _visit: Visit | None = field(default=None, repr=False, compare=False)
    _member: str | None = field(default=None, repr=False, compare=False)

    @contextmanager
    def open(self) -> Iterator[Path]:
        """The file on the local disk, until the next offer is asked for.

        Raises:
            PlaceLost: It vanished, cannot be read any more, or changed under the reader, who fell over it.
        """
        assert self._visit is not None
        try:
            path = self._visit.file(self._member)
        except archives.Refusal as error:
            # it could be unpacked when it was offered: the archive is another one now
            raise lost(error) from None
        try:
            yield path
        except (OSError, EOFError, ValueError) as error:
            if self.is_unchanged():
                raise
            raise lost(error) from None

    def is_unchanged(self) -> bool:
        """True where the place is as it was when its content was hashed; ask after reading."""
        assert self._visit is not None
        try:
            return self._visit.place.is_unchanged()
        except PlaceLost:
            return False


@dataclass(slots=True)
class Visit:
    """A place while it is looked at: fetched at most once, the members of an archive unpacked one at a time."""

    source_name: str
    source: Source
    place: Place
    is_retry: bool
    scratch: Path
    number: int = 0
    known_as: Mapping[str, str] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)
    _path: Path | None = None
    _archive: archives.Archive | None = None
    _unpacked: str | None = None

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        (self.scratch / "member").unlink(missing_ok=True)

    def file(self, member: str | None = None) -> Path:
        """The file itself or a member of it.

        Raises:
            PlaceLost: It cannot be read.
            Refusal: The member cannot be unpacked.
        """
        if self._path is None:
            self._path = self._stack.enter_context(self.place.fetch(self.scratch))
        if member is None:
            return self._path
        target = self.scratch / "member"
        if member != self._unpacked:
            self._unpacked = None
            self.archive().unpack(member, target)
            self._unpacked = member
        return target

    def file_id(self, content: str) -> str:
        """Id of a content by its hash; a file that was written anew without erased people is the file that it was."""
        return self.known_as.get(content, content)

    def archive(self) -> archives.Archive:
        """The file as an archive."""
        if self._archive is None:
            self._archive = self._stack.enter_context(archives.Archive(self.file()))
        return self._archive

    def offer(self, file_id: str, size: int, member: str | None = None, sheet: str | None = None,
              refusal: archives.Refusal | None = None) -> Offer:  # fmt: skip
        """An offer of this place."""
        inside = [name for name in (member, sheet) if name is not None]
        name = "/".join([*(["retry"] if self.is_retry else []), self.place.name, *inside])
        return Offer(
            name, location(self.place.location, *inside), self.source_name, self.source, file_id, size, sheet,
            refusal.reason if refusal else None, str(refusal or ""), self.is_retry, self.number, self, member,
        )  # fmt: skip
