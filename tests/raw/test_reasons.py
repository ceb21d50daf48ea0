from __future__ import annotations

import ast
import re
from itertools import pairwise

from leadgrade.raw.rework.reasons import reason, reasons
from tests.support import REPOSITORY


def _codes() -> set[str]:
    """Reasons in the code of the intake: a code with its sentence behind it, or ``refused=code``."""
    found = set()
    for path in (REPOSITORY / "leadgrade/raw").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in {"refused", "reason"}:
                found |= _told([node.value, ast.Constant("a sentence")])
            parts = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
            found |= _told(parts)
    return found


def _told(parts) -> set[str]:
    pairs = pairwise(parts)
    return {
        code.value
        for code, told in pairs
        if isinstance(code, ast.Constant) and isinstance(code.value, str) and re.fullmatch(r"[a-z_]{5,}", code.value)
        if isinstance(told, ast.JoinedStr) or (isinstance(told, ast.Constant) and " " in str(told.value))
    }


def test_every_reason_of_the_code_is_explained():
    found = _codes()
    assert {"bad_date", "column_count", "bad_quote", "empty", "unknown_object"} <= found
    assert found - set(reasons()) == set()


def test_the_docs_name_every_reason():
    text = (REPOSITORY / "docs/intake.md").read_text(encoding="utf-8")
    assert [code for code in reasons() if f"| `{code}` |" not in text] == []


def test_an_unknown_reason_is_still_shown():
    assert "detail" in reason("made_up").what_to_do
