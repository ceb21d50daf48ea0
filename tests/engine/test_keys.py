"""A fingerprint is the same in Python and SQL, and tells nothing without the secret."""

from __future__ import annotations

import hmac

import pytest

from leadgrade import keys
from leadgrade.engine import DuckDBEngine


@pytest.mark.parametrize("value", ["ann@acme.com", "", "+14155550100", "å@bücher.example", "it's", "x" * 200])
@pytest.mark.parametrize("secret", ["test-secret", "s" * 100])
def test_sql_and_python_agree(engine: DuckDBEngine, secret: str, value: str) -> None:
    keys.write_macros(engine, secret)
    found = engine.collect("select config.subject_key('email', $value) as key", {"value": value})["key"][0]
    assert found == keys.subject_key(secret, "email", value)


def test_it_is_the_hmac_of_the_standard() -> None:
    key = hmac.new(b"s", b"leadgrade/subject", "sha256").digest()
    expected = hmac.new(key, b"phone\x1f+14155550100", "sha256").hexdigest()
    assert keys.subject_key("s", "phone", "+14155550100") == expected[:32]


def test_kind_purpose_and_secret_change_it() -> None:
    found = {
        keys.subject_key(secret, kind, "1") for secret in ("a", "b") for kind in ("email", "phone", "domain", "id")
    }
    assert len(found) == 8
    assert keys.derived("a", "subject") != keys.derived("a", "ledger")


def test_nothing_has_no_fingerprint(engine: DuckDBEngine) -> None:
    keys.write_macros(engine, "s")
    assert engine.collect("select config.subject_key('email', null) as key")["key"].to_list() == [None]


def test_a_key_longer_than_a_block_is_hashed_first(engine: DuckDBEngine) -> None:
    query = f"select {keys.hmac_sql(b'k' * 80, 'encode(chr(97))')} as found"
    assert engine.collect(query)["found"][0] == hmac.new(b"k" * 80, b"a", "sha256").hexdigest()
