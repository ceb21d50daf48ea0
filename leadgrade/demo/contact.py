"""Names, titles, mailboxes and lines of a row, with the faults that the truth files tell."""

from __future__ import annotations

import polars as pl

from leadgrade.demo.dice import Dice, u64
from leadgrade.demo.dirt import plain, strike, typo
from leadgrade.demo.people import World, employer
from leadgrade.demo.places import COUNTRIES
from leadgrade.demo.pools import LINES, NAMES, SPELLINGS, TITLE_SLOTS, Pools
from leadgrade.demo.titles import NICKNAMES, TITLES
from leadgrade.demo.words import ACADEMIC, COMPETITORS, DISPOSABLE, FREE_DOMAINS, MASH, ROLE_LOCALS, SPAM, TYPO_DOMAINS

_FREE_WIDTH = 16
_FREE_TABLE = pl.Series([
    row[0] if i < 7 else row[i % len(row)] for row in FREE_DOMAINS for i in range(_FREE_WIDTH)
])  # fmt: skip
_NICK_TABLE = {formal: short[0] for formal, short in NICKNAMES.items()}
_NICK_OTHER = {formal: short[-1] for formal, short in NICKNAMES.items()}
_LANGUAGES = pl.Series([1 if c.code == "DE" else 2 if c.code == "FR" else 0 for c in COUNTRIES], dtype=pl.UInt64)
_CALLING = pl.Series([country.calling_code for country in COUNTRIES])
_TRUNK = pl.Series([country.trunk for country in COUNTRIES])
_MANGLED = pl.Series(
    ["no_at", "double_dot", "domain_typo", "spaces", "placeholder", "local_typo", "trailing", "two_ats"]
)
_BAD_MAIL = ["no_at", "double_dot", "domain_typo", "placeholder", "local_typo", "two_ats", "stale"]
_BAD_LINE = ["too_short", "placeholder", "excel_exponent", "letters"]
_LINE_FAULTS = pl.Series(
    ["too_short", "placeholder", "excel_float", "excel_exponent", "letters", "extension", "extension"]
)


def add_names(frame: pl.DataFrame, world: World) -> pl.DataFrame:
    """Add ``true_first``, ``true_last`` and, as the row has them, ``first_name`` and ``last_name``."""
    pools, root = world.pools, world.dice("root")
    frame = frame.with_columns(root=pl.min_horizontal("house", "named_after"))
    # the country of the first job of whoever gave the surname; it stays when the person moves on
    frame = frame.with_columns(root_job=pl.col("root") * u64(2))
    frame = frame.with_columns(root_company=employer(world, "root_job"))
    frame = frame.with_columns(home=world.dice("root_company").pick("country", pools.countries))
    # one in seven has a name from elsewhere
    land = pl.when(root.chance("foreign", 0.14)).then(root.pick("homeland", pools.countries)).otherwise(pl.col("home"))
    frame = frame.with_columns(land=land)
    frame = frame.with_columns(
        true_first=world.dice("named_after").pick_row("first", pools.first_names, pl.col("land"), NAMES),
        true_last=root.pick_row("last", pools.last_names, pl.col("land"), NAMES),
    )
    return _dirty_names(frame.with_columns(first_name="true_first", last_name="true_last"), world)


def _dirty_names(frame: pl.DataFrame, world: World) -> pl.DataFrame:
    dice, scale = world.dice("content"), world.scale
    later = (pl.col("content") % u64(16)) > 0
    rate = pl.when(later).then(0.05 * scale).otherwise(0.015 * scale)
    nick = pl.when(dice.chance("which nick", 0.6)).then(pl.col("first_name").replace(_NICK_TABLE)).otherwise(
        pl.col("first_name").replace(_NICK_OTHER)
    )  # fmt: skip
    swapped = {"first_name": pl.col("last_name"), "last_name": pl.col("first_name")}
    frame = strike(frame, dice.chance("nick", 0.10 * scale), lambda f: f.with_columns(first_name=nick))
    frame = strike(
        frame,
        dice.chance("typo first", rate),
        lambda f: f.with_columns(first_name=typo(pl.col("first_name"), dice, "f")),
    )
    frame = strike(
        frame, dice.chance("typo last", rate), lambda f: f.with_columns(last_name=typo(pl.col("last_name"), dice, "l"))
    )
    initial = pl.concat_str(pl.col("first_name").str.slice(0, 1), pl.lit("."))
    frame = strike(frame, dice.chance("initial", 0.01 * scale), lambda f: f.with_columns(first_name=initial))
    frame = strike(frame, dice.chance("swapped", 0.006 * scale), lambda f: f.with_columns(**swapped))
    frame = strike(
        frame,
        dice.chance("shouting", 0.02),
        lambda f: f.with_columns(pl.col("first_name", "last_name").str.to_uppercase()),
    )
    return strike(frame, pl.col("kind").is_in([1, 2, 3]), lambda f: _nobody(f, dice))


def _nobody(frame: pl.DataFrame, dice: Dice) -> pl.DataFrame:
    """Names of test leads, spam and mashed keys."""
    kind = pl.col("kind")
    mash = dice.pick("mash first", pl.Series(MASH))
    spam = dice.pick("spam", pl.Series(SPAM))
    return frame.with_columns(
        first_name=pl.when(kind == 1).then(pl.lit("Test")).when(kind == 2).then(spam).otherwise(mash),
        last_name=pl.when(kind == 1)
        .then(pl.lit("Lead"))
        .when(kind == 2)
        .then(pl.lit(""))
        .otherwise(dice.pick("mash last", pl.Series(MASH))),
    )


def add_titles(frame: pl.DataFrame, world: World) -> pl.DataFrame:
    """Add ``tier`` (0 to 4, 4 the top) and ``job_title``; better people stand higher, with much noise."""
    dice = world.dice("job")
    drawn = pl.col("quality") * 0.45 + dice.unit("tier") * 0.55
    tier = sum(((drawn > step).cast(pl.UInt64) for step in (0.42, 0.62, 0.76, 0.86)), pl.lit(0, dtype=pl.UInt64))
    local = pl.lit(_LANGUAGES).gather(pl.col("country"))
    language = pl.when(dice.chance("local title", 0.6)).then(local).otherwise(0).cast(pl.UInt64)
    frame = frame.with_columns(tier=tier)
    slot = (language * u64(len(TITLES)) + pl.col("tier")) * u64(TITLE_SLOTS) + dice.below("title", TITLE_SLOTS)
    title = pl.lit(world.pools.titles).gather(
        slot * u64(SPELLINGS) + world.dice("content").below("spelling", SPELLINGS)
    )
    title = pl.when(pl.col("kind") == 5).then(pl.lit("Student")).otherwise(title)
    return frame.with_columns(job_title=title)


def _mailbox(world: World) -> pl.Expr:
    """Local part by the custom of the company; where people are many, a number keeps namesakes apart."""
    first, last = pl.col("f"), pl.col("l")
    style = world.dice("company").below("mail style", 8)
    name = (
        pl.when(style < 3).then(pl.concat_str(first, pl.lit("."), last))
        .when(style == 3).then(pl.concat_str(first.str.slice(0, 1), last))
        .when(style == 4).then(pl.concat_str(first, last))
        .when(style == 5).then(pl.concat_str(first.str.slice(0, 1), pl.lit("."), last))
        .when(style == 6).then(pl.concat_str(first, pl.lit("_"), last))
        .otherwise(pl.concat_str(last, pl.lit("."), first.str.slice(0, 1)))
    )  # fmt: skip
    number = world.dice("p").below("mail number", 10000)
    is_private = pl.col("mail_kind") != 0
    is_crowded = (pl.col("company").cast(pl.Float64) < world.companies * 0.03) | (pl.col("hired_with") != pl.col("p"))
    return pl.concat_str(name, pl.when(is_private | is_crowded).then(number.cast(pl.String)).otherwise(pl.lit("")))


def add_email(frame: pl.DataFrame, world: World) -> pl.DataFrame:
    """Add ``email`` and ``email_fault`` (null: a good address; ``stale``: of a job that the person has left)."""
    dice, job = world.dice("p"), world.dice("content")
    drawn = dice.unit("mail kind")
    # 0 company, 1 free, 2 disposable, 3 role, 4 academic, 5 competitor
    kind = (
        pl.when(drawn < 0.20)
        .then(1)
        .when(drawn < 0.21)
        .then(2)
        .when(drawn < 0.23)
        .then(3)
        .when(drawn < 0.24)
        .then(4)
        .otherwise(0)
    )
    kind = (
        pl.when(pl.col("kind") == 5)
        .then(pl.when(drawn < 0.7).then(4).otherwise(1))
        .when(pl.col("kind") == 4)
        .then(5)
        .otherwise(kind)
    )
    frame = frame.with_columns(mail_kind=kind, f=plain(pl.col("true_first")), l=plain(pl.col("true_last")))
    free = dice.pick_row("free mail", _FREE_TABLE, pl.col("country"), _FREE_WIDTH)
    domain = pl.col("company_domain")
    for index, other in enumerate(
        (free, *(dice.pick("domain", pl.Series(p)) for p in (DISPOSABLE, ACADEMIC, ACADEMIC, COMPETITORS))), 1
    ):
        domain = pl.when((pl.col("mail_kind") == index) & (pl.col("mail_kind") != 3)).then(other).otherwise(domain)
    role = dice.pick("role", pl.Series(ROLE_LOCALS))
    local = pl.when(pl.col("mail_kind") == 3).then(role).otherwise(_mailbox(world))
    is_stale = pl.col("has_moved") & (pl.col("era") == 0) & ~pl.col("mail_kind").is_in([1, 2, 4])
    frame = frame.with_columns(
        email=pl.concat_str(local, pl.lit("@"), domain),
        email_fault=pl.when(is_stale)
        .then(pl.lit("stale"))
        .when(pl.col("mail_kind") == 2)
        .then(pl.lit("disposable"))
        .otherwise(None),
    )
    frame = strike(frame, job.chance("mail case", 0.03), lambda f: f.with_columns(pl.col("email").str.to_titlecase()))
    frame = strike(frame, job.chance("mail fault", 0.035 * world.scale), lambda f: _spoil_email(f, job))
    frame = strike(frame, pl.col("kind").is_in([1, 2, 3]), lambda f: _fake_email(f, job))
    frame = strike(frame, job.chance("no mail", 0.04 * world.scale), lambda f: f.with_columns(
        email=pl.lit(None, dtype=pl.String), email_fault=pl.lit("missing")))  # fmt: skip
    is_bad = (
        pl.when(pl.col("email_fault") == "missing")
        .then(None)
        .otherwise(pl.col("email_fault").is_in(_BAD_MAIL).fill_null(value=False))
    )
    return frame.with_columns(email_is_bad=is_bad)


def _spoil_email(frame: pl.DataFrame, dice: Dice) -> pl.DataFrame:
    frame = frame.with_columns(email_fault=dice.pick("mail fault kind", _MANGLED))
    mail, fault = pl.col("email"), pl.col("email_fault")
    local, domain = mail.str.extract(r"^([^@]*)@"), mail.str.extract(r"@(.*)$")
    spoiled = (
        pl.when(fault == "no_at")
        .then(mail.str.replace("@", "", literal=True))
        .when(fault == "double_dot")
        .then(mail.str.replace("@", "@mail..", literal=True))
        .when(fault == "domain_typo")
        .then(pl.concat_str(local, pl.lit("@"), dice.pick("typo domain", pl.Series(TYPO_DOMAINS))))
        .when(fault == "spaces")
        .then(pl.concat_str(pl.lit(" "), mail, pl.lit("  ")))
        .when(fault == "placeholder")
        .then(dice.pick("placeholder mail", pl.Series(["none", "test@test.com", "noemail@noemail.com", "a@a.com"])))
        .when(fault == "local_typo")
        .then(pl.concat_str(local.str.slice(0, 1), pl.lit("x"), local.str.slice(1), pl.lit("@"), domain))
        .when(fault == "two_ats")
        .then(mail.str.replace("@", "@@", literal=True))
        .otherwise(pl.concat_str(mail, pl.lit(";")))
    )
    return frame.with_columns(email=spoiled)


def _fake_email(frame: pl.DataFrame, dice: Dice) -> pl.DataFrame:
    """Addresses of test leads, spam and mashed keys."""
    kind, number = pl.col("kind"), dice.below("fake mail", 100000).cast(pl.String)
    test = dice.pick("test mail", pl.Series(["test@fb.com", "test@meta.com", "test@test.com", "testlead@example.com"]))
    mash = pl.concat_str(
        dice.pick("mash first", pl.Series(MASH)),
        number,
        pl.lit("@"),
        dice.pick("mash mail", pl.Series(MASH)),
        pl.lit(".com"),
    )
    spam = pl.concat_str(pl.lit("promo"), number, pl.lit("@mailinator.com"))
    return frame.with_columns(
        email=pl.when(kind == 1).then(test).when(kind == 2).then(spam).otherwise(mash),
        email_fault=pl.lit("placeholder"),
    )


def _written(area: pl.Expr, rest: pl.Expr, dice: Dice, country: pl.Expr) -> pl.Expr:
    """The number in one of seven spellings; always with its country where that is not the row's."""
    calling, trunk = pl.lit(_CALLING).gather(country), pl.lit(_TRUNK).gather(country)
    style = pl.when(country == pl.col("country")).then(dice.below("style", 16)).otherwise(u64(0))
    # 00 dials abroad in most countries, but not in North America, where people write a bare 1
    abroad = pl.when(calling == "1").then(pl.lit("")).otherwise(pl.lit("00"))
    grouped = pl.concat_str(rest.str.slice(0, 3), pl.lit("-"), rest.str.slice(3))
    return (
        pl.when(style < 4).then(pl.concat_str(pl.lit("+"), calling, area, rest))
        .when(style < 7).then(pl.concat_str(pl.lit("+"), calling, pl.lit(" "), area, pl.lit(" "), rest))
        .when(style < 10).then(pl.concat_str(pl.lit("("), trunk, area, pl.lit(") "), grouped))
        .when(style < 12).then(pl.concat_str(trunk, area, pl.lit(" "), rest))
        .when(style < 14).then(pl.concat_str(trunk, area, pl.lit("-"), grouped))
        .when(style < 15).then(pl.concat_str(abroad, calling, pl.lit(" "), area, rest))
        .otherwise(pl.concat_str(pl.lit("+"), calling, pl.lit("."), area, rest))
    )  # fmt: skip


def add_phones(frame: pl.DataFrame, world: World) -> pl.DataFrame:
    """Add ``phone``, ``mobile`` and ``phone_fault`` (null: the number is right)."""
    pools, house, dice = world.pools, world.dice("house"), world.dice("content")
    cell = pl.col("home").cast(pl.UInt64) * u64(LINES) + house.below("cell", LINES) + u64(LINES * len(COUNTRIES))
    drawn = world.dice("p").unit("which line")
    # 0 mobile, 1 switchboard of the company, 2 own extension in the company's block
    kind = pl.when(drawn < 0.45).then(0).when(drawn < 0.70).then(1).otherwise(2)
    frame = frame.with_columns(line_kind=kind, cell=cell)
    number = pl.when(pl.col("line_kind") == 0).then(house.below("cell number", 1 << 32)).when(pl.col("line_kind") == 1).then(
        pl.col("switchboard")
    ).otherwise(world.dice("job").below("own number", 1 << 32))  # fmt: skip
    block = pl.when(pl.col("line_kind") == 0).then(pl.col("cell")).otherwise(pl.col("line"))
    land = pl.when(pl.col("line_kind") == 0).then(pl.col("home")).otherwise(pl.col("country"))
    frame = _line(frame, block, number, pools, "phone", dice, land)
    other = world.dice("p").below("cell number 2", 1 << 32)
    frame = frame.with_columns(mobile=pl.lit(None, dtype=pl.String))
    frame = strike(
        frame,
        dice.chance("has mobile", 0.15),
        lambda f: _line(f, pl.col("cell"), other, pools, "mobile", dice, pl.col("home")),
    )
    frame = frame.with_columns(phone_fault=pl.lit(None, dtype=pl.String))
    frame = strike(frame, dice.chance("line fault", 0.06 * world.scale), lambda f: _spoil_phone(f, dice))
    missing = pl.lit(pl.Series([0.25, 0.15, 0.35, 0.08])).gather(pl.col("system")) * min(world.scale, 1.5)
    frame = strike(frame, dice.chance("no line", missing), lambda f: f.with_columns(
        phone=pl.lit(None, dtype=pl.String), phone_fault=pl.lit("missing")))  # fmt: skip
    is_bad = (
        pl.when(pl.col("phone_fault") == "missing")
        .then(None)
        .otherwise(pl.col("phone_fault").is_in(_BAD_LINE).fill_null(value=False))
    )
    return frame.with_columns(phone_is_bad=is_bad)


def _line(
    frame: pl.DataFrame, block: pl.Expr, number: pl.Expr, pools: Pools, name: str, dice: Dice, country: pl.Expr
) -> pl.DataFrame:
    """Add a number of the block in column ``name``."""
    frame = frame.with_columns(line_rest=pl.lit(pools.rest).gather(block))
    size = u64(10).cast(pl.Float64).pow(pl.col("line_rest")).cast(pl.UInt64)
    digits = (number % size).cast(pl.String).str.zfill(pl.col("line_rest"))
    frame = frame.with_columns(
        line_area=pl.lit(pools.area).gather(block), line_tail=pl.concat_str(pl.lit(pools.head).gather(block), digits)
    )
    return frame.with_columns(_written(pl.col("line_area"), pl.col("line_tail"), dice, country).alias(name))


def _spoil_phone(frame: pl.DataFrame, dice: Dice) -> pl.DataFrame:
    frame = frame.with_columns(phone_fault=dice.pick("line fault kind", _LINE_FAULTS))
    phone, fault = pl.col("phone"), pl.col("phone_fault")
    digits = phone.str.replace_all(r"\D", "")
    power = (digits.str.len_chars().cast(pl.Int64) - 1).cast(pl.String).str.zfill(2)
    placeholder = dice.pick(
        "placeholder line", pl.Series(["N/A", "5555555555", "0000000000", "1234567890", "none", "+1 555 555 5555"])
    )
    exponent = pl.concat_str(digits.str.slice(0, 1), pl.lit("."), digits.str.slice(1, 5), pl.lit("E+"), power)
    extension = pl.concat_str(phone, pl.lit(" x"), dice.below("extension", 900).cast(pl.String))
    spoiled = (
        pl.when(fault == "too_short").then(phone.str.slice(0, 6))
        .when(fault == "placeholder").then(placeholder)
        .when(fault == "excel_float").then(pl.concat_str(digits, pl.lit(".0")))
        .when(fault == "excel_exponent").then(exponent)
        .when(fault == "letters").then(pl.concat_str(pl.lit("call "), pl.col("true_first")))
        .otherwise(extension)
    )  # fmt: skip
    return frame.with_columns(phone=spoiled)
