"""The learned model as the table ``people.model``, so that every weight of a night can be told afterwards."""

from __future__ import annotations

import numpy as np
import polars as pl

from leadgrade.people.model import Model, fields, levels

_ROW = ("class", "field", "level", "log2_share")
# rows that are no level of a field
_TABLE, _ODDS, _AVERAGE, _NAMESAKES, _LEADS, _ORIGIN = "table", "odds", "average", "namesakes", "leads", "origin"
_FILLED = "filled"


def to_frame(model: Model) -> pl.DataFrame:
    """One row a class, field and level; the odds of the classes and the figures of the table as rows of their own."""
    rows: list[tuple[str, str | None, str, float]] = [
        (name, field, level, float(share))
        for name, tables in model.tables.items()
        for field, table in zip(fields(), tables, strict=True)
        for level, share in zip(levels(field)[:-1], table[:-1], strict=True)
    ]
    rows += [(name, None, _ODDS, float(odds)) for name, odds in model.odds.items()]
    rows += [(_TABLE, field, _AVERAGE, float(v)) for field, v in zip(fields(), model.averages, strict=True)]
    rows += [(_TABLE, field, _FILLED, float(np.log2(v))) for field, v in zip(fields(), model.filled, strict=True)]
    rows += [(_TABLE, None, _ORIGIN, model.origin)]
    rows += [(_TABLE, None, _NAMESAKES, model.namesakes), (_TABLE, None, _LEADS, float(np.log2(max(model.leads, 1))))]
    return pl.DataFrame(rows, schema=dict.fromkeys(_ROW[:3], pl.String) | {_ROW[3]: pl.Float64}, orient="row")


def from_frame(frame: pl.DataFrame) -> Model:
    """The model that :func:`to_frame` wrote."""
    found = {(name, field, level): share for name, field, level, share in frame.select(_ROW).rows()}
    classes = [name for name, _, level in found if level == _ODDS]
    tables = {
        name: [np.array([*(found[name, field, level] for level in levels(field)[:-1]), 0.0]) for field in fields()]
        for name in classes
    }
    averages = np.array([found[_TABLE, field, _AVERAGE] for field in fields()])
    filled = np.array([float(round(2 ** found[_TABLE, field, _FILLED])) for field in fields()])
    odds = {name: found[name, None, _ODDS] for name in classes}
    leads = round(2 ** found[_TABLE, None, _LEADS])
    return Model(tables, odds, averages, filled, leads, found[_TABLE, None, _NAMESAKES], found[_TABLE, None, _ORIGIN])
