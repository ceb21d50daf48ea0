"""Cells as people and systems type them: cleaned, and read as times, numbers, flags, ids and words of a list."""
