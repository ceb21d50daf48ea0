from __future__ import annotations

import pytest

from leadgrade.config.sources import Source, SourcesConfig
from leadgrade.raw.headers import clean_headers, known_systems, mapping_faults, match_headers
from leadgrade.raw.mappings_data import OBJECTS, canonical_fields, variants


def match(headers, **source):
    return match_headers(clean_headers(headers), Source(path="x", **source))


def mapped(headers, **source):
    found = match(headers, **source)
    return {name: [headers[p] for p in positions] for name, positions in found.fields.items()}


@pytest.mark.parametrize(
    ("headers", "system", "object_name"),
    [
        (["Record ID", "First Name", "Last Name", "Email", "Lifecycle Stage", "Create Date"], "hubspot", "leads"),
        (["id", "property_email", "property_firstname", "property_createdate"], "hubspot", "leads"),
        (["Company ID", "Company Name", "Company Domain Name", "Number of Employees"], "hubspot", "accounts"),
        (
            ["Deal ID", "Deal Name", "Deal Stage", "Amount", "Close Date", "Associated Contact Email"],
            "hubspot",
            "opportunities",
        ),
        (
            ["Activity ID", "Activity Type", "Activity Date", "Call Outcome", "Associated Contact Email"],
            "hubspot",
            "activities",
        ),
        (["id", "type", "created", "recipient"], "hubspot", "events"),
        (
            ["id", "email", "first_name", "created_date", "last_modified_date", "has_opted_out_of_email"],
            "salesforce",
            "leads",
        ),
        (["id", "name", "number_of_employees", "billing_country", "phone", "website"], "salesforce", "accounts"),
        (["Opportunity ID", "Stage", "Amount", "Close Date", "Won"], "salesforce", "opportunities"),
        (
            ["id", "who_id", "task_subtype", "call_disposition", "completed_date_time", "owner_id"],
            "salesforce",
            "activities",
        ),
        (["Id", "Email Address", "First Name", "Marketing Suspended", "Created At"], "marketo", "leads"),
        (["id", "activity_date", "activity_type_id", "lead_id"], "marketo", "events"),
        (["id", "email", "first_name", "is_do_not_email", "opted_out", "crm_lead_fid"], "pardot", "leads"),
        (["Record Id", "Lead Owner", "Email", "First Name", "Created Time", "Modified Time"], "zoho", "leads"),
        (["Person - ID", "Person - Name", "Person - Email - Work"], "pipedrive", "leads"),
        (["Deal - ID", "Deal - Title", "Deal - Stage", "Deal - Value", "Deal - Status"], "pipedrive", "opportunities"),
        (
            ["id", "created_time", "ad_id", "form_id", "is_organic", "platform", "full_name", "email"],
            "facebook_lead_ads",
            "leads",
        ),
        (["Lead ID", "Lead Gen Form Name", "First Name", "Last Name", "Work Email"], "linkedin_lead_gen", "leads"),
        (["lead_id", "gcl_id", "FULL_NAME", "EMAIL", "lead_submit_time"], "google_lead_form", "leads"),
        (
            ["First Name", "Last Name", "Email", "Person Linkedin Url", "# Employees", "Apollo Contact Id"],
            "apollo",
            "leads",
        ),
        (["First name", "Email address", "Confidence score", "Company Country"], "hunter", "leads"),
        (["LeadID", "LeadName", "Email", "Phone", "LeadSource", "Status", "CreatedDate"], "generic", "leads"),
        (["subject_email", "action", "captured_at", "channel"], "leadgrade", "consents"),
        (["subject_email", "reason", "added_at"], "leadgrade", "suppressions"),
        (["subject_email", "type", "occurred_at", "page_class"], "leadgrade", "events"),
        (["domain", "topic", "score", "occurred_at"], "leadgrade", "intent_signals"),
        (["subject_id", "decision", "reason"], "leadgrade", "sales_decisions"),
        (["subject", "field", "value", "provider", "licence_ends_at"], "leadgrade", "enrichments"),
        (
            ["Work Email", "Field Name", "New Value", "Vendor", "Confidence Score", "License Expires"],
            "generic",
            "enrichments",
        ),
        (["platform", "campaign_id", "spend", "clicks"], "leadgrade", "campaign_spend"),
    ],
)
def test_the_headers_tell_system_and_object(headers, system, object_name):
    found = match(headers)
    assert (found.variant.system, found.variant.object) == (system, object_name)


@pytest.mark.parametrize(
    "headers",
    [
        ["label", "name", "type", "created_at", "description"],
        ["id", "name", "created_at", "updated_at"],
        ["owner_id", "email", "first_name", "last_name", "active_user_id"],
        ["contact_id", "deal_id", "type_id"],
        ["id", "username", "email", "first_name", "profile_id"],
        ["column_1", "column_2"],
    ],
)
def test_lists_of_other_things_are_nothing(headers):
    assert match(headers) is None


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("E-Mail", "email"),
        ("e mail", "email"),
        ("\ufeffEmail\u00a0", "email"),
        ("EMAIL_ADDRESS", "email"),
        ("Vorname", "first_name"),
        ("Angelegt am", "created_at"),
        ("Umsatz", "annual_revenue"),
        ("Mitarbeiter", "employees"),
        ("Correo electrónico", "email"),
        ("Code postal", "postal_code"),
        ("Achternaam", "last_name"),
        ("Cognome", "last_name"),
    ],
)
def test_spellings(header, field):
    headers = clean_headers([header, "something else"])
    found = match(headers, object="leads")
    assert found.fields[field] == (0,)


def test_the_own_mapping_comes_first():
    headers = ["Email", "Work address", "How did you hear?"]
    own = {"Work address": "email", "how did you hear?": "source_detail", "Email": "answers"}
    assert mapped(headers, system="hubspot", object="leads", mapping=own) == {
        "email": ["Work address"],
        "source_detail": ["How did you hear?"],
    }


def test_alternatives_are_put_in_order():
    headers = ["Person - Email - Home", "Person - ID", "Person - Email - Work"]
    found = mapped(headers, system="pipedrive", object="leads")
    assert found["email"] == ["Person - Email - Work", "Person - Email - Home"]


def test_two_headers_of_one_meaning_are_a_conflict():
    found = match(["Email", "E-mail address", "First Name"], object="leads")
    assert found.conflict == ("Email", "E-mail address", "email")


def test_a_system_without_the_object_falls_back_to_plain_names():
    assert match(["email", "reason"], system="hubspot", object="suppressions").fields["reason"] == (1,)


def test_clean_headers():
    assert clean_headers(["\ufeffEmail", "", "Email ", "\u00a0", "x"]) == [
        "Email",
        "column_2",
        "Email (2)",
        "column_4",
        "x",
    ]


def test_faults_name_what_is_known():
    sources = {
        "one": {"path": "x", "system": "hubspott"},
        "two": {"path": "x", "object": "leads", "mapping": {"Mail": "emial"}},
    }
    faults = mapping_faults(SourcesConfig.model_validate({"sources": sources}))
    assert [(f.key, f.problem) for f in faults] == [
        ("sources.one.system", "unknown system 'hubspott'"),
        ("sources.two.mapping.Mail", "unknown field 'emial'"),
    ]
    assert "hubspot" in faults[0].hint
    assert "email" in faults[1].hint


def test_every_mapping_names_fields_of_the_contract():
    for variant in variants():
        names = {name for name, _ in variant.exact.values()} | set(variant.constants) | set(variant.vocabulary)
        assert names <= set(canonical_fields(variant.object)), variant.system


def test_every_object_can_be_read_by_canonical_names():
    assert {v.object for v in variants() if v.system == "leadgrade"} == set(OBJECTS)
    assert len(known_systems()) >= 12
