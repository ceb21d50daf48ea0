"""Golden records: SQL made from data/survivorship.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from leadgrade.yaml_files import read_yaml

_FILE = Path(__file__).parent / "data" / "survivorship.yaml"
# above any number of leads of one person
_MANY = 1_000_000
# which leads have a value from a vendor
_ORIGINS = (
    "job_title_from",
    "company_name_from",
    "company_domain_from",
    "industry_from",
    "employees_from",
    "annual_revenue_from",
    "tech_stack_from",
)
_NAMES = {"value_earliest": "earliest", "value_newest": "newest"}


@dataclass(frozen=True, slots=True)
class Pick:
    """Fields that come from one lead, and the rule that says from which."""

    rule: str
    fields: tuple[str, ...]
    by: str | None = None
    valid: str | None = None

    @property
    def name(self) -> str:
        """Name of the struct that holds the picked lead and its values."""
        return f"pick_{self.fields[0]}"

    @property
    def reported_rule(self) -> str:
        """The rule as ``people.golden_fields`` names it."""
        return _NAMES.get(self.rule, self.rule)

    @property
    def has_value(self) -> str:
        """Predicate of the leads that have one of the fields."""
        return " or ".join(f"{field} is not null" for field in self.fields)

    @property
    def place(self) -> str:
        """Order among a person's leads: the smallest wins, no two are equal."""
        field = self.fields[0]
        seconds = f"cast(floor(epoch({field})) as bigint) * {_MANY}"
        return {
            "newest": "newest_place",
            "earliest": "earliest_place",
            "valid_then_newest": f"case when {self.valid} then 0 else {_MANY} end + newest_place",
            "longest": f"newest_place - least(length({self.by}), 1000) * {_MANY}",
            "any_true": f"case when {field} then 0 else {_MANY} end + newest_place",
            "value_earliest": f"{seconds} + newest_place",
            "value_newest": f"newest_place - {seconds}",
        }[self.rule]

    @property
    def struct(self) -> str:
        """The lead and its values in one."""
        return "{" + ", ".join(f"'{column}': {column}" for column in ("lead_id", *self.fields)) + "}"


# what a golden record says of its person beside the fields: it may change although none of its leads did
STANDING = """
select
    people.person_id, undecided.person_id is not null as in_review, cohesion.weakest_link,
    coalesce(cohesion.is_bridged, false) as is_bridged
from (select members.person_id from people.members as members where members.is_survivor) as people
left join (
    select distinct unnest([review.person_id_a, review.person_id_b]) as person_id from people.review as review
) as undecided on people.person_id = undecided.person_id
left join people.cohesion as cohesion on people.person_id = cohesion.person_id"""


@cache
def picks() -> tuple[Pick, ...]:
    """The rules in the order of the file."""
    specs = read_yaml(_FILE)
    return tuple(Pick(s["rule"], tuple(s["fields"]), s.get("by"), s.get("valid")) for s in specs)


def lead_columns() -> str:
    """The golden fields of a lead, with the better of its two numbers as its phone."""
    own = {"phone_e164", "phone_id", "phone_region", "phone_type"}
    fields = [field for pick in picks() for field in pick.fields if field not in own]
    origins = [name for name in _ORIGINS if name not in fields]
    return ", ".join(f"leads.{field}" for field in (*fields, *origins, "email_bounced"))


def _picked(members: str) -> str:
    """CTEs up to ``picked``: one struct a rule for each person. People of one lead skip the aggregation: they are most."""
    alone = ", ".join(f"case when {p.has_value} then {p.struct} end as {p.name}" for p in picks())
    best = ", ".join(f"arg_min({p.struct}, {p.place}) filter (where {p.has_value}) as {p.name}" for p in picks())
    return f"""
with sizes as (
    select members.person_id, count(*) as leads from {members} as members group by members.person_id
),
joined as (
    select members.person_id, members.is_survivor, sizes.leads, leads.lead_id, {lead_columns()},
        coalesce(leads.phone_e164, leads.mobile_e164) as phone_e164,
        case
            when leads.phone_e164 is not null then leads.phone_id
            when leads.mobile_e164 is not null then leads.mobile_id
            else coalesce(leads.phone_id, leads.mobile_id)
        end as phone_id
    from {members} as members
    inner join sizes on members.person_id = sizes.person_id
    inner join contacts.leads as leads on members.lead_id = leads.lead_id
),
with_phones as (
    select joined.*, phones.region as phone_region, phones.type as phone_type
    from joined left join contacts.phones as phones on joined.phone_id = phones.phone_id
),
ranked as (
    select with_phones.*,
        row_number() over (
            partition by person_id
            order by coalesce(updated_at, created_at) desc nulls last, created_at desc nulls last, lead_id
        ) as newest_place,
        row_number() over (partition by person_id order by created_at nulls last, lead_id) as earliest_place
    from with_phones where leads > 1
),
picked as (
    select person_id, lead_id, 1 as leads, 1 as sources, free_text as all_text, {alone} from with_phones where leads = 1
    union all
    select person_id, max(case when is_survivor then lead_id end) as lead_id, count(*) as leads,
        count(distinct source) as sources, string_agg(free_text, chr(10) order by newest_place) as all_text, {best}
    from ranked group by person_id
)"""


def golden_query(members: str = "people.members") -> str:
    """The query of ``people.golden``, over a table with the members of some people or all."""
    values = ", ".join(
        f"picked.{p.name}.{field} as {field}" for p in picks() for field in p.fields if field != "free_text"
    )
    return f"""{_picked(members)}
select picked.person_id, picked.lead_id, picked.leads, picked.sources, picked.all_text as free_text, {values},
    standing.in_review, standing.weakest_link, standing.is_bridged
from picked left join ({STANDING}) as standing on picked.person_id = standing.person_id"""


def golden_fields_query(members: str = "people.members") -> str:
    """The query of ``people.golden_fields`` likewise."""
    fields = [(field, pick) for pick in picks() for field in pick.fields]
    names = ", ".join(f"'{field}'" for field, _ in fields)
    rules = ", ".join(f"'{pick.reported_rule}'" for _, pick in fields)
    leads = ", ".join(
        f"case when picked.{pick.name}.{field} is not null then picked.{pick.name}.lead_id end"
        for field, pick in fields
    )
    return f"""{_picked(members)},
origins as (
    select picked.person_id, unnest([{names}]) as field, unnest([{leads}]) as lead_id, unnest([{rules}]) as rule
    from picked
)
select origins.person_id, origins.field, origins.lead_id, origins.rule from origins where origins.lead_id is not null"""
