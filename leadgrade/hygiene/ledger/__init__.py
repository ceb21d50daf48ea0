"""The ledger of consent: every event for ever, in the order of arrival, each subject's events in a chain of hashes.

``steps`` names what makes it: ``lead_stops`` reads the opt-outs that leads carry as flags, ``points`` says whom a record is
about, ``append`` adds and chains them (``hashes``), ``verify`` finds the first broken link.
"""
