"""Text that people open in a spreadsheet must not run there.

A cell that begins like a formula gets an apostrophe in front, as OWASP advises
(https://owasp.org/www-community/attacks/CSV_Injection; ASVS 5.0 requirement 1.2.10). Numbers and phone numbers with a
sign in front stay as they are: they calculate nothing that matters, and other systems must be able to read them.
"""

from __future__ import annotations

import polars as pl

# the wide signs are the same ones to a spreadsheet in Japanese or Chinese
_FORMULA = r"^'*(?:[\s\x00\x{feff}]*[=+\-@＝＋－＠]|[\t\r\n\x00])"
_NUMBER = r"^'*[ \x{a0}]*[+\-][ \x{a0}(.]*[0-9][0-9 \x{a0}().,/\-]*(?:[eE][+\-]?[0-9]+)?[ ]*%?$"


def _is_formula(text: pl.Expr) -> pl.Expr:
    """What stands behind any apostrophes begins a formula; so a mark more or less does not change the answer."""
    return text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER)


def neutralise(expr: pl.Expr) -> pl.Expr:
    """Put an apostrophe before text that a spreadsheet would calculate; all other text stays."""
    return pl.when(_is_formula(expr)).then(expr.str.replace("^", "'")).otherwise(expr)


def restore(expr: pl.Expr) -> pl.Expr:
    """Take away the apostrophe that ``neutralise`` put there, and no other."""
    return pl.when(_is_formula(expr) & expr.str.starts_with("'")).then(expr.str.slice(1)).otherwise(expr)
