"""What ``leadgrade subject`` shows of long lists: a screen says how much more there is, a pipe gets all."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from rich.console import Console

from leadgrade.erasure.access import Held
from pipelines.cli import subject

HELD = Held(
    people=[f"p_{n}" for n in range(7)],
    origins=[
        {
            "object": "events", "source": "a_source_with_a_name_that_is_longer_than_a_screen_leaves_room_for",
            "file_id": "0123456789abcdef",
            "taken_in_at": datetime(2026, 10, 1), "rows": 26, "current_rows": 26, "row_numbers": list(range(5014, 5040)),
        }
    ],
    tables={f"raw.table_{n}": n for n in range(120)},
)  # fmt: skip


@pytest.mark.parametrize("is_terminal", [True, False])
def test_long_lists_say_how_much_more_there_is(monkeypatch, is_terminal) -> None:
    written = io.StringIO()
    width = 80 if is_terminal else 10_000
    console = Console(file=written, width=width, force_terminal=is_terminal, no_color=True, highlight=False)
    monkeypatch.setattr(subject, "console", console)
    subject._show(HELD)
    shown = written.getvalue()
    cut = {"p_4 and 2 more": True, "and 21 more": True, "; all of them": True, "p_5": False, "5039": False}
    for words, on_screen in cut.items():
        assert (words in shown) == (on_screen is is_terminal), words
    assert "…" not in shown
    assert ("longer_than_a_screen_leaves_room_for" in shown) is not is_terminal  # folded, not cut
    assert ("0123456789abcdef" in shown) is not is_terminal
