"""What a column of a foreign table is: by the caller's word, else by its name."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

KINDS = (
    "first_name", "last_name", "full_name", "middle_name", "gender", "email", "phone", "company", "job_title", "street",
    "city", "region", "postal_code", "country", "date_of_birth", "identifier", "other",
)  # fmt: skip

# names that a column of the kind goes by, folded to lower case with underscores
_NAMES: dict[str, tuple[str, ...]] = {
    "first_name": ("first_name", "firstname", "given_name", "givenname", "forename", "vorname", "prenom", "nombre"),
    "last_name": ("last_name", "lastname", "surname", "family_name", "familyname", "nachname", "nom", "apellido"),
    "middle_name": ("middle_name", "middle_initial", "middle", "second_name", "mi"),
    "gender": ("gender", "sex", "geschlecht", "sexe", "sexo"),
    "full_name": ("full_name", "fullname", "name", "contact_name", "lead_name", "person_name"),
    "email": ("email", "e_mail", "email_address", "mail", "work_email"),
    "phone": ("phone", "mobile", "phone_number", "mobile_phone", "telephone", "tel", "cell", "mobile_number"),
    "company": ("company", "company_name", "organization", "organisation", "account", "account_name", "employer"),
    "job_title": ("job_title", "title", "jobtitle", "position", "occupation", "role"),
    "street": (
        "street",
        "address",
        "address_1",
        "address_2",
        "street_number",
        "street_name",
        "unit_number",
        "street_address",
    ),
    "city": ("city", "town", "suburb", "locality", "birth_place", "place"),
    "region": ("region", "state", "province", "county"),
    "postal_code": ("postal_code", "postcode", "zip", "zip_code", "zipcode", "plz", "postcode_fake"),
    "country": ("country", "country_code"),
    "date_of_birth": ("date_of_birth", "dob", "birth_date", "birthdate", "birthday"),
    "identifier": ("identifier", "national_id", "soc_sec_id", "ssn", "tax_id", "customer_id", "crm_id"),
}
_KIND_BY_NAME = {name: kind for kind, names in _NAMES.items() for name in names}


def kind_of(column: str) -> str | None:
    """The kind that a column's name tells, or None."""
    return _KIND_BY_NAME.get("_".join(column.strip().lower().replace("-", " ").replace("_", " ").split()))


def columns_by_kind(frame: pl.DataFrame, columns: Mapping[str, str] | None) -> dict[str, list[str]]:
    """Columns of the frame for each kind, in the frame's order.

    Args:
        frame: Any table with a column ``lead_id``.
        columns: Name of a column -> kind; without it, columns are taken by their names and unknown ones left out.

    Raises:
        ValueError: there is no ``lead_id``, a named column is missing, or a kind is unknown.
    """
    if "lead_id" not in frame.columns:
        raise ValueError(f"the table needs a column lead_id; it has: {', '.join(frame.columns) or 'no columns'}")
    known = {c: k for c in frame.columns if (k := kind_of(c))} if columns is None else dict(columns)
    missing = sorted(set(known) - set(frame.columns))
    if missing:
        raise ValueError(
            f"columns names {', '.join(missing)}, which the table does not have: {', '.join(frame.columns)}"
        )
    for column, kind in known.items():
        if kind not in KINDS:
            raise ValueError(f"column {column!r}: unknown kind {kind!r}; allowed: {', '.join(KINDS)}")
    return {kind: [c for c in frame.columns if known.get(c) == kind and c != "lead_id"] for kind in KINDS}


def _text(columns: list[str]) -> list[pl.Expr]:
    texts = [pl.col(c).cast(pl.String).str.strip_chars() for c in columns]
    return [pl.when(t != "").then(t) for t in texts]


def _first(columns: list[str]) -> pl.Expr:
    return pl.coalesce(_text(columns)) if columns else pl.lit(None, pl.String)


def _together(columns: list[str]) -> pl.Expr:
    joined = pl.concat_str(_text(columns), separator=" ", ignore_nulls=True) if columns else pl.lit(None, pl.String)
    return pl.when(joined != "").then(joined)


def as_input(frame: pl.DataFrame, columns: Mapping[str, str] | None) -> pl.DataFrame:
    """The table as :data:`leadgrade.people.normalise.INPUT`.

    Of several columns of a kind the first that is filled counts; of phones the first two are kept; parts of a street, and
    columns of kind ``other``, are read together.
    """
    found = columns_by_kind(frame, columns)
    one = [_first(found[k]).alias(k) for k in KINDS if k not in {"phone", "street", "other"}]
    phones = [_first(found["phone"][:1]).alias("phone"), _first(found["phone"][1:]).alias("mobile")]
    return frame.select(
        pl.col("lead_id").cast(pl.String),
        *one,
        *phones,
        *(_together(found[k]).alias(k) for k in ("street", "other")),
        pl.lit(None, pl.String).alias("company_domain"),
        pl.lit(None, pl.Boolean).alias("email_is_role"),
    )
