"""Object storage as places of files: ``s3://``, ``gs://``, ``gcs://``, ``abfs://``, ``abfss://``, ``az://``.

Credentials come from the environment, by each cloud's own chain (variables, profiles, the machine's role). Options of
the connection stand behind ``?`` as pyarrow takes them: ``s3://bucket/leads/*.csv?region=eu-central-1``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import pyarrow as pa

from leadgrade.errors import InputError
from leadgrade.raw.inbox.places import Place, lost

CHUNK = 4 << 20
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://([^/]*)/?(.*)", re.DOTALL)
# a question mark that is no wildcard: key=value pairs up to the end
_OPTIONS = re.compile(r"\?([A-Za-z_]+=[^&]*(?:&[A-Za-z_]+=[^&]*)*)$")
# a bucket or a host; anything else may be half of a key
_HOST = re.compile(r"[\w.-]+(:\d+)?")
_SCHEMES = {"s3": "s3", "gs": "gs", "gcs": "gs", "abfs": "abfs", "abfss": "abfss", "az": "abfs"}
_FORBIDDEN = ("DENIED", "FORBIDDEN", "403", "401", "PERMISSION", "SIGNATURE", "CREDENTIAL", "ACCESS KEY", "ACCESS_KEY",
              "ACCESSKEY", "AUTHENTIC", "AUTHORIZ")  # fmt: skip
_FAULTS = (OSError, pa.ArrowException, ValueError)


@dataclass(frozen=True, slots=True)
class Address:
    """An address cut into its parts.

    Attributes:
        scheme: As pyarrow calls it.
        authority: Bucket, or container and account; may hold credentials and is never shown.
        pattern: What follows it.
        options: Options of the connection.
    """

    scheme: str
    authority: str = field(repr=False)
    pattern: str
    options: Mapping[str, str] = field(repr=False)

    @property
    def shown(self) -> str:
        """The address without credentials and options, up to the bucket."""
        return f"{self.scheme}://{re.sub('^[^@]*:[^@]*@', '', self.authority)}"


@dataclass(frozen=True, slots=True)
class ObjectPlace(Place):
    """A file in object storage."""

    filesystem: Any = field(repr=False, compare=False)
    key: str
    is_atomic: ClassVar[bool] = True

    @contextmanager
    def fetch(self, target_dir: Path) -> Iterator[Path]:
        target = target_dir / "fetched"
        try:
            with target.open("wb") as file:
                for chunk in self._chunks():
                    file.write(chunk)
            yield target
        finally:
            target.unlink(missing_ok=True)

    def is_unchanged(self) -> bool:
        try:
            now = self.filesystem.get_file_info(self.key)
        except _FAULTS as error:
            raise lost(error) from None
        return (now.size, now.mtime_ns) == (self.bytes, self.modified_at)

    def _chunks(self) -> Iterator[bytes]:
        try:
            with self.filesystem.open_input_stream(self.key, compression=None) as stream:
                while chunk := stream.read(CHUNK):
                    yield chunk
        except _FAULTS as error:
            raise lost(error) from None


def is_address(pattern: str) -> bool:
    """True for what names an object storage rather than a folder."""
    return _ADDRESS.match(pattern) is not None


def parse(pattern: str) -> Address:
    """Cut an address into its parts.

    Raises:
        InputError: Its scheme is unknown or it names no bucket.
    """
    found = _OPTIONS.search(pattern)
    options = dict(parse_qsl(found.group(1))) if found else {}
    match = _ADDRESS.match(pattern[: found.start()] if found else pattern)
    assert match is not None
    scheme, authority, path = match.groups()
    if scheme not in _SCHEMES or not _HOST.fullmatch(authority.rpartition("@")[2]):
        raise InputError(f"path {scheme}://...: expected a folder, or an address that begins with {_expected()}")
    return Address(_SCHEMES[scheme], authority, path, options)


def _expected() -> str:
    return ", ".join(f"{scheme}://<bucket>/" for scheme in _SCHEMES)


def objects(address: Address, folder: str, *, is_deep: bool) -> Iterator[Place]:
    """The objects of a folder of a bucket; their names are relative to the folder.

    Args:
        address: The bucket.
        folder: Folder in it.
        is_deep: With those of the folders below.

    Raises:
        InputError: The storage cannot be reached, forbids to look, or has no such bucket.
    """
    from pyarrow import fs  # noqa: PLC0415  heavy, and most installations have no bucket

    try:
        filesystem, root = _connect(address)
        base = "/".join(part for part in (root, folder) if part)
        found = filesystem.get_file_info(fs.FileSelector(base, recursive=is_deep, allow_not_found=True))
        is_there = bool(found) or filesystem.get_file_info(root).type != fs.FileType.NotFound
    except _FAULTS as error:
        raise InputError(f"{address.shown}: {_cause(error)}") from None
    if not is_there:
        raise InputError(f"{address.shown}: there is no such bucket or container; mend the path in sources.yaml")
    for info in found:
        if info.type == fs.FileType.File:
            name = info.path[len(base) + 1 :]
            where = f"{address.shown}/{info.path[len(root) + 1 :]}"
            yield ObjectPlace(where, name, info.size, info.mtime_ns, info.mtime_ns, filesystem, info.path)


def _connect(address: Address) -> tuple[Any, str]:
    """The file system and the path of the bucket in it."""
    from pyarrow import fs  # noqa: PLC0415

    if address.scheme.startswith("abfs") and not re.search("[@.:]", address.authority):
        return _azure(address), address.authority
    options = {"s3": _s3_options, "gs": _gcs_options}.get(address.scheme, dict)() | dict(address.options)
    query = f"?{urlencode(options)}" if options else ""
    filesystem, root = fs.FileSystem.from_uri(f"{address.scheme}://{address.authority}/{query}")
    return filesystem, root.strip("/")


def _s3_options() -> dict[str, str]:
    """Region and endpoint of the environment; without a region pyarrow asks Amazon for the bucket's."""
    options: dict[str, str] = {}
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if endpoint:
        parts = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
        options |= {"scheme": parts.scheme, "endpoint_override": parts.netloc + parts.path.rstrip("/")}
        region = region or "us-east-1"
    return options | ({"region": region} if region else {})


def _gcs_options() -> dict[str, str]:
    # pyarrow's own limit lets a night hang for a quarter of an hour
    return {"retry_limit_seconds": "60"}


def _azure(address: Address) -> Any:
    """``az://container``: the account comes from the environment."""
    from pyarrow import fs  # noqa: PLC0415

    account = os.environ.get("AZURE_STORAGE_ACCOUNT_NAME") or os.environ.get("AZURE_STORAGE_ACCOUNT")
    if not account:
        raise InputError(
            f"{address.shown}: no account; set AZURE_STORAGE_ACCOUNT, or write abfs://<container>@<account>..."
        )
    keys = {"account_key": "AZURE_STORAGE_KEY", "sas_token": "AZURE_STORAGE_SAS_TOKEN"}
    given = {option: os.environ[name] for option, name in keys.items() if os.environ.get(name)}
    return fs.AzureFileSystem(account, **given, **address.options)


def _cause(error: Exception) -> str:
    """What went wrong, in words of ours: the message of the library may quote keys."""
    text = f"{type(error).__name__} {error}".upper()
    if any(word in text for word in _FORBIDDEN):
        return "forbidden; check the credentials of the environment and the rights to list and read"
    if isinstance(error, pa.ArrowInvalid | ValueError | TypeError):
        return "the address or one of its options is not understood; mend the path in sources.yaml"
    return f"cannot be reached ({type(error).__name__}); check the address, the network and the region"
