"""Differential tests: our answers against those of the libraries, on generated values."""
