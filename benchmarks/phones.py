"""Telephone numbers: CPU per value of our answers, beside the library called once a value in the same run.

    python -m benchmarks.phones --rows 1000000

The numbers are made: 20 countries, fixed and mobile, typed in the ways that people and systems type them, some wrong, some
damaged. The library is called as its users call it, once a value: for what most ask of it, and for all that we answer; as it
comes, and with the pattern cache that it has to be asked for. Turns alternate, one thread, CPU time.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import phonenumbers
import polars as pl
from phonenumbers import PhoneNumberFormat, carrier, timezone

from leadgrade.contacts import phones

_TURNS = 5
_COUNTRIES = {
    "US": 30,
    "GB": 12,
    "DE": 10,
    "FR": 7,
    "CA": 5,
    "NL": 4,
    "IN": 6,
    "AU": 4,
    "ES": 4,
    "IT": 4,
    "CH": 2,
    "SE": 2,
    "BR": 3,
    "MX": 2,
    "PL": 2,
    "JP": 1,
    "BE": 1,
    "AT": 1,
    "IE": 1,
    "SG": 1,
}
_LINES = (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)
# how often each thing is done to a number, in a thousand
_HABITS = {
    "extension": 20,
    "word": 5,
    "tail": 4,
    "excel": 5,
    "nbsp": 5,
    "dash": 3,
    "two": 3,
    "short": 10,
    "long": 5,
    "nothing": 10,
    "bidi": 2,
    "vanity": 0.5,
}


def _digits(region: str, line: int) -> str:
    example = phonenumbers.example_number_for_type(region, line)
    return phonenumbers.national_significant_number(example)


def _templates(region: str, line: int) -> list[str]:
    """Ways to write a number of the region, with a # for each digit of the national number."""
    example = phonenumbers.example_number_for_type(region, line)
    national = _digits(region, line)
    code = f"+{example.country_code}"
    found = [code + "#" * len(national)]
    for form in (PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL):
        text = phonenumbers.format_number(example, form)
        head = text.rfind(national[-1]) - len(text)  # noqa: F841  the end of the text is the end of the number
        marked, at = list(text), len(text) - 1
        for digit in reversed(national):
            while at >= 0 and marked[at] != digit:
                at -= 1
            marked[at], at = "#", at - 1
        made = "".join(marked)
        found += [made, made, made.replace(" ", "-"), made.replace(" ", "."), made.replace(" ", "").replace("-", "")]
    return found


def _habit(text: str, habit: str, rng: random.Random) -> str:
    done = {
        "extension": f"{text} {rng.choice(['x', 'ext. ', 'ext ', 'x'])}{rng.randint(10, 9999)}",
        "word": f"{rng.choice(['Tel: ', 'Phone: ', 'T ', 'M: '])}{text}",
        "tail": f"{text} {rng.choice(['(home)', '(work)', '- mobile', '(m)'])}",
        "excel": f"{''.join(c for c in text if c.isdigit())}.0",
        "nbsp": text.replace(" ", "\u00a0"),
        "dash": text.replace("-", "\u2013"),
        "two": f"{text}{rng.choice(['; ', ' / ', ' or '])}{text[:-1]}{rng.randint(0, 9)}",
        "short": text[: rng.randint(3, 8)],
        "long": text + str(rng.randint(10, 99)),
        "nothing": rng.choice(["n/a", "-", "none", "unknown", "0", "TBD"]),
        "bidi": f"\u202d{text}\u202c",
        "vanity": "1-800-FLOWERS",
    }
    return done[habit]


def realistic(count: int, seed: int) -> pl.DataFrame:
    """Numbers as typed with the region that they are read in: columns number, region."""
    rng = random.Random(seed)
    forms = {(r, line): (_digits(r, line), _templates(r, line)) for r in _COUNTRIES for line in _LINES}
    regions = rng.choices(list(_COUNTRIES), list(_COUNTRIES.values()), k=count)
    habits = rng.choices([None, *_HABITS], [1000 - sum(_HABITS.values()), *_HABITS.values()], k=count)
    numbers = []
    for region, habit in zip(regions, habits, strict=True):
        digits, templates = forms[region, rng.choice(_LINES)]
        keep = len(digits) - rng.choice((5, 6, 6))
        made = iter(digits[:keep] + "".join(rng.choices("0123456789", k=len(digits) - keep)))
        text = "".join(next(made) if c == "#" else c for c in rng.choice(templates))
        numbers.append(_habit(text, habit, rng) if habit else text)
    # one in twenty is read in another region than its own
    hints = [rng.choice(list(_COUNTRIES)) if rng.random() < 0.05 else region for region in regions]
    return pl.DataFrame({"number": numbers, "region": hints})


def _said(number: phonenumbers.PhoneNumber) -> tuple[object, ...]:
    """The answers that most callers ask for."""
    return (
        phonenumbers.is_possible_number_with_reason(number),
        phonenumbers.is_valid_number(number),
        phonenumbers.number_type(number),
        phonenumbers.region_code_for_number(number),
        phonenumbers.format_number(number, PhoneNumberFormat.E164),
    )


def _all(number: phonenumbers.PhoneNumber) -> tuple[object, ...]:
    """All that we answer: time zone and first carrier, too."""
    return (
        *_said(number),
        phonenumbers.national_significant_number(number),
        timezone.time_zones_for_number(number),
        carrier.name_for_number(number, "en"),
    )


# what the library is asked, and ours that gives the same
_SIDES = {
    "parse, possible, valid, type, region, E.164": (_said, phones.answers),
    "the same, time zone, carrier": (_all, phones.validate),
}


def _library(frame: pl.DataFrame, ask: Callable[[phonenumbers.PhoneNumber], object]) -> float:
    """CPU microseconds of one call a value."""
    start = time.process_time()
    for text, region in frame.iter_rows():
        try:
            ask(phonenumbers.parse(text, region))
        except phonenumbers.NumberParseException:
            continue
    return (time.process_time() - start) / frame.height * 1e6


def _ours(frame: pl.DataFrame, answer: Callable[[pl.Series, pl.Series], pl.DataFrame]) -> float:
    """CPU microseconds a value of the whole column at once."""
    start = time.process_time()
    answer(frame["number"], frame["region"])
    return (time.process_time() - start) / frame.height * 1e6


def _compare(frame: pl.DataFrame, library_rows: int) -> None:
    """Ours and the library's turns alternate, so that both have the machine as it is at the time."""
    phones.validate(frame["number"].head(1000), frame["region"].head(1000))
    step = frame.height // _TURNS
    parts = [frame.slice(at, step) for at in range(0, step * _TURNS, step)]
    for name, (ask, answer) in _SIDES.items():
        turns = [(_ours(frame, answer), _library(part.head(library_rows // _TURNS), ask)) for part in parts]
        ours, library = (statistics.mean(side) for side in zip(*turns, strict=True))
        print(
            f"  {name}: library {library:.1f} us, {answer.__name__} {ours:.3f} us a value: {library / ours:.0f} times"
        )


def main() -> None:
    """Run as a program; each comparison in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--library-rows", type=int, default=200_000, help="of these the library is asked")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only", choices=["as it comes", "with its pattern cache on", "memory"], help=argparse.SUPPRESS
    )
    given = parser.parse_args()
    if given.only is None:
        print(f"{given.rows:,} numbers, the library is asked {given.library_rows:,}; seed {given.seed}; one thread")
        for only in ("as it comes", "with its pattern cache on", "memory"):
            arguments = [*sys.argv[1:], "--only", only]
            command = [sys.executable, "-m", "benchmarks.phones", *arguments]
            subprocess.run(command, env={**os.environ, "POLARS_MAX_THREADS": "1"}, check=True)
        return
    frame = realistic(given.rows, given.seed)
    if given.only == "memory":
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found = phones.validate(frame["number"], frame["region"])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak memory {peak:.0f} MiB, {before:.0f} of it the numbers and the libraries")
        print(f"by the table {(found['answered_by'] == 'table').sum() / found.height:.2%}")
        return
    # our own modules switch the cache on
    phonenumbers.re_util._COMPILED_PATTERNS = {} if given.only == "with its pattern cache on" else None
    print(f"phonenumbers {given.only}:")
    _compare(frame, given.library_rows)


if __name__ == "__main__":
    main()
