"""What happened around the leads: visits, mails, calls, deals, consents, stops and decisions."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from leadgrade.contract import table
from leadgrade.demo.dice import Dice, scramble, u64
from leadgrade.demo.ids import company_id, numeric_id
from leadgrade.demo.people import World
from leadgrade.demo.places import COUNTRIES
from leadgrade.demo.story import days, micros
from leadgrade.demo.systems import text
from leadgrade.demo.words import BOT_AGENTS, LOST, REJECTIONS, USER_AGENTS

_OURS = {"file_id", "row_number", "record_id", "source", "answers", "row_hash"}
_MOST = 24  # events of a lead at the most
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"

# (type, page_class, weight among the lukewarm, weight among the keen)
_EVENTS: tuple[tuple[str, str, int, int], ...] = (
    ("page_view", "blog", 16, 6), ("page_view", "careers", 6, 0), ("page_view", "product", 9, 10), ("page_view", "other", 8, 3),
    ("page_view", "pricing", 2, 14), ("page_view", "demo", 1, 7), ("page_view", "comparison", 1, 6),
    ("page_view", "roi_calculator", 1, 3), ("page_view", "contact_sales", 1, 4), ("page_view", "docs_integration", 2, 5),
    ("email_open", "", 18, 8), ("email_click", "", 6, 7), ("email_delivered", "", 17, 5), ("email_reply", "", 0, 4),
    ("form_submit", "", 4, 3), ("demo_request", "demo", 0, 6), ("trial_start", "", 0, 3), ("product_use", "product", 0, 5),
    ("webinar", "", 3, 4), ("download", "", 5, 3), ("calculator", "roi_calculator", 0, 1), ("trade_show", "", 2, 1),
    ("ad_click", "", 4, 2), ("rfp", "", 0, 1),
)  # fmt: skip
_COOL = pl.Series([i for i, e in enumerate(_EVENTS) for _ in range(e[2])], dtype=pl.UInt32)
_KEEN = pl.Series([i for i, e in enumerate(_EVENTS) for _ in range(e[3])], dtype=pl.UInt32)
_TYPES = text(tuple(e[0] for e in _EVENTS))
_PAGES = text(tuple(e[1] for e in _EVENTS))
_METHODS = ("web_form", "double_opt_in", "phone", "paper", "import")
_STATES: Mapping[str, tuple[str, str]] = {
    "granted": ("granted", "consent"),
    "doi_missing": ("granted", "consent"),
    "unproven": ("claimed_unproven", "consent"),
    "withdrawn": ("granted", "consent"),
    "denied": ("denied", "none"),
    "future": ("granted", "consent"),
    "implied": ("implied", "implied_inquiry"),
    "legitimate_interest": ("notice_given", "legitimate_interest"),
}
_STOP_CHANNEL = {"unsubscribe": "email", "complaint": "email", "do_not_call": "phone", "erasure": "any"}


def canonical(frame: pl.DataFrame, name: str, *extra: str) -> pl.DataFrame:
    """Put columns in the order of our own table, extra ones last; missing ones stay empty, times become ISO 8601."""
    wanted = [column.name for column in table(name).columns if column.name not in _OURS]
    blank = [pl.lit(None, dtype=pl.String).alias(n) for n in wanted if n not in frame.columns]
    times = [pl.col(n).dt.strftime(_INSTANT) for n, kind in frame.schema.items() if kind == pl.Datetime]
    return frame.with_columns(*times, *blank).select(pl.col([*wanted, *extra]).cast(pl.String))


def _subject(frame: pl.DataFrame, dice: Dice) -> pl.DataFrame:
    """Most rows name the address, some the record, a few somebody whom no file knows."""
    by_id = dice.chance("by id", 0.15) | pl.col("email").is_null()
    unknown = dice.chance("unknown", 0.02)
    stranger = pl.concat_str(
        pl.lit("visitor"), dice.below("stranger", 10**7).cast(pl.String), pl.lit("@nowhere.example")
    )
    return frame.with_columns(
        subject_id=pl.when(by_id & ~unknown).then(pl.col("record_id")).otherwise(None),
        subject_email=pl.when(unknown).then(stranger).when(~by_id).then(pl.col("email")).otherwise(None),
    )


def many(frame: pl.DataFrame, count: pl.Expr, key: str) -> pl.DataFrame:
    """Repeat rows; ``n`` numbers the copies and ``key`` is theirs alone."""
    frame = frame.with_columns(count.cast(pl.Int64).clip(0, _MOST).alias("times")).filter(pl.col("times") > 0)
    frame = frame.with_columns(n=pl.int_ranges(0, pl.col("times"), dtype=pl.UInt64)).explode("n", empty_as_null=False)
    return frame.with_columns((pl.col("content") * u64(32) + pl.col("n")).alias(key))


def record_name(seed: int, key: str, prefix: str) -> pl.Expr:
    """Record id of a row of our own tables."""
    return pl.concat_str(pl.lit(f"{prefix}{seed}-"), scramble(pl.col(key), seed, 40).cast(pl.String))


_NEEDED = [
    "content",
    "p",
    "kind",
    "email",
    "email_fault",
    "record_id",
    "company",
    "quality",
    "created_at",
    "deal_at",
    "wants",
    "is_active",
]


def _lately(world: World, dice: Dice, row: Dice) -> pl.Expr:
    """A moment of the last weeks: half of what a buyer does falls in one week, the rest is spread."""
    until = pl.lit(world.as_of)
    first = pl.max_horizontal("created_at", until - pl.duration(days=80))
    span = (until - first).dt.total_microseconds()
    spread = first + micros(span * dice.unit("moment"))
    week = first + micros(span * row.unit("busy week")) + micros(dice.unit("moment") * 5 * 86_400_000_000)
    return pl.min_horizontal(pl.when(dice.chance("in the week", 0.5)).then(week).otherwise(spread), until)


def events(leads: pl.DataFrame, world: World) -> pl.DataFrame:
    """Rows of raw.events: about three a lead, more and keener ones of those who will buy."""
    row = world.dice("content")
    count = -(1 - row.unit("event count")).log() * (0.6 + 4.0 * pl.col("quality").pow(2)) + 0.75
    count = count + pl.when(pl.col("is_active")).then(2.5).otherwise(0.0)
    frame = many(leads.select(_NEEDED), pl.when(pl.col("kind") == 2).then(count * 2).otherwise(count), "event")
    dice = world.dice("event")
    interest = (
        pl.when(pl.col("is_active")).then(0.3 + pl.col("quality") * 0.5).otherwise(pl.col("quality").pow(2) * 0.4)
    )
    keen = dice.chance("keen", pl.when(pl.col("wants")).then(0.8).otherwise(interest))
    which = pl.when(keen).then(dice.pick("keen event", _KEEN)).otherwise(dice.pick("cool event", _COOL))
    is_bot = (pl.col("kind") == 2) | row.chance("bot", 0.012)
    is_dead = pl.col("email_fault").is_in(["stale", "domain_typo", "local_typo"]).fill_null(value=False)
    until = pl.lit(world.as_of)
    span = pl.min_horizontal(until, pl.col("created_at") + pl.duration(days=200)) - pl.col("created_at")
    late = dice.unit("when").pow(pl.when(is_bot).then(9.0).otherwise(1.6))
    when = pl.col("created_at") + micros(span.dt.total_microseconds() * late)
    when = (
        pl.when(dice.chance("before", 0.12))
        .then(pl.col("created_at") - micros(dice.unit("earlier") * 5 * 86_400_000_000))
        .otherwise(when)
    )
    is_late = pl.col("is_active") & ~is_bot & dice.chance("lately", 0.75)
    when = pl.when(is_late).then(_lately(world, dice, row)).otherwise(when)
    frame = frame.with_columns(which=which, is_bot=is_bot, is_dead=is_dead, occurred_at=when)
    fate = dice.unit("fate")
    is_hard = pl.col("is_dead") & ((pl.col("n") == 0) | pl.lit(_TYPES).gather(pl.col("which")).str.starts_with("email"))
    is_soft = ~is_hard & (fate < 0.015)
    kind = (
        pl.when(is_hard | is_soft)
        .then(pl.lit("email_bounce"))
        .when(pl.col("is_dead") & (fate > 0.95))
        .then(pl.lit("job_left"))
    )
    frame = frame.with_columns(
        type=kind.otherwise(pl.lit(_TYPES).gather(pl.col("which"))),
        bounce_kind=pl.when(is_hard).then(pl.lit("hard")).when(is_soft).then(pl.lit("soft")).otherwise(None),
    )
    page = (
        pl.when(pl.col("type") == pl.lit(_TYPES).gather(pl.col("which")))
        .then(pl.lit(_PAGES).gather(pl.col("which")))
        .otherwise(pl.lit(""))
    )
    on_web = pl.col("type").is_in(
        ["page_view", "form_submit", "demo_request", "download", "calculator", "email_click", "ad_click"]
    )
    agent = (
        pl.when(pl.col("is_bot"))
        .then(dice.pick("bot agent", text(BOT_AGENTS)))
        .otherwise(row.pick("agent", text(USER_AGENTS)))
    )
    block = row.below("ip", 131072)  # 198.18.0.0/15, set apart for tests
    address = pl.concat_str(
        pl.lit("198."),
        u64(18) + block // u64(65536),
        pl.lit("."),
        (block // u64(256)) % u64(256),
        pl.lit("."),
        block % u64(256),
    )
    click = pl.concat_str(pl.lit("gclid-"), dice.below("click", 1 << 40).cast(pl.String))
    frame = _subject(frame.with_columns(page=page), dice).with_columns(
        source_record_id=record_name(world.seed, "event", "ev"),
        page_class=pl.when(pl.col("page") != "").then(pl.col("page")).otherwise(None),
        account_source_id=pl.when(dice.chance("account", 0.10))
        .then(company_id(pl.col("company"), world.seed))
        .otherwise(None),
        detail=pl.when(pl.col("page") != "").then(pl.concat_str(pl.lit("/"), pl.col("page"))).otherwise(None),
        click_id=pl.when(pl.col("type") == "ad_click").then(click).otherwise(None),
        ip=pl.when(on_web).then(address).otherwise(None),
        user_agent=pl.when(on_web).then(agent).otherwise(None),
    )
    return canonical(frame, "raw.events")


def activities(leads: pl.DataFrame, world: World) -> pl.DataFrame:
    """HubSpot's export of activities: calls, e-mails, meetings and tasks after the first touch."""
    worked = leads.filter(pl.col("touched_at").is_not_null()).select(
        *_NEEDED, "touched_at", "owner", "system", "phone_is_bad"
    )
    row = world.dice("content")
    frame = many(worked, -(1 - row.unit("touches")).log() * (1 + 2.5 * pl.col("quality")) + 1, "touch")
    dice = world.dice("touch")
    drawn = dice.unit("channel")
    kind = pl.when(drawn < 0.45).then(pl.lit("Call")).when(drawn < 0.80).then(pl.lit("Email")).when(
        drawn < 0.80 + 0.13 * pl.col("quality")).then(pl.lit("Meeting")).otherwise(pl.lit("Task"))  # fmt: skip
    result = dice.unit("outcome") - pl.col("quality") * 0.25
    call = (
        pl.when(pl.col("phone_is_bad").fill_null(value=False))
        .then(pl.lit("Wrong number"))
        .when(result < 0.12)
        .then(pl.lit("Connected"))
        .when(result < 0.5)
        .then(pl.lit("No answer"))
        .when(result < 0.8)
        .then(pl.lit("Left voicemail"))
        .otherwise(pl.lit("Busy"))
    )
    meeting = (
        pl.when(result < 0.4)
        .then(pl.lit("Completed"))
        .when(result < 0.55)
        .then(pl.lit("No show"))
        .otherwise(pl.lit("Scheduled"))
    )
    inward = dice.chance("inward", pl.col("quality") * 0.15) & (pl.col("n") > 0)
    when = pl.col("touched_at") + micros(
        pl.col("n").cast(pl.Float64).pow(1.2) * (0.2 + dice.unit("pause")) * 86_400_000_000
    )
    frame = frame.with_columns(kind_of=kind, at=when).filter(pl.col("at") <= world.as_of)
    frame = _subject(frame, dice)
    is_hubspot = pl.col("system") == 0
    return frame.select(
        pl.concat_str(pl.lit("ACT-"), numeric_id(pl.col("touch"), world.seed, 10**9)).alias("Activity ID"),
        pl.col("kind_of").alias("Activity Type"),
        pl.col("at").dt.strftime("%Y-%m-%d %H:%M").alias("Activity Date"),
        pl.col("owner").alias("Activity Owner"),
        pl.when(inward).then(pl.lit("Inbound")).otherwise(pl.lit("Outbound")).alias("Direction"),
        pl.when(pl.col("kind_of") == "Call").then(call).otherwise(None).alias("Call Outcome"),
        pl.when(pl.col("kind_of") == "Meeting").then(meeting).otherwise(None).alias("Meeting Outcome"),
        pl.when(is_hubspot).then(pl.col("record_id")).otherwise(None).alias("Associated Contact IDs"),
        pl.col("subject_email").alias("Associated Contact Email"),
    )


def deals(leads: pl.DataFrame, world: World) -> pl.DataFrame:
    """HubSpot's export of deals: one for each person who got that far."""
    dice = world.dice("p")
    frame = leads.filter((pl.col("j") == 0) & pl.col("deal_at").is_not_null())
    stage = (
        pl.when(pl.col("is_won"))
        .then(pl.lit("Closed Won"))
        .when(pl.col("is_closed"))
        .then(pl.lit("Closed Lost"))
        .otherwise(
            dice.pick(
                "stage",
                pl.Series(["Appointment Scheduled", "Qualified To Buy", "Presentation Scheduled", "Contract Sent"]),
            )
        )
    )
    amount = ((pl.col("employees").cast(pl.Float64).sqrt() * 900 + 2000) * (dice.normal("amount") * 0.5).exp()).round(2)
    term = (
        pl.when(dice.chance("term", 0.6))
        .then(pl.lit("12"))
        .otherwise(dice.pick("months", pl.Series(["1", "24", "36", ""])))
    )
    lost = pl.when(pl.col("is_closed") & ~pl.col("is_won")).then(dice.pick("lost", text(LOST))).otherwise(None)
    local = pl.lit(text(tuple(c.currency for c in COUNTRIES))).gather(pl.col("country"))
    # the company sells in dollars; a few contracts are in the customer's money
    currency = pl.when(dice.chance("local money", 0.08)).then(local).otherwise(pl.lit("USD"))
    minute = "%Y-%m-%d %H:%M"
    return frame.select(
        numeric_id(pl.col("p"), world.seed, 3_000_000_000).alias("Record ID"),
        pl.concat_str(pl.col("company_name"), pl.lit(" - New Deal")).alias("Deal Name"),
        stage.alias("Deal Stage"),
        pl.lit("Sales Pipeline").alias("Pipeline"),
        pl.when(dice.chance("no amount", 0.05)).then(None).otherwise(amount.cast(pl.String)).alias("Amount"),
        currency.alias("Currency"),
        term.alias("Contract Term (Months)"),
        pl.col("close_at").dt.strftime(minute).alias("Close Date"),
        pl.col("deal_at").dt.strftime(minute).alias("Create Date"),
        pl.min_horizontal("close_at", pl.lit(world.as_of)).dt.strftime(minute).alias("Last Modified Date"),
        pl.col("owner").alias("Deal owner"),
        lost.alias("Closed Lost Reason"),
        pl.when(pl.col("is_won")).then(pl.lit("true")).otherwise(pl.lit("false")).alias("Is Closed Won"),
        pl.when(pl.col("system") == 0).then(pl.col("record_id")).otherwise(None).alias("Associated Contact IDs"),
        pl.col("email").alias("Associated Contact Email"),
        company_id(pl.col("company"), world.seed).alias("Associated Company IDs"),
    )


def consents(leads: pl.DataFrame, world: World) -> pl.DataFrame:
    """Rows of raw.consents: what was granted, denied or withdrawn, some without proof."""
    dice = world.dice("content")
    frame = leads.filter((pl.col("consent") != "none") & pl.col("email").is_not_null())
    now = pl.lit(world.as_of)
    at = (
        pl.when(pl.col("consent") == "future").then(now + days(dice, "future", 40, 0.5)).otherwise(pl.col("created_at"))
    )
    proven = (pl.col("consent") != "unproven") & dice.chance("proof", 0.88)
    confirmed = (pl.col("consent") == "granted") & ((pl.col("country") == 2) | dice.chance("confirms", 0.15))
    states = {state: action for state, (action, _) in _STATES.items()}
    bases = {state: basis for state, (_, basis) in _STATES.items()}
    base = frame.with_columns(key=pl.col("content") * u64(2), at=at, withdrawn=pl.lit(value=False))
    later = base.filter(pl.col("consent") == "withdrawn").with_columns(
        key=pl.col("key") + u64(1),
        withdrawn=pl.lit(value=True),
        at=pl.col("at") + micros((now - pl.col("at")).dt.total_microseconds() * dice.unit("withdraws")),
    )
    both = pl.concat(
        [
            base.with_columns(proven=proven, confirmed=confirmed),
            later.with_columns(proven=pl.lit(value=True), confirmed=pl.lit(value=False)),
        ]
    )
    names_phone = dice.chance("phone too", 0.45) & pl.col("phone").is_not_null()
    is_notice = pl.col("consent") == "legitimate_interest"
    assessment = pl.when(is_notice & dice.chance("assessed", 0.65)).then(
        dice.pick("assessment", pl.Series(["LIA-2024-02", "LIA-2025-01"]))
    )
    country = pl.lit(text(tuple(c.code for c in COUNTRIES))).gather(pl.col("country"))
    rows = _subject(both, world.dice("key")).with_columns(
        source_record_id=record_name(world.seed, "key", "co"),
        jurisdiction=pl.when(dice.chance("names the law", 0.12)).then(country).otherwise(None),
        subject_phone=pl.when(names_phone).then(pl.col("phone")).otherwise(None),
        channel=pl.when((names_phone & dice.chance("any channel", 0.7)) | is_notice)
        .then(pl.lit("any"))
        .otherwise(pl.lit("email")),
        purpose=pl.lit("marketing"),
        action=pl.when(pl.col("withdrawn")).then(pl.lit("withdrawn")).otherwise(pl.col("consent").replace(states)),
        lawful_basis=pl.col("consent").replace(bases),
        captured_at=pl.col("at"),
        double_opt_in_at=pl.when(pl.col("confirmed"))
        .then(pl.min_horizontal(pl.col("at") + days(dice, "confirm", 0.05, 1.0), now))
        .otherwise(None),
        capture_source=pl.when(pl.col("proven"))
        .then(dice.pick("page", pl.Series(["/demo", "/pricing", "/ebook", "trade fair"])))
        .otherwise(None),
        capture_method=pl.when(pl.col("confirmed"))
        .then(pl.lit("double_opt_in"))
        .when(pl.col("proven"))
        .then(dice.pick("method", text(_METHODS[:1] * 5 + _METHODS[2:])))
        .otherwise(None),
        text_version=pl.when(pl.col("proven"))
        .then(dice.pick("wording", pl.Series(["2024-05", "2025-01", "v3"])))
        .otherwise(None),
        expires_at=pl.when(pl.col("consent") == "implied").then(pl.col("at") + pl.duration(days=183)).otherwise(None),
        lia_ref=assessment.otherwise(None),
    )
    return canonical(rows, "raw.consents", "lia_ref")


def suppressions(leads: pl.DataFrame, world: World) -> pl.DataFrame:
    """Rows of raw.suppressions: unsubscribed, complained, not to be called, erased."""
    dice = world.dice("content")
    frame = leads.filter(pl.col("stop").is_not_null() & (pl.col("email").is_not_null() | pl.col("phone").is_not_null()))
    is_call = pl.col("stop") == "do_not_call"
    added = pl.col("created_at") + micros(
        (pl.lit(world.as_of) - pl.col("created_at")).dt.total_microseconds() * dice.unit("stops")
    )
    rows = frame.with_columns(
        source_record_id=record_name(world.seed, "content", "su"),
        subject_id=pl.when(pl.col("email").is_null()).then(pl.col("record_id")).otherwise(None),
        subject_email=pl.when(is_call & pl.col("phone").is_not_null()).then(None).otherwise(pl.col("email")),
        subject_phone=pl.when(is_call).then(pl.col("phone")).otherwise(None),
        channel=pl.col("stop").replace(_STOP_CHANNEL),
        scope=pl.when(pl.col("stop") == "erasure").then(pl.lit("person")).otherwise(pl.lit("address")),
        reason=pl.col("stop"),
        added_at=added,
    )
    return canonical(rows, "raw.suppressions")


def sales_decisions(leads: pl.DataFrame, world: World) -> pl.DataFrame:
    """Rows of raw.sales_decisions: what sales said to what marketing handed over."""
    dice = world.dice("content")
    frame = leads.filter(
        pl.col("mql_at").is_not_null() | (pl.col("touched_at").is_not_null() & dice.chance("handed over", 0.12))
    )
    accepts = pl.col("deal_at").is_not_null() | dice.chance("accepts", 0.53 + 0.3 * pl.col("quality"))
    at = pl.coalesce("mql_at", "touched_at") + days(dice, "decides", 1.0, 1.0)
    rows = (
        _subject(frame, dice).with_columns(accepts=accepts, occurred_at=at).filter(pl.col("occurred_at") <= world.as_of)
    )
    decision = (
        pl.when(pl.col("accepts"))
        .then(pl.lit("accepted"))
        .when(dice.chance("recycles", 0.15))
        .then(pl.lit("recycled"))
        .otherwise(pl.lit("rejected"))
    )
    rows = rows.with_columns(
        source_record_id=record_name(world.seed, "content", "de"),
        decision=decision,
        reason=pl.when(pl.col("accepts")).then(None).otherwise(dice.pick("reason", text(REJECTIONS))),
    )
    return canonical(rows, "raw.sales_decisions")
