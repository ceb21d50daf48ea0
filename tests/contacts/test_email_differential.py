"""The proofs against email-validator, in the short; ``python -m tests.contacts.differential.emails`` is the long form."""

from __future__ import annotations

import random

import polars as pl
import pytest

from leadgrade.contacts import (
    email_bytes,
    email_kinds,
    email_library,
    email_persons,
    email_proofs,
    emails,
    name_sets,
    public_suffixes,
    vocabulary,
)
from tests.contacts.differential import email_reference
from tests.contacts.differential.emails import answers, compare, expected, generated, run

Answered = tuple[list[str], list[tuple[object, ...]]]
COUNTS = {"realistic": 7000, "mutated": 6000, "stress": 7000}
SEED = 11


@pytest.mark.parametrize(("kind", "count"), COUNTS.items())
def test_answers_equal_the_librarys(kind: str, count: int) -> None:
    assert run(kind, count, SEED).mismatches == 0


def test_most_of_a_realistic_list_is_decided_without_the_library() -> None:
    outcome = run("realistic", 5000, SEED)
    assert outcome.proven > 0.99 * outcome.count


def test_generators_make_the_same_addresses_for_a_seed() -> None:
    assert generated("stress", 50, 1) == generated("stress", 50, 1)
    assert generated("stress", 50, 1) != generated("stress", 50, 2)


def test_every_character_before_and_after_the_at_sign() -> None:
    characters = [chr(n) for n in (*range(0x3000), *range(0x3000, 0x1_1000, 7)) if not 0xD800 <= n < 0xE000]
    values = [text for c in characters for text in (f"a{c}b@acme.com", f"{c}@acme.com", c)]
    values += [f"a@a{c}b.com" for c in characters[:0x600]]
    assert compare(values, count_proven=False).mismatches == 0


# --- faults put in on purpose: each clause that is taken away must be missed


@pytest.fixture(scope="module")
def odd_values() -> Answered:
    values = [value for kind in ("stress", "mutated") for value in generated(kind, 5000, SEED)]
    values += [
        *(
            "a@acme.test",
            "a@acme.1",
            "a@acme.c1",
            "a@acme",
            "a@acme..com",
            "a@-acme.com",
            "a@ac--me.com",
            "a@[1.2.3.4]",
        ),
        *(f"a@{'d' * 64}.com", f"a@{'!a' * 130}", f"{'a' * 250}@acme.com", f"{'a' * 246}@acme.com", "a@", "none"),
        *(
            "a@a×b.com",
            "a@a÷b.com",
            "a@aµb.com",
            "a@-ä.com",
            "a@ä-.com",
            "a@ä--b.com",
            "a@bä--b.com",
            "a@ä.test",
            "a@é.local",
            f"a@{'ä' * 60}.com",
            f"a@{'aä' * 25}.de",
            "a@acme.ä",
            "a@acme.öö",
            "a@acme.é1",
            "a@acme.1é",
            "a@ß.ẞ",
            "a@ä",
            *(f"a@acme.c{chr(n)}{letter}" for n in range(0xDF, 0x100) for letter in ("", "m", "om")),
            "a@[IPv6:special-use]",
            "a@[IPv6:too long]",
            "a@acme.com.",
            "UUCP@acme.com",
            "\x1c",
            ".a@acme.com",
            "@acme.com",
        ),
    ]
    values = list(dict.fromkeys(values))
    return values, [expected(value) for value in values]


def differ(answered: Answered) -> int:
    """Answers that are no longer the library's."""
    values, wanted = answered
    return sum(row != right for row, right in zip(answers(values), wanted, strict=True))


def test_nothing_differs_as_long_as_nothing_is_changed(odd_values: Answered) -> None:
    assert differ(odd_values) == 0


@pytest.mark.parametrize("clause", email_proofs.PLAIN_DOMAIN)
def test_a_missing_clause_of_the_plain_domain_is_noticed(
    clause: str, odd_values: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(email_proofs.PLAIN_DOMAIN, clause)
    assert differ(odd_values) > 0


@pytest.mark.parametrize(
    "letters",
    [r"a-z0-9\x{d7}-\x{ff}", r"a-z0-9\x{df}-\x{ff}", r"a-z0-9\x{b5}-\x{ff}", r"a-z0-9\p{L}", r"-a-z0-9\x{df}-\x{f6}"],
)
def test_more_letters_in_a_latin_domain_are_noticed(
    letters: str, odd_values: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email_proofs, "LATIN_LETTERS", letters)
    assert differ(odd_values) > 0


@pytest.mark.parametrize("clause", [name for name in email_proofs.PLAIN_DOMAIN if name != "labels"])
def test_a_missing_clause_of_the_latin_domain_is_noticed(
    clause: str, odd_values: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = pl.all_horizontal(
        shows for name, shows in email_proofs.PLAIN_DOMAIN.items() if name not in {"labels", clause}
    )
    monkeypatch.setattr(email_proofs, "is_plain_ascii_form", lambda: left)
    assert differ(odd_values) > 0


# without these the library is asked and says the same
_SAVES_A_QUESTION = {"local", "in_angles"}


def _clauses() -> list[tuple[str, str]]:
    tables = ("DOMAIN_FAULTS", "VALUE_FAULTS")
    named = [(table, fault[0]) for table in tables for fault in getattr(email_proofs, table)]
    return [clause for clause in named if clause[1] not in _SAVES_A_QUESTION]


@pytest.mark.parametrize(("table", "clause"), _clauses())
def test_a_missing_fault_is_noticed(
    table: str, clause: str, odd_values: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tuple(fault for fault in getattr(email_proofs, table) if fault[0] != clause)
    monkeypatch.setattr(email_proofs, table, left)
    assert differ(odd_values) > 0


@pytest.mark.parametrize("clause", sorted(email_bytes.CLAUSES))
def test_a_missing_clause_of_the_plain_bytes_is_noticed(
    clause: str, odd_values: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email_bytes, "CLAUSES", email_bytes.CLAUSES - {clause})
    assert differ(odd_values) > 0


@pytest.mark.parametrize("byte", b' "(),:;<>[\\]\x00\x7f\xc3')
def test_another_byte_taken_for_plain_is_noticed(
    byte: int, odd_values: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = email_bytes._WEIGHTS.copy()
    weights[[byte, *range(0x80, 0x100)] if byte > 0x7F else byte] = 0
    monkeypatch.setattr(email_bytes, "_WEIGHTS", weights)
    assert differ(odd_values) > 0


@pytest.mark.parametrize("wider", ["<", r"<.*@.*\.[a-z]+> *$"])
def test_a_wider_pattern_of_addresses_in_angles_is_noticed(
    wider: str, odd_values: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits = pl.col("email_raw").str.contains(wider)
    faults = [(name, fits if name == "in_angles" else shows, kind) for name, shows, kind in email_proofs.VALUE_FAULTS]
    monkeypatch.setattr(email_proofs, "VALUE_FAULTS", tuple(faults))
    assert differ(odd_values) > 0


@pytest.mark.parametrize(("name", "wrong"), [("MAX_BYTES", 253), ("MAX_BYTES", 255), ("MAILBOX_NAMES", ("info",))])
def test_a_wrong_limit_is_noticed(
    name: str, wrong: object, odd_values: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email_library, name, wrong)
    assert differ(odd_values) > 0


# --- what the library does not say: the kinds of address against the long way


def _damaged(rng: random.Random, text: str, letters: str, share: float) -> str:
    while rng.random() < share:
        n, letter = rng.randrange(len(text)), rng.choice(letters)
        before, here, after = text[:n], text[n], text[n + 1 :]
        swapped = before + after[:1] + here + after[1:]
        text = rng.choice((before + after, before + letter + here + after, before + letter + after, swapped)) or "x"
        share /= 2
    return text


def _kinds_values() -> list[str]:
    """Words of the lists put together and damaged, before and after the @."""
    rng = random.Random(SEED)
    lists, domains = vocabulary.load("emails"), vocabulary.load("domains")
    words = [
        w for name in ("roles", "role_company", "placeholder_local", "placeholder_local_strong") for w in lists[name]
    ]
    names = [n for kind in ("providers", "academic", "government", "placeholder") for n in domains[kind]]
    names += rng.sample(sorted(email_kinds.free_domains()), 200) + rng.sample(
        sorted(email_kinds.disposable_domains()), 200
    )

    def local() -> str:
        text = "".join(rng.choice(words) + rng.choice(("", "", "-", "_", ".")) for _ in range(rng.choice((1, 1, 2, 3))))
        return _damaged(rng, text, "._-x1", 0.3) + rng.choice(("", "", "1", "12", "123", "1234", "+x", "-", "_"))

    def domain() -> str:
        return ("mail." if rng.random() < 0.2 else "") + _damaged(rng, rng.choice(names), "abceglmoyi.", 0.7)

    return [f"{local() if rng.random() < 0.5 else 'ann.lee'}@{domain()}" for _ in range(12_000)]


def test_kinds_of_address_equal_those_computed_the_long_way() -> None:
    values = [*_kinds_values(), *generated("realistic", 4000, SEED), *generated("stress", 2000, SEED)]
    series = pl.Series("email_raw", list(dict.fromkeys(values)))
    found, wanted = emails.validate(series), email_reference.columns(series)
    differences = {name: int(found[name].ne_missing(wanted[name]).sum()) for name in email_reference.COLUMNS}
    assert differences == dict.fromkeys(email_reference.COLUMNS, 0)
    assert min(wanted.select(pl.col(pl.Boolean).sum()).row(0)) > 100
    assert wanted["suggestion"].count() > 100


def test_every_address_that_may_be_no_person_begins_as_a_word() -> None:
    locals_ = [value.split("@")[0] for value in _kinds_values()]
    values = pl.Series(
        [f"{local}@acme.com" for local in locals_ + [w[:n] for w in locals_ for n in (1, 2, 3)] if local]
    )
    begins = pl.Series(email_persons.may_begin_as_word(email_bytes.shapes(values).head))
    may_be = email_persons.may_be_no_person(values)
    assert (may_be & ~begins).sum() == 0
    assert may_be.sum() > 1000
    people = pl.Series([f"{name}@acme.com" for name in ("jurgen", "zoe.lee", "kowalski", "Thomas.Brown", "lhaddad")])
    assert not email_persons.may_begin_as_word(email_bytes.shapes(people).head).any()


def test_a_set_of_names_holds_its_names_and_nothing_else() -> None:
    names = sorted(email_kinds.free_domains())
    texts = pl.Series([*names, *(f"x{name}" for name in names), "", None], dtype=pl.String)
    wanted = [text in email_kinds.free_domains() for text in texts]
    assert name_sets.NameSet(names).holds(texts).to_list() == wanted


@pytest.mark.parametrize("labels", ["", "a.", "b.a.", "c.b.a."])
def test_registrable_domains_equal_the_packages_for_every_rule(labels: str) -> None:
    rules = sorted(rule.lstrip("!").replace("*", "wild") for rule in public_suffixes._rules())
    odd = ["a..com", ".com", "com.", "A.com", "x", "", "a.b.zzz", None]
    names = pl.Series([*(labels + rule for rule in rules), *odd]).unique()
    assert public_suffixes.registrable(names).to_list() == [public_suffixes.registrable_name(name) for name in names]
