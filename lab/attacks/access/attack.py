"""X1 as a figure: the whole matrix, over HTTPS."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.contrib.staticfiles.storage import staticfiles_storage

from lab.attacks.figure import Means, Result
from lab.scratch.installation import clock_running

from .asking import through
from .matrix import METHODS, names_on_one_side, who_may_open_what
from .specification import whole_site

A_FILE = "css/base.css"


def attack(means: Means, result: Result) -> None:
    """Everybody asks for everything. With a scale below 1, by GET and POST alone."""
    pages, operations = whole_site()
    for name in names_on_one_side(pages, operations):
        result.check(False, f"{name} is in the table or on the site, and not in both")
    with tempfile.TemporaryDirectory() as place, clock_running(Path(place)):  # the objects are made in this process
        found = who_may_open_what(
            through(means.door),
            pages=pages,
            operations=operations,
            static=staticfiles_storage.url(A_FILE),
            methods=METHODS if means.scale >= 1 else ("GET", "POST"),
        )
    result.checks += found.checks
    result.findings += found.as_lines()
