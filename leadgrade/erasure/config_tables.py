"""What the intake needs to know of erased people: how a row of theirs is told, and which files were written anew."""

from __future__ import annotations

import logging

import polars as pl

from leadgrade.erasure import forms
from leadgrade.erasure.certificate import all_certificates, known_files
from leadgrade.erasure.fingerprints import Fingerprints
from leadgrade.publish.home import Home
from leadgrade.run import Run

_progress = logging.getLogger("leadgrade.progress")


def load(run: Run) -> None:
    """Write config.erased_keys (kind, key) and config.known_files (content_hash, file_id) from the certificates of the home.

    The functions by which a row is asked are made known to the connection.
    """
    home = Home(run.home)
    blocking = list[tuple[str, str]]()
    for certificate in all_certificates(home):
        if certificate.cleared_at is None:
            _progress.warning("erasure %s was broken off: finish it with leadgrade erase --sweep", certificate.number)
        blocking += certificate.keys.pairs(certificate.blocks)
    run.engine.write("config.erased_keys", Fingerprints.of(blocking).frame())
    schema = {"content_hash": pl.String(), "file_id": pl.String()}
    run.engine.write("config.known_files", pl.DataFrame([*known_files(home).items()], schema=schema, orient="row"))
    for statement in forms.macros(run.secret):
        run.engine.sql(statement)
