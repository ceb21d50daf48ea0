"""The stage ``contacts``: can we reach them? E-mails, phones, names, titles, companies, countries.

Each module is usable alone, on a polars series or frame; ``build`` makes the tables of the stage from them.
"""
