"""The hashes of the ledger: of an event's content, of its link to the event before, and of a night."""

from __future__ import annotations

from hashlib import sha256

from leadgrade import keys

LEDGER, HEADS, SEALS, FILES = (
    "hygiene.consent_ledger",
    "hygiene.consent_heads",
    "hygiene.consent_seals",
    "hygiene.ledger_files",
)
TABLES = (LEDGER, HEADS, SEALS, FILES)
HASH_DIGITS = 32
GENESIS = "0" * HASH_DIGITS
_PURPOSE = "consent ledger"  # of the key
# what an event says, in the order in which it is hashed; the kind of each column. Another list would make every hash that
# was written wrong: what the ledger gains has to be hashed apart
CONTENT = {
    "subject_key": "text", "subject_kind": "text", "object": "text", "record_id": "text", "file_id": "text",
    "row_number": "number", "channel": "text", "names_number": "flag", "purpose": "text", "action": "text",
    "lawful_basis": "text", "captured_at": "time", "double_opt_in_at": "time", "expires_at": "time", "source": "text",
    "capture_source": "text", "capture_method": "text", "text_hash": "text", "jurisdiction": "text",
    "has_assessment": "flag", "is_in_clear": "flag", "arrived_at": "time",
}  # fmt: skip
_AS_TEXT = {
    "text": '"{0}"',
    "number": 'cast("{0}" as varchar)',
    "flag": "case when \"{0}\" then '1' else '0' end",
    "time": 'cast(epoch_us("{0}") as varchar)',
}
# no text of the ledger holds control characters, so these two stand for nothing else
_BETWEEN, _MISSING = "chr(31)", "chr(30)"
_PLACE_DIGITS = 16


def content_sql() -> str:
    """SQL expression of the hash of everything an event says, over the columns of the ledger."""
    parts = ", ".join(f"coalesce({_AS_TEXT[kind].format(name)}, {_MISSING})" for name, kind in CONTENT.items())
    # one function: a chain of || copies the text anew for each column
    return f"substr(sha256(concat_ws({_BETWEEN}, {parts})), 1, {HASH_DIGITS})"


def link(key: str, prev_hash: str, event: str) -> str:
    """Hash of an event. Key, previous hash and event are of fixed length, so that nothing can be put behind them."""
    return sha256(f"{key}{prev_hash}{event}".encode()).hexdigest()[:HASH_DIGITS]


def link_sql(prev_hash: str, event: str) -> str:
    """SQL expression of the same; the parameter ``key`` is the key."""
    return f"substr(sha256(concat($key, {prev_hash}, {event})), 1, {HASH_DIGITS})"


def event_sql(content_hash: str) -> str:
    """SQL expression of what is linked of an event: its entry, its sequence and the hash of its content."""
    places = (f"lpad(cast({name} as varchar), {_PLACE_DIGITS}, '0')" for name in ("entry", "sequence"))
    return f"concat({', '.join(places)}, {content_hash})"


def chain_key(secret: str) -> str:
    """The key of the chains, 64 hex digits."""
    return keys.derived(secret, _PURPOSE).hex()


# in parts, so that no text grows with the ledger
ENTRIES_HASH = f"""
select substr(sha256(string_agg(parts.part_hash, '' order by parts.part)), 1, {HASH_DIGITS}) as entries_hash
from (
    select ledger.entry // 10000 as part, sha256(string_agg(ledger.row_hash, '' order by ledger.entry)) as part_hash
    from {{ledger}} as ledger
    where ledger.entry between $first_entry and $last_entry
    group by ledger.entry // 10000
) as parts"""


def seal_of(key: str, night: dict[str, object], seal_before: str | None) -> str:
    """The seal of a night: over its row of hygiene.consent_seals and the seal before."""
    names = ("seal_number", "run_id", "as_of", "first_entry", "last_entry", "subjects", "entries_hash")
    content = sha256("\x1f".join(str(night[name]) for name in names).encode()).hexdigest()
    return link(key, seal_before or GENESIS, content)
