"""What a column of a foreign table is: by the caller's word, else by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from leadgrade.arguments import is_text

KINDS = (
    "first_name", "last_name", "full_name", "middle_name", "gender", "email", "phone", "company", "job_title", "street",
    "city", "region", "postal_code", "country", "date_of_birth", "identifier", "other",
)  # fmt: skip

# names that a column of the kind goes by, folded to lower case with underscores
_NAMES: dict[str, str] = {
    "first_name": "first_name firstname first fname given_name givenname given forename vorname prenom nombre name_first",
    "last_name": "last_name lastname last lname surname sur_name family_name familyname nachname nom apellido name_last",
    "middle_name": "middle_name middlename middle_initial middle second_name mi mname name_middle",
    "gender": "gender sex gender_code sex_code geschlecht sexe sexo",
    "full_name": "full_name fullname name contact_name lead_name person_name",
    "email": "email e_mail email_address mail work_email email_1",
    "phone": "phone mobile phone_number mobile_phone telephone tel cell mobile_number phone_1 phone_2 "
    "home_phone work_phone cell_phone",
    "company": "company company_name organization organisation account account_name employer",
    "job_title": "job_title title jobtitle position occupation role",
    "street": "street address street_number street_no stno street_name unit_number street_address "
    "addr address_1 address_2 add_1 add_2 addr_1 addr_2 address_line_1 address_line_2 house_number",
    "city": "city town suburb locality birth_place place city_name",
    "region": "region state province county",
    "postal_code": "postal_code postcode post_code zip zip_code zipcode plz postcode_fake areacode area_code",
    "country": "country country_code",
    "date_of_birth": "date_of_birth dob birth_date birthdate birthday birth_year year_of_birth yob birth_month "
    "month_of_birth birth_day day_of_birth geburtsdatum",
    "identifier": "identifier national_id soc_sec_id ssn social_security_number tax_id nhs_number "
    "passport_number customer_id crm_id",
}
_KIND_BY_NAME = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_ADDRESS = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
# this share of the values makes a column what its name does not tell
_MOST = 0.6
# fewer rows do not tell what a column holds
_FEWEST = 20


def kind_of(column: str) -> str | None:
    """The kind that a column's name tells, or None."""
    words = re.sub(r"(?<=[a-z])(?=[0-9])", " ", column.strip().lower())
    return _KIND_BY_NAME.get("_".join(re.split(r"[\s_.-]+", words)))


def _kinds_by_name_and_content(frame: pl.DataFrame) -> dict[str, str]:
    """Columns by their names; where none is called an address, what looks like addresses is one."""
    known = {c: k for c in frame.columns if (k := kind_of(c))}
    if "email" not in known.values() and frame.height >= _FEWEST:
        texts = [c for c in frame.columns if c not in known and c != "lead_id" and frame.schema[c] == pl.String]
        shares = frame.select(pl.col(c).str.strip_chars().str.contains(_ADDRESS).mean() for c in texts)
        known |= {c: "email" for c in texts if (shares[c][0] or 0) >= _MOST}
    return known


def columns_by_kind(frame: pl.DataFrame, columns: Mapping[str, str] | None) -> dict[str, list[str]]:
    """Columns of the frame for each kind, in the frame's order.

    Args:
        frame: Any table with a column ``lead_id``.
        columns: Name of a column -> kind; without it, columns are taken by their names, addresses by what they look like,
            and unknown ones left out.

    Raises:
        TypeError: ``columns`` is no mapping, or a column holds anything but one text a row.
        ValueError: there is no ``lead_id``, a named column is missing, or a kind is unknown.
    """
    if columns is not None and not isinstance(columns, Mapping):
        raise TypeError(
            f"columns: expected column -> kind, such as {{'mail': 'email'}}, found {type(columns).__name__}"
        )
    if "lead_id" not in frame.columns:
        raise ValueError(f"the table needs a column lead_id; it has: {', '.join(frame.columns) or 'no columns'}")
    known = _kinds_by_name_and_content(frame) if columns is None else dict(columns)
    missing = sorted(set(known) - set(frame.columns), key=str)
    if missing:
        turned = " (a column stands before its kind)" if set(missing) <= set(KINDS) else ""
        raise ValueError(
            f"columns names {', '.join(map(str, missing))}, which the table does not have: {', '.join(frame.columns)}{turned}"
        )
    for column, kind in known.items():
        if kind not in KINDS:
            raise ValueError(f"column {column!r}: unknown kind {kind!r}; allowed: {', '.join(KINDS)}")
    for column in ("lead_id", *known):
        if not is_text(frame.schema[column]):
            raise TypeError(
                f"column {column!r}: expected one text a row, found {frame.schema[column]}; take one value of each, or rename it"
            )
    return {kind: [c for c in frame.columns if known.get(c) == kind and c != "lead_id"] for kind in KINDS}


def _text(columns: list[str]) -> list[pl.Expr]:
    texts = [pl.col(c).cast(pl.String).str.strip_chars() for c in columns]
    return [pl.when(t != "").then(t) for t in texts]


def _first(columns: list[str]) -> pl.Expr:
    return pl.coalesce(_text(columns)) if columns else pl.lit(None, pl.String)


def _together(columns: list[str]) -> pl.Expr:
    joined = pl.concat_str(_text(columns), separator=" ", ignore_nulls=True) if columns else pl.lit(None, pl.String)
    return pl.when(joined != "").then(joined)


def _birth(frame: pl.DataFrame, columns: list[str]) -> pl.Expr:
    """The date of birth; year, month and day may stand in columns of their own."""
    if len(columns) < 2:
        return _first(columns)
    digits = [pl.col(c).cast(pl.String).str.extract(r"^\s*(\d{1,4})(?:\.0)?\s*$").cast(pl.Int32) for c in columns]
    most = frame.select(d.max().alias(c) for c, d in zip(columns, digits, strict=True)).row(0)
    if any(value is None for value in most):
        return _first(columns)
    # the year has the largest number, then the day, then the month
    order = sorted(range(len(columns)), key=lambda i: (most[i] <= 31, most[i]))
    width = [4, 2, 2]
    parts = [digits[i].cast(pl.String).str.zfill(w) for i, w in zip(order[:3], width, strict=False)]
    return pl.concat_str(parts, separator="")


def as_input(frame: pl.DataFrame, columns: Mapping[str, str] | None) -> pl.DataFrame:
    """The table as :data:`leadgrade.people.normalise.INPUT`.

    Of several columns of a kind the first that is filled counts; of phones the first two are kept; parts of a street, of a date
    of birth, of middle names, and columns of kind ``other``, are read together. A second given name is a middle name.
    """
    found = columns_by_kind(frame, columns)
    apart = {"first_name", "middle_name", "phone", "street", "other", "date_of_birth"}
    one = [_first(found[k]).alias(k) for k in KINDS if k not in apart]
    # a second given name is a middle name
    names = [
        _first(found["first_name"][:1]).alias("first_name"),
        _together(found["first_name"][1:] + found["middle_name"]).alias("middle_name"),
    ]
    phones = [_first(found["phone"][:1]).alias("phone"), _first(found["phone"][1:]).alias("mobile")]
    return frame.select(
        pl.col("lead_id").cast(pl.String),
        *one,
        *names,
        *phones,
        _birth(frame, found["date_of_birth"]).alias("date_of_birth"),
        *(_together(found[k]).alias(k) for k in ("street", "other")),
        pl.lit(None, pl.String).alias("company_domain"),
        pl.lit(None, pl.Boolean).alias("email_is_role"),
    )
