"""contacts: can we reach them?"""

from __future__ import annotations

from assets.steps import stage_steps
from leadgrade.contacts import build, enrichment

STEPS = stage_steps(
    "contacts",
    {
        "contacts.lead_fields": (build.build_lead_fields, ("raw.leads", "raw.versions", "contacts.blocked_leads")),
        ("contacts.emails", "contacts.mail_servers"): (build.build_emails, ("contacts.lead_fields",)),
        "contacts.phones": (build.build_phones, ("contacts.lead_fields",)),
        "contacts.provider_answers": (
            enrichment.build_provider_answers,
            ("contacts.lead_fields", "contacts.lead_evidence", "contacts.emails"),
        ),
        "contacts.enrichment_facts": (
            enrichment.build_enrichment_facts,
            ("raw.enrichments", "raw.versions", "contacts.provider_answers"),
        ),
    },
)
