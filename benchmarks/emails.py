"""CPU per address of ``emails.validate`` beside email-validator called once a value, on the same addresses.

    python -m benchmarks.emails --rows 1000000

Distinct addresses of a seed, as a B2B list holds them: one in three at a mailbox provider, the rest at companies of which
each has about four people in the list; one in ten with capital letters; about three in a hundred damaged or no address at
all. One polars thread, so that CPU is work and not waiting. The library is called for every row, or for the first
``--library-rows`` of them, which is said; peak memory is that of a process of its own that holds the column and validates it.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import polars as pl
from email_validator import EmailNotValidError, validate_email

from leadgrade.contacts import email_accept, email_answers, emails

_FIRST = (
    "anna john maria thomas jose li priya olga pierre giulia hans fatima kenji lars sofia ahmed chloe diego elif ivan "
    "james mary robert linda michael susan david karen paul laura mark emma peter julia martin sarah"
)
_LAST = (
    "smith mueller garcia rossi dubois tanaka nguyen kumar ivanov andersson lee brown wilson kowalski silva oneil yilmaz "
    "haddad novak costa jones taylor schmidt weber fischer martin bernard moreau ferrari esposito lopez perez kim park"
)
_PROVIDERS = (
    "gmail.com gmail.com gmail.com gmail.com yahoo.com hotmail.com outlook.com icloud.com gmx.de web.de "
    "orange.fr mail.ru"
)
_NAMES = (
    "acme nordic blue city data green first global metal royal sun tech urban west alpha beta delta prime atlas nova"
)
_KINDS = "tech soft group media labs bau consult works systems partners logistics energy foods travel health legal"
_ENDINGS = "com com com com com de co.uk io fr com.br it nl com.au org net ch at se pl es jp ca edu"
_ROLES = "info sales contact office support hr marketing kontakt"
_DUMMIES = ("none", "n/a", "test", "noemail", "-", "unknown")
_PEOPLE_A_COMPANY = 4


def _companies(rng: random.Random, count: int) -> list[str]:
    names, kinds, endings = _NAMES.split(), _KINDS.split(), _ENDINGS.split()
    return [
        f"{rng.choice(names)}{rng.choice(('', '', '-'))}{rng.choice(kinds)}{number}.{rng.choice(endings)}"
        for number in range(count)
    ]


def _damaged(rng: random.Random, text: str) -> str:
    local, _, domain = text.partition("@")
    return rng.choice((
        f"{local}{domain}", f"{local} @{domain}", f"{local}@{domain.split('.')[0]}", text.replace(".", ","), f"{text}.",
        text.replace("@", "@@"), f"{local}.@{domain}", local, f"{local[:1]} {text}", f"{local}@{domain};", f"Ann <{text}>",
        f"{local}@gmial.com", f"{local}@gmail.con",
    ))  # fmt: skip


def addresses(rows: int, seed: int) -> list[str]:
    """Distinct addresses."""
    rng = random.Random(seed)
    first, last, providers, roles = _FIRST.split(), _LAST.split(), _PROVIDERS.split(), _ROLES.split()
    companies = _companies(rng, max(1, rows * 2 // 3 // _PEOPLE_A_COMPANY))
    found: set[str] = set()
    while len(found) < rows:
        name, family = rng.choice(first), rng.choice(last)
        form = (
            f"{name}.{family}",
            f"{name[0]}{family}",
            f"{name}_{family}",
            f"{name}{family}",
            f"{family}.{name[0]}",
            name,
        )
        private = rng.random() < 1 / 3
        local = form[rng.randrange(6)] + (str(rng.randrange(10_000)) if private or rng.random() < 0.2 else "")
        if rng.random() < 0.02:
            local += "+" + rng.choice(("news", "crm", "leads"))
        if not private and rng.random() < 0.06:
            local = rng.choice(roles)
        if rng.random() < 0.002:
            local = local.replace("u", "ü").replace("e", "é", 1)
        domain = rng.choice(providers) if private else rng.choice(companies)
        if rng.random() < 0.001:
            domain = domain.replace("o", "ö")
        text = f"{local}@{domain}"
        if rng.random() < 0.1:
            text = rng.choice((text.title(), text.upper(), text.capitalize()))
        if rng.random() < 0.025:
            text = _damaged(rng, text)
        found.add(text)
    return rng.sample(sorted(found), rows)


def _library_cpu(values: list[str]) -> float:
    start = time.process_time()
    for value in values:
        try:
            validate_email(value, check_deliverability=False)
        except EmailNotValidError:
            continue
    return time.process_time() - start


def _our_cpu(validate: Callable[[pl.Series], pl.DataFrame], column: pl.Series, times: int) -> list[float]:
    validate(column.head(1000))  # lists are read once a process
    found = []
    for _ in range(times):
        start = time.process_time()
        validate(column)
        found.append(time.process_time() - start)
    return found


def _proven(column: pl.Series) -> float:
    rest = column.filter(email_accept.accepted(column).places.is_null())
    asked = (email_answers.answers(rest)["decided_by"] != "proof").sum()
    return 1 - asked / len(column)


def _peak(rows: int, seed: int) -> tuple[float, float]:
    """Peak MiB of a process before and after it validates the column, made elsewhere and read from a file."""
    code = (
        "import resource, sys, polars as pl; from leadgrade.contacts import emails;"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024;"
        "column = pl.read_parquet(sys.argv[1])['email_raw']; before = peak(); found = emails.validate(column);"
        "print(before, peak())"
    )
    with tempfile.NamedTemporaryFile(prefix="leadgrade-bench-", suffix=".parquet") as file:
        pl.DataFrame({"email_raw": addresses(rows, seed)}).write_parquet(file.name)
        command = [sys.executable, "-c", code, file.name]
        shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    before, after = (float(figure) for figure in shown.split())
    return before, after


def main() -> None:
    """Make the addresses, measure both, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--library-rows", type=int, default=None, help="rows that the library is called for; all")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    before, after = _peak(options.rows, options.seed)
    values = addresses(options.rows, options.seed)
    column = pl.Series("email_raw", values)
    domains = column.str.to_lowercase().str.extract("@(.*)$").n_unique()
    asked = values[: options.library_rows]
    ours = _our_cpu(emails.validate, column, 3)
    same = [seconds / options.rows * 1e6 for seconds in _our_cpu(emails.answers, column, 3)]
    library = _library_cpu(asked) / len(asked) * 1e6
    each = [seconds / options.rows * 1e6 for seconds in ours]
    valid = emails.validate(column)["is_valid"].mean()
    print(f"{options.rows:,} distinct addresses, {domains:,} domains, {valid:.2%} valid; seed {options.seed}")
    print(
        f"emails.validate, all columns: {min(each):.2f} µs of CPU a value (three runs: {', '.join(f'{e:.2f}' for e in each)})"
    )
    print(f"email-validator, once a value ({len(asked):,} values): {library:.1f} µs")
    print(f"ratio: {library / min(each):.0f} (slowest run: {library / max(each):.0f})")
    print(
        f"emails.answers, what the library says and no kinds: {min(same):.2f} µs "
        f"(three runs: {', '.join(f'{e:.2f}' for e in same)}); "
        f"ratio: {library / min(same):.0f} (slowest run: {library / max(same):.0f})"
    )
    print(f"decided without the library: {_proven(column):.2%}")
    print(f"peak memory of the process: {after:,.0f} MiB, {before:,.0f} of it before validation")


if __name__ == "__main__":
    main()
