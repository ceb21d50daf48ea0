"""For every rule over the current records: a row that keeps it and one that breaks it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.support import AS_OF

PAST, LATER, FUTURE = AS_OF - timedelta(days=9), AS_OF - timedelta(days=3), AS_OF + timedelta(days=30)

# rule -> (row that keeps it, row that breaks it)
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "lead_date_future": ({"version_at": AS_OF}, {"version_at": FUTURE}),
    "lead_update_after_creation": (
        {"created_at": "2026-01-02 10:00:00", "updated_at": "2026-01-02"},
        {"created_at": "2026-01-02", "updated_at": "2026-01-01 23:59:59"},
    ),
    "lead_conversion_after_creation": (
        {"created_at": "2026-01-02 10:00:00", "converted_at": "soon"},
        {"created_at": "2026-01-02", "converted_at": "2025-12-31"},
    ),
    "lead_contact_point_given": ({"linkedin_url": "https://linkedin.example/in/ada"}, {"full_name": "Ada"}),
    "account_employees_positive": ({"employees": 1}, {"employees": 0}),
    "account_revenue_positive": ({"annual_revenue": 0.0}, {"annual_revenue": -1.0}),
    "account_parent_other": (
        {"source_record_id": "1", "parent_account_id": "2"},
        {"source_record_id": "1", "parent_account_id": "1"},
    ),
    "account_domain_plain": ({"domain": "shop.example.co.uk"}, {"domain": "https://example.com"}),
    "account_update_after_creation": (
        {"created_at": PAST, "updated_at": PAST.replace(hour=0)},
        {"created_at": LATER, "updated_at": PAST},
    ),
    "event_time_past": ({"occurred_at": AS_OF + timedelta(hours=23)}, {"occurred_at": FUTURE}),
    "event_type_told": ({"type": "page_view"}, {"type": "other"}),
    "event_bounce_kind_told": ({"type": "email_bounce", "bounce_kind": "hard"}, {"type": "email_bounce"}),
    "event_subject_known": ({"subject_id": "known"}, {"subject_id": "nobody"}),
    "consent_expiry_after_capture": (
        {"captured_at": PAST, "expires_at": LATER},
        {"captured_at": LATER, "expires_at": PAST},
    ),
    "consent_confirmation_after_capture": (
        {"captured_at": PAST, "double_opt_in_at": LATER},
        {"captured_at": LATER, "double_opt_in_at": PAST},
    ),
    "consent_time_past": ({"captured_at": PAST}, {"captured_at": FUTURE}),
    "consent_channel_told": ({"channel": "any"}, {"purpose": "newsletter"}),
    "suppression_expiry_after_start": (
        {"added_at": PAST, "expires_at": FUTURE},
        {"added_at": LATER, "expires_at": PAST},
    ),
    "suppression_time_past": ({"added_at": PAST}, {"added_at": FUTURE}),
    "suppression_reason_told": ({"reason": "manual"}, {"channel": "any"}),
    "activity_time_past": (
        {"occurred_at": FUTURE, "channel": "meeting"},
        {"occurred_at": FUTURE, "channel": "meeting", "outcome": "held"},
    ),
    "activity_outcome_fits": (
        {"channel": "call", "outcome": "voicemail"},
        {"channel": "email", "outcome": "voicemail"},
    ),
    "activity_subject_known": ({"subject_id": "known"}, {"subject_id": "nobody"}),
    "activity_deal_known": ({"opportunity_source_id": "deal"}, {"opportunity_source_id": "none"}),
    "opportunity_amount_positive": ({"amount": 0.0}, {"amount": -0.01}),
    "opportunity_close_after_creation": (
        {"is_closed": False, "created_at": LATER, "close_date": PAST},
        {"is_closed": True, "created_at": LATER, "close_date": PAST},
    ),
    "opportunity_won_closed": ({"is_won": True, "is_closed": True}, {"is_won": True, "is_closed": False}),
    "opportunity_close_past": (
        {"is_closed": False, "close_date": FUTURE},
        {"is_closed": True, "close_date": FUTURE},
    ),
    "opportunity_subject_known": ({"subject_email": "a@example.com"}, {"subject_id": "nobody"}),
    "decision_reason_told": ({"decision": "accepted"}, {"decision": "rejected"}),
    "decision_time_told": ({"occurred_at": PAST}, {"decision": "accepted"}),
    "decision_time_past": ({"occurred_at": PAST}, {"occurred_at": FUTURE}),
    "decision_subject_known": ({"subject_id": "known"}, {"subject_id": "nobody"}),
    "intent_domain_plain": ({"domain": "example.com"}, {"domain": "Example Ltd"}),
    "intent_time_told": ({"occurred_at": PAST}, {"topic": "crm"}),
    "intent_time_past": ({"occurred_at": AS_OF + timedelta(days=6)}, {"occurred_at": FUTURE}),
    "intent_topic_told": ({"signal_type": "surge"}, {"score": 70.0}),
    "spend_amount_positive": ({"spend": 0.0}, {"spend": -5.0}),
    "spend_clicks_shown": ({"clicks": 3, "impressions": 3}, {"clicks": 4, "impressions": 3}),
    "spend_time_told": ({"occurred_at": PAST}, {"spend": 1.0}),
    "spend_time_past": ({"occurred_at": PAST}, {"occurred_at": FUTURE}),
    "enrichment_confidence_range": ({"confidence": 80.0}, {"confidence": 101.0}),
    "enrichment_time_told": ({"enriched_at": PAST}, {"confidence": 1.0}),
    "enrichment_time_past": ({"enriched_at": PAST}, {"enriched_at": FUTURE}),
    "order_amount_positive": ({"amount": 0.0}, {"amount": -1.0}),
    "order_time_past": ({"ordered_at": PAST}, {"ordered_at": FUTURE}),
    "order_items_positive": ({"items": 1}, {"items": 0}),
    "order_update_after_order": ({"ordered_at": PAST, "updated_at": LATER}, {"ordered_at": LATER, "updated_at": PAST}),
}
