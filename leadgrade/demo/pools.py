"""Pools of values, made once a seed: names and streets by Faker, numbers checked against the national dialling plans."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
import polars as pl
from faker import Faker

from leadgrade.demo.dice import skewed, table_of
from leadgrade.demo.places import CITIES, COUNTRIES, Country
from leadgrade.demo.titles import LOCAL_TITLES, TITLES
from leadgrade.demo.words import COMPANY_NOUNS, INDUSTRIES

NAMES = 16384  # entries of a country's table of names, so a name rarer than 1 in 16,384 does not occur in it
STREETS = 512
CORES = 1024
LINES = 192
TITLE_SLOTS = 64
SPELLINGS = 4
_DRAWS = 2500

# Surnames made of two parts lengthen the tail, where Faker knows about a thousand a locale.
_FRONT = [
    "Ash",
    "Black",
    "Brad",
    "Brook",
    "Burn",
    "Clay",
    "Cold",
    "Dray",
    "East",
    "Elm",
    "Fair",
    "Gold",
    "Green",
    "Hart",
    "Haw",
    "Hazel",
    "High",
    "Lang",
    "Long",
    "Marsh",
    "North",
    "Oak",
    "Red",
    "Ridge",
    "Rock",
    "Sand",
    "Stan",
    "Stone",
    "Thorn",
    "Wake",
    "West",
    "Whit",
    "Win",
    "Wood",
]
_BACK = [
    "ford",
    "ton",
    "ley",
    "worth",
    "wood",
    "field",
    "well",
    "man",
    "ridge",
    "by",
    "ham",
    "stead",
    "burn",
    "land",
    "brook",
    "gate",
]
_FRONT_DE = [
    "Acker",
    "Alt",
    "Bach",
    "Berg",
    "Blum",
    "Brand",
    "Buch",
    "Eber",
    "Eichen",
    "Feld",
    "Frei",
    "Grün",
    "Hof",
    "Holz",
    "Kirch",
    "Kohl",
    "Linden",
    "Mühl",
    "Neu",
    "Ober",
    "Rosen",
    "Sand",
    "Schön",
    "Stein",
    "Tal",
    "Wald",
    "Wein",
    "Wolf",
]
_BACK_DE = ["mann", "meier", "bauer", "müller", "berger", "hofer", "huber", "stein", "bach", "mayer", "hauser", "inger"]
_MADE = {"US": (_FRONT, _BACK), "GB": (_FRONT, _BACK), "CA": (_FRONT, _BACK), "DE": (_FRONT_DE, _BACK_DE)}


@dataclass(frozen=True, slots=True)
class Pools:
    """Tables to draw from; each is laid out country after country, unless said otherwise."""

    countries: pl.Series
    first_names: pl.Series
    last_names: pl.Series
    streets: pl.Series
    cities: pl.Series
    regions: pl.Series
    postcodes: pl.Series
    city_width: int
    cores: pl.Series
    nouns: pl.Series
    area: pl.Series
    """Area codes of fixed lines of every country, then those of mobiles."""
    head: pl.Series
    rest: pl.Series
    titles: pl.Series
    """Laid out by language (others, DE, FR), tier, slot and spelling."""
    industries: pl.Series


def _by_frequency(draws: list[str]) -> list[str]:
    return [value for value, _ in sorted(Counter(draws).items(), key=lambda item: (-item[1], item[0]))]


def _surnames(fake: Faker, country: Country, dice: random.Random) -> list[str]:
    names = _by_frequency([fake.last_name() for _ in range(_DRAWS)])
    if country.code in _MADE:
        front, back = _MADE[country.code]
        made = [a + b for a in front for b in back]
        dice.shuffle(made)
        names += [name for name in made if name not in set(names)]
    return names


def _cores(surnames: list[str], dice: random.Random) -> list[str]:
    """First words of company names, each once."""
    cores = dict.fromkeys(dice.sample(surnames, len(surnames))[:CORES])
    while len(cores) < CORES:
        cores[" & ".join(dice.sample(surnames, 2))] = None
    return list(cores)


def _is_valid(country: Country, number: str) -> bool:
    parsed = phonenumbers.PhoneNumber(country_code=int(country.calling_code), national_number=int(number))
    return bool(phonenumbers.is_valid_number(parsed))


def _line(country: Country, starts: tuple[tuple[str, int], ...], dice: random.Random) -> tuple[str, str, int]:
    """A block of numbers that the plan gives out: its ends and a number between are valid."""
    while True:
        area, digits = dice.choice(starts)
        head = str(dice.randrange(200, 1000))
        rest = digits - len(head)
        samples = (10**rest - 2, dice.randrange(1, 10**rest))
        if all(_is_valid(country, f"{area}{head}{value:0{rest}d}") for value in samples):
            return area, head, rest


def _places(width: int, fakes: list[Faker]) -> tuple[list[str], list[str], list[str]]:
    cities: list[str] = []
    regions: list[str] = []
    postcodes: list[str] = []
    for country, fake in zip(COUNTRIES, fakes, strict=True):
        known = CITIES[country.code]
        names = skewed([str(index) for index in range(len(known))], width, 0.8)
        cities += [known[int(index)][0] for index in names]
        regions += [known[int(index)][1] for index in names]
        postcodes += [fake.postcode() for _ in range(width)]
    return cities, regions, postcodes


def _titles() -> list[str]:
    table: list[str] = []
    for language in ("", "DE", "FR"):
        for tier in LOCAL_TITLES.get(language, TITLES):
            for slot in skewed(list(tier), TITLE_SLOTS, 0.8):
                table += table_of(slot.split("|"), SPELLINGS)
    return table


def _text(values: list[str]) -> pl.Series:
    return pl.Series(values, dtype=pl.String)


@lru_cache(maxsize=2)
def make_pools(seed: int) -> Pools:
    """Make the pools of a seed; takes about a second, most of it checking numbers."""
    dice = random.Random(seed)  # noqa: S311 - fiction, not secrets
    fakes = [Faker(country.locale) for country in COUNTRIES]
    for index, fake in enumerate(fakes):
        fake.seed_instance(seed * 100 + index)
    first: list[str] = []
    last: list[str] = []
    streets: list[str] = []
    cores: list[str] = []
    for country, fake in zip(COUNTRIES, fakes, strict=True):
        surnames = _surnames(fake, country, dice)
        first += skewed(_by_frequency([fake.first_name() for _ in range(_DRAWS)]), NAMES, 0.8)
        last += skewed(surnames, NAMES, 0.75)
        streets += [fake.street_name() for _ in range(STREETS)]
        cores += _cores(surnames, dice)
    cities, regions, postcodes = _places(128, fakes)
    lines = [_line(c, c.areas, dice) for c in COUNTRIES for _ in range(LINES)]
    lines += [_line(c, c.mobiles, dice) for c in COUNTRIES for _ in range(LINES)]
    shares = [index for index, country in enumerate(COUNTRIES) for _ in range(round(country.share * 100))]
    return Pools(
        countries=pl.Series(shares, dtype=pl.UInt32),
        first_names=_text(first),
        last_names=_text(last),
        streets=_text(streets),
        cities=_text(cities),
        regions=_text(regions),
        postcodes=_text(postcodes),
        city_width=128,
        cores=_text(cores),
        nouns=_text(list(COMPANY_NOUNS)),
        area=_text([area for area, _, _ in lines]),
        head=_text([head for _, head, _ in lines]),
        rest=pl.Series([rest for _, _, rest in lines], dtype=pl.Int64),
        titles=_text(_titles()),
        industries=_text([name for row in INDUSTRIES for name in table_of(row.split("|"), SPELLINGS)]),
    )
