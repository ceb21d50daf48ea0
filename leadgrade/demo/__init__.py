"""The demo set: raw exports of one company's sales, with known truth. See docs/demo.md."""

from leadgrade.demo.generate import generate
from leadgrade.demo.manifest import DemoReport

__all__ = ["DemoReport", "generate"]
