"""The fold of consent against a short reference: ``python -m benchmarks.consent``."""
