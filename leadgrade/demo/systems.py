"""The lead files: each system's headers, its way to write dates and flags, and its gaps."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from leadgrade.demo.companies import industry
from leadgrade.demo.dice import Dice, u64
from leadgrade.demo.dirt import gaps, strike, typo
from leadgrade.demo.ids import company_id
from leadgrade.demo.people import World
from leadgrade.demo.places import COUNTRIES
from leadgrade.demo.story import micros
from leadgrade.demo.words import (
    BUDGETS,
    CAMPAIGNS,
    CHANNEL_CODES,
    CHANNELS,
    NOTES,
    OWNERS,
    ROLES,
    SOLUTIONS,
    TIMELINES,
    USE_CASES,
)

Cells = dict[str, pl.Expr]
_SPELLINGS = 8
_COUNTRY_NAMES = pl.Series(
    [c.names[0] if i < 3 else c.names[i % len(c.names)] for c in COUNTRIES for i in range(_SPELLINGS)]
)
_CURRENCIES = pl.Series([c.currency for c in COUNTRIES])
_LEGAL = pl.Series([
    "Legitimate interest – prospect/lead", "Legitimate interest – existing customer", "Performance of a contract",
    "Freely given consent from contact", "Not applicable",
])  # fmt: skip
MISSING, SURPLUS = "\x1e", "\x1d"
"""Marks in a cell that the writer turns into a column too few or too many."""


def text(values: tuple[str, ...]) -> pl.Series:
    """A pool of strings."""
    return pl.Series(values, dtype=pl.String)


def flag(condition: pl.Expr, yes: str, no: str | None) -> pl.Expr:
    """A flag as a system writes it."""
    return pl.when(condition).then(pl.lit(yes)).otherwise(pl.lit(no, dtype=pl.String))


def _stamp(column: str, pattern: str) -> pl.Expr:
    return pl.col(column).dt.strftime(pattern)


def _screened(world: World, country: int) -> pl.Expr:
    """The day on which numbers of a country were checked against its registry; most checks are of the last weeks."""
    dice = world.dice("content")
    age = pl.when(dice.chance("screened lately", 0.8)).then(dice.unit("screened") * 25).otherwise(
        dice.unit("screened") * 200 + 30
    )  # fmt: skip
    day = pl.max_horizontal("created_at", pl.lit(world.as_of) - micros(age * 86_400_000_000)).dt.strftime("%Y-%m-%d")
    is_due = (pl.col("country") == country) & pl.col("phone").is_not_null() & dice.chance("screens", 0.70)
    return pl.when(is_due).then(day).otherwise(None)


def add_common(frame: pl.DataFrame, world: World) -> pl.DataFrame:
    """Add the cells that all systems share, as this row tells them."""
    dice = world.dice("content")
    toward = pl.col("quality") * 0.5
    soon = ((1 - toward - dice.unit("soon") * 0.5) * len(TIMELINES)).clip(0, len(TIMELINES) - 1).cast(pl.UInt32)
    revenue = pl.col("annual_revenue")
    currency = pl.lit(_CURRENCIES).gather(pl.col("country"))
    style = dice.below("money", 4)
    millions = pl.concat_str((revenue / 1e6).round(1).cast(pl.String), pl.lit("M "), currency)
    money = (
        pl.when(style < 2)
        .then(revenue.cast(pl.String))
        .when(style == 2)
        .then(pl.concat_str(currency, pl.lit(" "), revenue.cast(pl.String)))
    )
    employees = (
        pl.when(dice.chance("band", 0.5)).then(pl.col("band_label")).otherwise(pl.col("employees").cast(pl.String))
    )
    www = pl.when(dice.chance("www", 0.5)).then(pl.lit("https://www.")).otherwise(pl.lit("http://"))
    firm = pl.when(dice.chance("no form", 0.35)).then(pl.col("firm")).otherwise(pl.col("company_name"))
    channels = pl.lit(text(CHANNELS)).gather(pl.col("channel"))
    frame = frame.with_columns(
        firm_cell=pl.when(dice.chance("firm capitals", 0.03)).then(firm.str.to_uppercase()).otherwise(firm),
        country_cell=dice.pick_row("country name", _COUNTRY_NAMES, pl.col("country"), _SPELLINGS),
        website=pl.concat_str(www, pl.col("company_domain")),
        industry=industry(world, "content"),
        employees_cell=employees,
        revenue_cell=money.otherwise(millions),
        timeline=pl.lit(text(TIMELINES)).gather(soon),
        budget=dice.pick("budget", text(BUDGETS)),
        use_case=pl.when(dice.chance("knows why", pl.col("quality")))
        .then(dice.pick("need", text(USE_CASES[:7])))
        .otherwise(dice.pick("use case", text(USE_CASES))),
        role=pl.when(dice.chance("pays", pl.col("tier").cast(pl.Float64) * 0.18))
        .then(pl.lit("BUDGET_HOLDER"))
        .otherwise(dice.pick("role", text(ROLES))),
        tps_screened=_screened(world, 1),
        dnc_screened=_screened(world, 0),
        solution=dice.pick("solution", text(SOLUTIONS)),
        channel_cell=channels,
        campaign_id=pl.lit(text(tuple(c[0] for c in CAMPAIGNS))).gather(pl.col("campaign")),
        campaign_name=pl.lit(text(tuple(c[1] for c in CAMPAIGNS))).gather(pl.col("campaign")),
        owner=dice.pick("owner", text(OWNERS)),
        stopped=pl.col("stop").is_in(["unsubscribe", "complaint"]).fill_null(value=False),
        no_calls=(pl.col("stop") == "do_not_call").fill_null(value=False),
        bounced=(
            pl.col("email_fault").is_in(["stale", "domain_typo", "local_typo"]) & dice.chance("bounced", 0.6)
        ).fill_null(value=False),
        score=(pl.col("quality") * 70 + dice.unit("score") * 30).cast(pl.Int64).cast(pl.String),
        claims_consent=pl.col("consent").is_in(["granted", "unproven", "doi_missing", "future"]),
        is_broken_row=dice.chance("broken", 0.002),
    )
    return strike(
        frame,
        dice.chance("typo firm", 0.03 * world.scale),
        lambda f: f.with_columns(firm_cell=typo(pl.col("firm_cell"), dice, "c")),
    )


class _Gaps:
    """Empties cells at the rate of the system, times the difficulty."""

    def __init__(self, world: World, system: str) -> None:
        self.dice: Dice = world.dice("content")
        self.scale = min(world.scale, 1.5)
        self.system = system

    def __call__(self, cell: str | pl.Expr, share: float, name: str = "") -> pl.Expr:
        value = pl.col(cell) if isinstance(cell, str) else cell
        name = name or str(cell)
        return gaps(value, self.dice, f"{self.system}/{name}", share * self.scale)


def hubspot(world: World) -> Cells:
    """HubSpot's export of contacts: labels as headers, minutes, option codes."""
    gap, dice = _Gaps(world, "hubspot"), world.dice("content")
    minute = "%Y-%m-%d %H:%M"
    code = pl.lit(text(CHANNEL_CODES)).gather(pl.col("channel"))
    return {
        "Record ID": pl.col("record_id"),
        "First Name": gap("first_name", 0.02),
        "Last Name": gap("last_name", 0.04),
        "Email": pl.col("email"),
        "Phone Number": pl.col("phone"),
        "Mobile Phone Number": pl.col("mobile"),
        "Job Title": gap("job_title", 0.12),
        "Company Name": gap("firm_cell", 0.06),
        "Website URL": gap("website", 0.40),
        "Industry": gap("industry", 0.30),
        "Number of Employees": gap("employees_cell", 0.35),
        "Annual Revenue": gap("revenue_cell", 0.55),
        "Street Address": gap("street", 0.60),
        "City": gap("city", 0.30),
        "State/Region": gap("region", 0.40),
        "Postal Code": gap("postal_code", 0.50),
        "Country/Region": gap("country_cell", 0.10),
        "Lifecycle Stage": gap("lifecycle", 0.03),
        "Lead Status": gap("status", 0.15),
        "Original Source": pl.when(dice.chance("source label", 0.3)).then(pl.col("channel_cell")).otherwise(code),
        "Original Source Drill-Down 1": pl.col("campaign_name"),
        "Contact owner": gap("owner", 0.10),
        "Create Date": _stamp("created_at", minute),
        "Last Modified Date": _stamp("updated_at", minute),
        "Last Contacted": _stamp("touched_at", minute),
        "Time of First Engagement": _stamp("touched_at", minute),
        "Became a Marketing Qualified Lead Date": _stamp("mql_at", minute),
        "Became a Sales Qualified Lead Date": _stamp("sql_at", minute),
        "Buying Role": gap("role", 0.65),
        "Legal basis for processing contact's data": gap(dice.pick("legal", _LEGAL), 0.70, "legal"),
        "Marketing contact status": flag(pl.col("claims_consent"), "Marketing contact", "Non-marketing contact"),
        "GDPR consent": gap(flag(pl.col("claims_consent"), "true", "false"), 0.5, "gdpr"),
        "Unsubscribed from all email": flag(pl.col("stopped"), "true", None),
        "Email hard bounce reason": flag(pl.col("bounced"), "UNKNOWN_USER", None),
        "Lead Score": pl.col("score"),
        "Associated Company IDs": gap(company_id(pl.col("company"), world.seed), 0.35, "company"),
        "Technologies": gap("tech_stack", 0.60),
        "Purchase timeline": gap("timeline", 0.45),
        "Budget": gap("budget", 0.80),
        "Use case": gap("use_case", 0.50),
        "Current solution": gap("solution", 0.80),
        "Contract end date": gap(pl.col("contract_end").cast(pl.String), 0.75, "contract"),
        "DNC Screened At": pl.col("dnc_screened"),
        "TPS Screened At": pl.col("tps_screened"),
        "Notes": gap(dice.pick("note", text(NOTES)), 0.80, "note"),
    }


def salesforce(world: World) -> Cells:
    """Salesforce's data export: API names as headers, instants in UTC, true and false."""
    gap, dice = _Gaps(world, "salesforce"), world.dice("content")
    instant = "%Y-%m-%dT%H:%M:%S.000Z"
    rating = (
        pl.when(pl.col("quality") > 0.7)
        .then(pl.lit("Hot"))
        .when(pl.col("quality") > 0.35)
        .then(pl.lit("Warm"))
        .otherwise(pl.lit("Cold"))
    )
    status = (
        pl.when(pl.col("deal_at").is_not_null())
        .then(pl.lit("Closed - Converted"))
        .when(pl.col("touched_at").is_null())
        .then(pl.lit("Open - Not Contacted"))
        .otherwise(dice.pick("sf status", pl.Series(["Working - Contacted", "Closed - Not Converted"])))
    )
    return {
        "Id": pl.col("record_id"),
        "FirstName": gap("first_name", 0.05),
        "LastName": pl.col("last_name"),
        "Title": gap("job_title", 0.18),
        "Company": gap("firm_cell", 0.02),
        "Email": pl.col("email"),
        "Phone": pl.col("phone"),
        "MobilePhone": pl.col("mobile"),
        "Website": gap("website", 0.50),
        "Industry": gap("industry", 0.25),
        "NumberOfEmployees": gap("employees", 0.45),
        "AnnualRevenue": gap("annual_revenue", 0.55),
        "Street": gap("street", 0.50),
        "City": gap("city", 0.30),
        "State": gap("region", 0.35),
        "PostalCode": gap("postal_code", 0.40),
        "Country": gap("country_cell", 0.08),
        "LeadSource": gap("channel_cell", 0.10),
        "Status": status,
        "Rating": gap(rating, 0.45, "rating"),
        "OwnerId": pl.col("owner"),
        "CreatedDate": _stamp("created_at", instant),
        "LastModifiedDate": _stamp("updated_at", instant),
        "FirstCallDateTime": _stamp("touched_at", instant),
        "IsConverted": flag(pl.col("deal_at").is_not_null(), "true", "false"),
        "ConvertedDate": _stamp("deal_at", "%Y-%m-%d"),
        "HasOptedOutOfEmail": flag(pl.col("stopped"), "true", "false"),
        "DoNotCall": flag(pl.col("no_calls"), "true", "false"),
        "EmailBouncedReason": flag(pl.col("bounced"), "550 5.1.1 user unknown", None),
        "IsDeleted": flag(dice.chance("deleted", 0.004), "true", "false"),
        "Timeline__c": gap("timeline", 0.50),
        "Budget__c": gap("budget", 0.80),
        "Use_Case__c": gap("use_case", 0.55),
        "Current_Solution__c": gap("solution", 0.80),
        "Contract_End_Date__c": gap(pl.col("contract_end").cast(pl.String), 0.75, "contract"),
        "DNC_Screened_At": pl.col("dnc_screened"),
        "TPS_Screened_At": pl.col("tps_screened"),
        "Description": gap(dice.pick("note", text(NOTES)), 0.85, "note"),
    }


def marketo(world: World) -> Cells:
    """Marketo's list export: labels as headers, semicolons, ones and zeros."""
    gap = _Gaps(world, "marketo")
    second = "%Y-%m-%d %H:%M:%S"
    return {
        "Id": pl.col("record_id"),
        "First Name": gap("first_name", 0.06),
        "Last Name": gap("last_name", 0.06),
        "Email Address": pl.col("email"),
        "Job Title": gap("job_title", 0.25),
        "Company Name": gap("firm_cell", 0.10),
        "Phone Number": pl.col("phone"),
        "Mobile Phone Number": pl.col("mobile"),
        "Website": gap("website", 0.60),
        "Industry": gap("industry", 0.40),
        "Num Employees": gap("employees_cell", 0.45),
        "Annual Revenue": gap("annual_revenue", 0.65),
        "Country": gap("country_cell", 0.15),
        "State": gap("region", 0.50),
        "Lead Source": gap("channel_cell", 0.08),
        "Lead Status": gap("status", 0.20),
        "Lead Score": pl.col("score"),
        "Unsubscribed": flag(pl.col("stopped"), "1", "0"),
        "Email Invalid": flag(pl.col("bounced"), "1", "0"),
        "Email Invalid Cause": flag(pl.col("bounced"), "550 No such user", None),
        "Do Not Call": flag(pl.col("no_calls"), "1", "0"),
        "Created At": _stamp("created_at", second),
        "Updated At": _stamp("updated_at", second),
        "Timeline": gap("timeline", 0.50),
        "Use Case": gap("use_case", 0.55),
        "Renewal Date": gap(pl.col("contract_end").cast(pl.String), 0.75, "contract"),
        "DNC Screened At": pl.col("dnc_screened"),
        "TPS Screened At": pl.col("tps_screened"),
    }


def meta(world: World) -> Cells:
    """Meta's lead export: prefixed ids, free questions, New York time."""
    gap, dice = _Gaps(world, "meta"), world.dice("content")
    number = dice.below("ad", 9).cast(pl.String)
    is_test = pl.col("kind") == 1

    def answer(header: str, value: pl.Expr) -> pl.Expr:
        return pl.when(is_test).then(pl.lit(f"<test lead: dummy data for {header}>")).otherwise(value)

    local = (pl.col("created_at") - pl.duration(hours=5)).dt.strftime("%Y-%m-%dT%H:%M:%S-05:00")
    name = pl.concat_str(pl.col("first_name"), pl.lit(" "), pl.col("last_name")).str.strip_chars()
    number_of = "how_many_employees_does_your_company_have?"
    return {
        "id": pl.col("record_id"),
        "created_time": local,
        "ad_id": pl.concat_str(pl.lit("ag:2385000000002000"), number),
        "ad_name": pl.concat_str(pl.lit("Carousel "), number),
        "adset_id": pl.concat_str(pl.lit("as:2385000000003000"), number),
        "adset_name": pl.concat_str(pl.lit("Broad 25-54 / "), number),
        "campaign_id": pl.concat_str(pl.lit("c:"), pl.col("campaign_id")),
        "campaign_name": pl.col("campaign_name"),
        "form_id": pl.concat_str(pl.lit("f:4400000000001"), number),
        "form_name": pl.concat_str(pl.lit("Demo form v"), number),
        "is_organic": flag(dice.chance("organic", 0.03), "true", "false"),
        "platform": flag(dice.chance("instagram", 0.4), "ig", "fb"),
        number_of: answer(number_of, gap("band_label", 0.15)),
        "when_do_you_plan_to_start?": answer("when_do_you_plan_to_start?", gap("timeline", 0.10)),
        "was_ist_ihr_ziel?": answer("was_ist_ihr_ziel?", gap("use_case", 0.40)),
        "full_name": answer("full_name", name),
        "email": pl.when(is_test).then(pl.lit("test@meta.com")).otherwise(pl.col("email")),
        "phone_number": answer("phone_number", pl.concat_str(pl.lit("p:"), pl.col("phone"))),
        "company_name": answer("company_name", gap("firm_cell", 0.10)),
        "job_title": answer("job_title", gap("job_title", 0.20)),
        "city": gap("city", 0.40),
        "zip_code": pl.concat_str(pl.lit("z:"), gap("postal_code", 0.55)),
        "lead_status": flag(dice.chance("complete", 0.5), "complete", "CREATED"),
    }


CELLS: tuple[Callable[[World], Cells], ...] = (hubspot, salesforce, marketo, meta)


def render(rows: pl.DataFrame, system: int, world: World) -> pl.DataFrame:
    """Make the cells of one system's rows; broken rows carry the writer's marks."""
    cells = CELLS[system](world)
    kept = rows.select("is_broken_row", "content")
    made = rows.select(**cells).with_columns(pl.all().cast(pl.String))
    is_long = pl.col("content") % u64(32) < 16
    short_from = 2 + len(cells) // 2
    broken = {name: pl.when(is_long).then(pl.col(name)).otherwise(pl.lit(MISSING)) for name in list(cells)[short_from:]}
    last = list(cells)[-1]
    broken[last] = pl.when(is_long).then(pl.lit(SURPLUS)).otherwise(pl.lit(MISSING))
    names = made.columns
    return strike(made.hstack(kept), pl.col("is_broken_row"), lambda f: f.with_columns(**broken)).select(names)
