"""Is it still true, and may we use it? Decay, consent, risk and reach of every person."""

from leadgrade.hygiene.library import consent, decay

__all__ = ["consent", "decay"]
