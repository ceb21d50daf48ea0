"""Who is who: which leads are one person, and the best record of each.

``resolve`` works on any table; the stage's tables are made by :mod:`leadgrade.people.build` and the files in sql/people.
"""

from leadgrade.people.resolve import resolve

__all__ = ["resolve"]
