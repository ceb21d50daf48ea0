"""Measurements. None of them is a test: they print, and people read."""
