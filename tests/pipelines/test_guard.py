"""No value leaves a step through an exception."""

import traceback

import dagster as dg
import duckdb
import polars as pl
import pytest

from assets.guard import guarded
from leadgrade.errors import ContractError, InputError

SECRET = "jane.doe@acme.test"


def failure_of(error: BaseException) -> dg.Failure:
    with pytest.raises(dg.Failure) as raised, guarded("people.golden"):
        raise error
    return raised.value


def whole_text(failure: dg.Failure) -> str:
    """Everything that Dagster could write down of it: message, metadata, and the chain of causes and contexts."""
    metadata = " ".join(str(v.value) for v in failure.metadata.values())
    return failure.description + metadata + "".join(traceback.format_exception(failure))


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"cannot parse {SECRET}"),
        KeyError(SECRET),
        duckdb.ConversionException(f"Could not convert string '{SECRET}' to INT32"),
        duckdb.ConstraintException(f'Duplicate key "email: {SECRET}"'),
        pl.exceptions.InvalidOperationError(f'conversion failed: ["{SECRET}"]'),
        UnicodeDecodeError("utf-8", SECRET.encode(), 0, 1, SECRET),
    ],
    ids=lambda e: type(e).__name__,
)
def test_a_librarys_words_are_withheld(error):
    failure = failure_of(error)
    assert SECRET not in whole_text(failure)
    assert type(error).__name__ in failure.description
    assert failure.description.startswith("people.golden: ")
    assert failure.allow_retries is False


@pytest.mark.parametrize("error", [InputError("no file matches inbox/*.csv"), ContractError("people.golden: column x")])
def test_our_own_words_are_kept(error):
    failure = failure_of(error)
    assert str(error) in failure.description
    assert failure.metadata["error"].value == type(error).__name__


def test_words_on_a_statement_are_kept():
    failure = failure_of(duckdb.CatalogException("Table with name x does not exist"))
    assert "Table with name x" in failure.description


def test_the_place_in_our_code_is_named():
    from leadgrade.contract import table

    with pytest.raises(dg.Failure) as raised, guarded("step"):
        table("no.table")
    assert "leadgrade/contract/__init__.py" in raised.value.description


def test_a_stop_by_hand_passes_through():
    with pytest.raises(KeyboardInterrupt), guarded("step"):
        raise KeyboardInterrupt


def test_nothing_happens_when_nothing_happens():
    with guarded("step"):
        pass
