"""Orders and sales decisions as shops and CRMs write them."""

from __future__ import annotations

import polars as pl
import pytest

from leadgrade import contract
from leadgrade.config.sources import Source
from leadgrade.raw.cells.vocabulary import canonical_value, vocabulary
from leadgrade.raw.headers import clean_headers, match_headers
from leadgrade.raw.mappings_data import OBJECTS

SHOPIFY = ["Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Currency", "Subtotal", "Total",
           "Lineitem quantity", "Lineitem name", "Created at", "Billing Phone", "Phone", "Id", "Tags", "Source"]  # fmt: skip
WOO = ["Order Number", "Order Status", "Order Date", "First Name (Billing)", "Last Name (Billing)", "Email (Billing)",
       "Phone (Billing)", "Order Subtotal Amount", "Order Total Amount", "Order Refund Amount"]  # fmt: skip
SALESFORCE = ["Id", "AccountId", "BillToContactId", "OrderNumber", "EffectiveDate", "Status", "StatusCode", "TotalAmount",
              "CurrencyIsoCode", "Type", "BillingCountry", "CreatedDate", "LastModifiedDate"]  # fmt: skip
PLAIN = ["Order ID", "Customer Email", "Order Date", "Amount", "Currency", "Status", "Quantity"]


def mapped(headers, **source):
    found = match_headers(clean_headers(headers), Source(path="x", **source))
    assert found is not None
    assert found.conflict is None
    return found, {name: [headers[p] for p in positions] for name, positions in found.fields.items()}


@pytest.mark.parametrize(
    ("headers", "system", "expected"),
    [
        (
            SHOPIFY,
            "shopify",
            {"source_record_id": ["Name", "Id"], "subject_email": ["Email"], "subject_phone": ["Phone", "Billing Phone"],
             "status": ["Financial Status"], "amount": ["Total", "Subtotal"], "currency": ["Currency"],
             "items": ["Lineitem quantity"], "ordered_at": ["Created at"], "updated_at": ["Paid at"]},
        ),
        (
            ["id", "order_number", "email", "created_at", "updated_at", "financial_status", "total_price", "customer.id"],
            "shopify",
            {"source_record_id": ["id"], "subject_id": ["customer.id"], "subject_email": ["email"],
             "status": ["financial_status"], "amount": ["total_price"], "ordered_at": ["created_at"],
             "updated_at": ["updated_at"]},
        ),
        (
            WOO,
            "woocommerce",
            {"source_record_id": ["Order Number"], "subject_email": ["Email (Billing)"],
             "subject_phone": ["Phone (Billing)"], "status": ["Order Status"], "ordered_at": ["Order Date"],
             "amount": ["Order Total Amount", "Order Subtotal Amount"]},
        ),
        (
            SALESFORCE,
            "salesforce",
            {"source_record_id": ["Id", "OrderNumber"], "subject_id": ["BillToContactId", "AccountId"],
             "status": ["Status", "StatusCode"], "amount": ["TotalAmount"], "currency": ["CurrencyIsoCode"],
             "ordered_at": ["EffectiveDate", "CreatedDate"], "updated_at": ["LastModifiedDate"]},
        ),
        (
            PLAIN,
            "generic",
            {"source_record_id": ["Order ID"], "subject_email": ["Customer Email"], "ordered_at": ["Order Date"],
             "amount": ["Amount"], "currency": ["Currency"], "status": ["Status"], "items": ["Quantity"]},
        ),
    ],
    ids=["shopify", "shopify-api", "woocommerce", "salesforce", "plain"],
)  # fmt: skip
def test_orders(headers, system, expected):
    guessed, fields = mapped(headers)
    assert (guessed.variant.system, guessed.variant.object, fields) == (system, "orders", expected)
    told, same = mapped(headers, system=system, object="orders")
    assert (told.variant, same) == (guessed.variant, expected)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            ["Lead ID", "Decision", "Rejection Reason", "Decided At", "SDR"],
            {"subject_id": ["Lead ID"], "decision": ["Decision"], "reason": ["Rejection Reason"],
             "occurred_at": ["Decided At"], "owner": ["SDR"]},
        ),
        (
            ["Contact Email", "Accepted/Rejected", "Disqualification Reason", "Rejected Date", "SDR/Owner"],
            {"subject_email": ["Contact Email"], "decision": ["Accepted/Rejected"],
             "reason": ["Disqualification Reason"], "occurred_at": ["Rejected Date"], "owner": ["SDR/Owner"]},
        ),
        (
            ["Record ID", "Email", "Lead Disposition", "Unqualified Reason", "Reason", "Contact owner", "Decision Date"],
            {"subject_id": ["Record ID"], "subject_email": ["Email"], "decision": ["Lead Disposition"],
             "reason": ["Unqualified Reason", "Reason"], "owner": ["Contact owner"], "occurred_at": ["Decision Date"]},
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("system", [None, "hubspot", "salesforce"])
def test_sales_decisions(headers, expected, system):
    assert mapped(headers, system=system, object="sales_decisions")[1] == expected
    if system is None:
        assert mapped(headers)[0].variant.object == "sales_decisions"


@pytest.mark.parametrize("system", ["generic", "hubspot", "salesforce"])
@pytest.mark.parametrize("header", ["Unqualified Reason", "Disqualification Reason", "Rejection Reason"])
def test_a_lead_says_why_it_was_turned_down(system, header):
    fields = mapped(["Email", "First Name", header], system=system, object="leads")[1]
    assert fields["unqualified_reason"] == [header]


@pytest.mark.parametrize("object_name", ["leads", "accounts", "opportunities", "orders"])
def test_a_list_of_deletions_tells_when(object_name):
    headers = ["id" if object_name != "opportunities" else "Deal ID", "Deleted At"]
    assert mapped(headers, system="generic", object=object_name)[1]["updated_at"] == ["Deleted At"]


def canonical(name, words):
    frame = pl.DataFrame({"word": words}).select(canonical_value(pl.col("word"), name, {}))
    return frame.to_series().to_list()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("paid", ["paid", "Completed", "wc-processing", "partially_refunded", "Activated"]),
        ("pending", ["Pending payment", "on-hold", "authorized", "partially_paid", "Draft"]),
        ("cancelled", ["Canceled", "voided", "FAILED"]),
        ("refunded", ["Refunded", "chargeback"]),
        ("other", ["lost in the post"]),
    ],
)
def test_the_states_of_an_order(status, words):
    assert canonical("orders.status", words) == [status] * len(words)


def test_words_of_decisions():
    words = ["SAL", "Sales Accepted", "Disqualified", "Return to marketing", "perhaps"]
    assert canonical("sales_decisions.decision", words) == ["accepted", "accepted", "rejected", "recycled", None]


def test_closed_lists_are_those_of_the_contract():
    for name in OBJECTS:
        for column in contract.table(f"raw.{name}").columns:
            words = vocabulary(f"{name}.{column.name}")
            # the contract leaves capture methods and the like open with an ellipsis
            listed = {word.strip() for word in column.about.split(":")[-1].replace(" or ", ",").split(",")}
            assert words is None or set(words.values()) <= listed, f"{name}.{column.name}"
